import { describe, expect, it } from 'vitest';
import { configFrom, environmentHelp } from './config.js';

const DATABASE_URL = 'postgres://reviews:secret@127.0.0.1:5432/reviews';
const key = 'k'.repeat(43);

/** The lines of the error. */
function problems(env: NodeJS.ProcessEnv): string[] {
  try {
    configFrom(env);
  } catch (error) {
    return error instanceof Error ? error.message.split('\n') : [];
  }
  return [];
}

describe('configFrom', () => {
  it('needs a store, and has a default for all else', () => {
    expect(configFrom({ DATABASE_URL })).toEqual({
      host: '127.0.0.1',
      port: 0,
      databaseUrl: DATABASE_URL,
      migrate: true,
      seedScale: 0,
      tokenKey: null,
      schemaPath: null,
      cache: null,
      logLevel: 'info',
    });
  });

  it('takes what is set, and an empty variable for none', () => {
    const env = {
      DATABASE_URL: 'postgresql://db/reviews?sslmode=require',
      HOST: '::1',
      PORT: '4001',
      MIGRATE: 'false',
      SEED_SCALE: '0.1',
      SELVEDGE_TOKEN_KEY: key,
      SUBGRAPH_SCHEMA: '/tmp/schema.graphql',
      REDIS_URL: 'redis://cache:6379',
      CACHE_NAMESPACE: 'shop',
      LOG_LEVEL: 'debug',
    };
    expect(configFrom(env)).toEqual({
      host: '::1',
      port: 4001,
      databaseUrl: env.DATABASE_URL,
      migrate: false,
      seedScale: 0.1,
      tokenKey: key,
      schemaPath: '/tmp/schema.graphql',
      cache: { redisUrl: 'redis://cache:6379', namespace: 'shop' },
      logLevel: 'debug',
    });
    const empty = Object.fromEntries(Object.keys(env).map((name) => [name, '']));
    expect(configFrom({ ...empty, DATABASE_URL })).toEqual(configFrom({ DATABASE_URL }));
  });

  it('names every wrong variable in one go, without repeating a secret', () => {
    const wrong = {
      PORT: '65536',
      DATABASE_URL: 'mysql://root:hunter2@db/reviews',
      MIGRATE: 'maybe',
      SEED_SCALE: 'big',
      SELVEDGE_TOKEN_KEY: 'hunter2',
      LOG_LEVEL: 'loud',
      NODE_ENV: 'production',
    };
    expect(problems(wrong)).toEqual([
      'PORT: expected a port number from 0 to 65535 but got "65536"',
      'DATABASE_URL: expected a URL like postgres://role:password@host:5432/database but got another value',
      'MIGRATE: expected true or false but got "maybe"',
      'SEED_SCALE: expected a number of at least 0 but got "big"',
      'SELVEDGE_TOKEN_KEY: expected a base64url key of at least 32 bytes but got another value',
      'LOG_LEVEL: expected one of fatal, error, warn, info, debug, trace, silent but got "loud"',
      'SELVEDGE_TOKEN_KEY: expected no development token key when NODE_ENV=production but got one',
    ]);
  });

  it.each([
    ['PORT', ['-1', '1.5', 'http', '0x', '1e9', ' '], 'a port number from 0 to 65535'],
    ['SEED_SCALE', ['-1', 'NaN', 'Infinity', ' '], 'a number of at least 0'],
  ])('takes for %s none of %j', (name, values, expected) => {
    for (const value of values)
      expect(problems({ DATABASE_URL, [name]: value })).toEqual([
        `${name}: expected ${expected} but got ${JSON.stringify(value)}`,
      ]);
  });

  it('refuses a development token key in production, and takes none there', () => {
    expect(problems({ DATABASE_URL, NODE_ENV: 'production', SELVEDGE_TOKEN_KEY: key })).toEqual([
      'SELVEDGE_TOKEN_KEY: expected no development token key when NODE_ENV=production but got one',
    ]);
    expect(configFrom({ DATABASE_URL, NODE_ENV: 'production' }).tokenKey).toBeNull();
    expect(configFrom({ DATABASE_URL, NODE_ENV: 'development', SELVEDGE_TOKEN_KEY: key }).tokenKey).toBe(key);
  });
});

it('the help names every variable', () => {
  for (const name of [
    'DATABASE_URL',
    'HOST',
    'PORT',
    'MIGRATE',
    'SEED_SCALE',
    'SELVEDGE_TOKEN_KEY',
    'SUBGRAPH_SCHEMA',
    'LOG_LEVEL',
  ])
    expect(environmentHelp).toContain(name);
});
