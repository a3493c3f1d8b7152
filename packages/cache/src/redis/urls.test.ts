import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRedisUrls } from './urls.js';

describe('the URLs of a Redis', () => {
  it('name one server', () => {
    expect(parseRedisUrls(['redis://localhost'])).toStrictEqual({
      kind: 'single',
      node: { host: 'localhost', port: 6379 },
      tls: false,
      database: 0,
    });
    expect(parseRedisUrls(['rediss://me:p%40ss%3A@[::1]:7000/3'])).toStrictEqual({
      kind: 'single',
      node: { host: '::1', port: 7000 },
      tls: true,
      database: 3,
      username: 'me',
      password: 'p@ss:',
    });
    expect(parseRedisUrls(['redis://:secret@h'])).toMatchObject({ password: 'secret' });
  });

  it('name Sentinels and their master', () => {
    const expected = {
      kind: 'sentinel',
      name: 'main',
      sentinels: [
        { host: 'a', port: 26379 },
        { host: 'b', port: 7001 },
      ],
      sentinelCredentials: {},
      tls: false,
    };
    expect(parseRedisUrls(['redis-sentinel://a,b:7001/main'])).toStrictEqual(expected);
    expect(parseRedisUrls(['redis-sentinel://a/main', 'redis-sentinel://b:7001/main'])).toStrictEqual(
      expected,
    );
    expect(parseRedisUrls(['redis-sentinel://a?node=b:7001&sentinelServiceName=main'])).toStrictEqual(
      expected,
    );
    expect(parseRedisUrls(['rediss-sentinel://u:p@a/main?sentinelPassword=q'])).toMatchObject({
      username: 'u',
      password: 'p',
      sentinelCredentials: { password: 'q' },
      tls: true,
    });
  });

  it('name nodes of a Cluster', () => {
    const expected = {
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 6379 },
        { host: 'b', port: 7001 },
      ],
      tls: false,
    };
    expect(parseRedisUrls(['redis-cluster://a,b:7001'])).toStrictEqual(expected);
    expect(parseRedisUrls(['redis-cluster://a', 'redis-cluster://b:7001'])).toStrictEqual(expected);
    expect(parseRedisUrls(['redis-cluster://a?node=b:7001'])).toStrictEqual(expected);
    expect(parseRedisUrls(['rediss-cluster://a'])).toMatchObject({ tls: true });
  });

  it.each([
    [[], 'expected the URL of a Redis but got none'],
    [
      ['http://a'],
      'expected redis://, redis-sentinel:// or redis-cluster:// (by TLS: rediss…) but got "http://a"',
    ],
    [
      ['postgres://u:secret@a'],
      'expected redis://, redis-sentinel:// or redis-cluster:// (by TLS: rediss…) but got "a"',
    ],
    [['redis://'], 'expected a host in the Redis URL but got redis://'],
    [
      ['redis://a', 'redis-cluster://b'],
      'expected Redis URLs of one form but got redis:// and redis-cluster://',
    ],
    [['redis://a', 'rediss://b'], 'expected Redis URLs of one form but got redis:// and rediss://'],
    [['redis://a,b'], 'expected one host in redis:// but got 2; for more: redis-cluster://'],
    [['redis://a/main'], 'expected the number of a database after the host but got "main"'],
    [
      ['redis-sentinel://a'],
      "expected the master's name after the hosts, as in redis-sentinel://host/name, but got none",
    ],
    [['redis://a:b'], 'expected host:port in the Redis URL but got "a:b"'],
    [['redis://::1'], 'expected host:port in the Redis URL but got "::1"'],
  ])('%j: %s', (urls, message) => {
    expect(() => parseRedisUrls(urls)).toThrow(new Error(message));
  });

  it('keep what they were made of', () => {
    const text = fc.string({ minLength: 1, unit: 'binary' }).filter((one) => !/\p{Surrogate}/u.test(one));
    fc.assert(
      fc.property(text, text, fc.nat(65_535), fc.nat(15), (username, password, port, database) => {
        const url = `redis://${encodeURIComponent(username)}:${encodeURIComponent(password)}@h:${port}/${database}`;
        const node = { host: 'h', port };
        expect(parseRedisUrls([url])).toStrictEqual({
          kind: 'single',
          node,
          tls: false,
          database,
          username,
          password,
        });
      }),
    );
  });
});
