// The Redis of a run: its own, on a free port, in memory alone; and what it says that it has used.
import { spawnSync } from 'node:child_process';
import { openRedisBackend, type CacheBackend } from '@selvedge/cache';
import { startRedis } from '@selvedge/testkit';
import { createClient } from 'redis';
import { canPin } from '../measuring/child.js';
import { otherCpu } from '../measuring/router-process.js';

export interface RedisUsage {
  /** User and system time of the server. */
  readonly cpuSeconds: number;
  /** Carried out since it began, those that scripts call among them. */
  readonly commands: number;
  /** What it holds. */
  readonly bytes: number;
  readonly keys: number;
}

export interface BenchRedis {
  readonly url: string;
  usage(): Promise<RedisUsage>;
  flush(): Promise<void>;
  stop(): Promise<void>;
}

export async function openRedis(): Promise<BenchRedis> {
  const server = await startRedis();
  const client = createClient({ url: server.url, commandOptions: { timeout: 60_000 } });
  client.on('error', (error: Error) => {
    console.error(error.message);
  });
  try {
    await client.connect();
    const pid = valueOf(await client.info('server'), 'process_id');
    if (canPin) spawnSync('taskset', ['-acp', String(otherCpu), String(pid)]);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    url: server.url,
    usage: async () => {
      const text = await client.info();
      return {
        cpuSeconds: valueOf(text, 'used_cpu_user') + valueOf(text, 'used_cpu_sys'),
        commands: valueOf(text, 'total_commands_processed'),
        bytes: valueOf(text, 'used_memory'),
        keys: await client.dbSize(),
      };
    },
    flush: async () => {
      await client.flushAll();
    },
    stop: async () => {
      client.destroy();
      await server.stop();
    },
  };
}

/**
 * Makes the records of a namespace's stores, which are the subgraphs. What is stored under a record that is new is dropped once, when no write can be under way
 * any more that a lost record knew of: a minute later, amidst a turn, were it not known here that there is none.
 */
export function prepareStores(url: string, namespace: string, stores: readonly string[]): Promise<void> {
  return withBackend(url, namespace, async (backend) => {
    await backend.states(stores);
  });
}

/** A write in each store to what nobody asks for. */
export function moveStores(url: string, namespace: string, stores: readonly string[]): Promise<void> {
  return withBackend(url, namespace, async (backend) => {
    const write = { cluster: null, xids: [], tags: ['elsewhere:'] };
    await Promise.all(stores.map((name) => backend.settle(name, write, null)));
  });
}

async function withBackend(
  url: string,
  namespace: string,
  run: (backend: CacheBackend) => Promise<void>,
): Promise<void> {
  const backend = await openRedisBackend({ urls: [url], namespace, timeout: 5_000, longestIntent: 0 });
  try {
    await run(backend);
  } finally {
    await backend.close();
  }
}

function valueOf(info: string, name: string): number {
  const value = new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1];
  if (value === undefined) throw new Error(`expected Redis to tell ${name} but got ${info.slice(0, 100)}`);
  return Number(value);
}
