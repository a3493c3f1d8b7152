import { createClient } from 'redis';
import type { CacheBackend } from '../contract.js';
import { openRedisBackend, type RedisOptions } from '../redis/open.js';
import type { Harness } from './harness.js';

let namespaces = 0;

/** On a Redis that other tests may use as well: each harness has a namespace of its own. */
export async function openRedisHarness(url: string, options: Partial<RedisOptions> = {}): Promise<Harness> {
  namespaces += 1;
  const namespace = `test-${process.pid}-${namespaces}`;
  const backend = await openRedisBackend({ urls: [url], namespace, timeout: 5_000, ...options });
  const client = createClient({ url });
  client.on('error', () => undefined);
  await client.connect();
  const remove = async (pattern: string) => {
    const keys: string[] = [];
    for await (const some of client.scanIterator({ MATCH: pattern, COUNT: 1000 })) keys.push(...some);
    if (keys.length > 0) await client.del(keys);
  };
  return harnessOf(backend, namespace, remove, () => {
    client.destroy();
  });
}

/** @param remove all keys that match a pattern of Redis */
export function harnessOf(
  backend: CacheBackend,
  namespace: string,
  remove: (pattern: string) => Promise<void>,
  disconnect: () => void,
): Harness {
  return {
    backend,
    evictTag: (store, tag) => remove(`{${namespace}:${store}}:*:t:${tag}`),
    evictStore: (store) => remove(`{${namespace}:${store}}:*:s`),
    flush: () => remove(`{${namespace}:*`),
    close: async () => {
      await backend.close();
      await remove(`{${namespace}:*`);
      disconnect();
    },
  };
}
