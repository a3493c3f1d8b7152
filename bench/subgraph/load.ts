// A closed loop of clients: each sends its next request when it has the answer to its last one.
import { Pool } from 'undici';

/** As many as a busy router keeps open to one subgraph. */
const concurrency = 16;

export interface Load {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export class Clients {
  readonly #pool: Pool;

  constructor(url: string) {
    this.#pool = new Pool(new URL(url).origin, { connections: concurrency, pipelining: 1 });
  }

  /** Sends `count` requests, and resolves with how long they took. Throws where one is not answered with status 200. */
  async load(bodies: readonly string[], count: number): Promise<Load> {
    const latencies = new Float64Array(count);
    let sent = 0;
    const client = async (): Promise<void> => {
      while (sent < count) {
        const index = sent;
        sent += 1;
        const began = performance.now();
        await this.post(bodies[index % bodies.length] ?? '');
        latencies[index] = performance.now() - began;
      }
    };
    const began = performance.now();
    await Promise.all(Array.from({ length: concurrency }, client));
    const seconds = (performance.now() - began) / 1_000;
    latencies.sort();
    const quantile = (part: number): number => latencies[Math.floor((count - 1) * part)] ?? 0;
    return { requests: count, seconds, p50: quantile(0.5), p99: quantile(0.99) };
  }

  /** The text of one answer. */
  async post(body: string): Promise<string> {
    const { statusCode, body: answer } = await this.#pool.request({
      path: '/graphql',
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body,
    });
    const text = await answer.text();
    if (statusCode !== 200)
      throw new Error(`expected status 200 but got ${statusCode}: ${text.slice(0, 300)}`);
    return text;
  }

  /** Ends the connections, and requests that still wait with them. */
  end(): Promise<void> {
    return this.#pool.destroy();
  }
}
