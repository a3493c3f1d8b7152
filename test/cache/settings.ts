// Under which settings a run counts, asked of what really ran: the servers, what is left of entries' lives in Redis, and whether the
// clocks of all of them went on alike.
import type { Pool } from 'pg';
import { lifetime } from './subgraphs/schemas.js';
import type { System } from './system.js';

/** Seconds that went by since it was made, by everybody's clock. */
export class Clocks {
  readonly #began: Times;

  private constructor(began: Times) {
    this.#began = began;
  }

  static async start(system: System, store: Pool): Promise<Clocks> {
    return new Clocks(await timesOf(system, store));
  }

  /** In words. */
  async elapsed(system: System, store: Pool): Promise<string> {
    const now = await timesOf(system, store);
    const seconds = (by: keyof Times) => ((now[by] - this.#began[by]) / 1_000).toFixed(1);
    return `clocks went ${seconds('here')} s here, ${seconds('redis')} s in Redis, ${seconds('postgres')} s in PostgreSQL`;
  }
}

/** Milliseconds. */
interface Times {
  readonly here: number;
  readonly redis: number;
  readonly postgres: number;
}

async function timesOf({ redis }: System, store: Pool): Promise<Times> {
  const [[seconds, micros], { rows }] = await Promise.all([
    redis.command<[string, string]>(['TIME']),
    store.query<{ now: number }>('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now'),
  ]);
  return {
    here: performance.now(),
    redis: Number(seconds) * 1_000 + Number(micros) / 1_000,
    postgres: rows[0]?.now ?? 0,
  };
}

/** In words, one each. */
export async function settingsOf(system: System, store: Pool, clocks: Clocks): Promise<string[]> {
  const info = await system.redis.command<string>(['INFO', 'server']);
  const { rows } = await store.query<{ server_version: string }>('SHOW server_version');
  return [
    `Redis ${/redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'} (process ${/process_id:(\d+)/.exec(info)?.[1] ?? 'unknown'})`,
    `PostgreSQL ${rows[0]?.server_version ?? 'unknown'}`,
    await clocks.elapsed(system, store),
    `${system.routers.length} router processes`,
    `TTL ${lifetime} s (least left in Redis ${await leastLeft(system)} s)`,
    `other than the defaults: ${system.differing.join('; ')}`,
  ];
}

/** Seconds that entries still live, the least of some hundreds. */
async function leastLeft({ redis }: System): Promise<number> {
  const names = (await redis.keys('*:e:*')).slice(0, 300);
  const left = await Promise.all(names.map((name) => redis.command<number>(['PTTL', name])));
  return Math.floor(Math.min(...left.filter((each) => each >= 0)) / 1_000);
}
