import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { redisAvailable, startRedis } from './redis.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

async function ping(url: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('PING\r\n');
  const answer = await once(socket, 'data');
  socket.destroy();
  return String(answer[0]).trim();
}

describe.skipIf(!redisAvailable())('a Redis of our own', () => {
  it('answers, is killed, comes back on its port, and stops', async () => {
    const first = await startRedis();
    expect(await ping(first.url)).toBe('+PONG');
    await first.kill();
    await expect(ping(first.url)).rejects.toThrow('ECONNREFUSED');
    const second = await startRedis({ port: Number(new URL(first.url).port) });
    expect(second.url).toBe(first.url);
    expect(await ping(second.url)).toBe('+PONG');
    await expect(startRedis({ port: Number(new URL(first.url).port) })).rejects.toThrow('did not start');
    await second.stop();
    await second.stop();
    await expect(ping(second.url)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('where there is no Redis', () => {
  it('a suite is skipped with a line, but fails in CI', () => {
    vi.stubEnv('PATH', '/nonexistent');
    vi.stubEnv('REDIS_URL', '');
    vi.stubEnv('CI', '');
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(redisAvailable()).toBe(false);
    expect(stderr).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/Redis suites skipped: .*redis-server/),
    );
    stderr.mockRestore();
    vi.stubEnv('CI', 'true');
    expect(redisAvailable).toThrow('no redis-server');
  });

  it('REDIS_URL is used, and not ours to kill', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    vi.stubEnv('REDIS_URL', 'redis://elsewhere:6379');
    const redis = await startRedis();
    expect(redis.url).toBe('redis://elsewhere:6379');
    await expect(redis.kill()).rejects.toThrow('REDIS_URL');
    await redis.stop();
  });
});
