// A closed loop of clients, each on a connection of its own: it sends its next request when it has the answer to its last one. Or
// an open one: requests are sent at their times, whether or not earlier ones have been answered.
import { Pool } from 'undici';
import { quantile } from './figures.js';
import { post } from './post.js';

export interface Load {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** What a client sends. */
export interface Sent {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const jsonHeaders = { 'content-type': 'application/json', accept: 'application/json' };

export class Clients {
  readonly #pool: Pool;
  readonly #path: string;

  constructor(
    url: string,
    readonly count: number,
  ) {
    const { origin, pathname } = new URL(url);
    this.#path = pathname;
    this.#pool = new Pool(origin, { connections: count, pipelining: 1 });
  }

  /**
   * Sends `count` requests; client n sends `sent[n]` again and again, or all share them where there are fewer clients.
   * Throws where one is not answered with status 200.
   */
  async load(sent: readonly Sent[], count: number): Promise<Load> {
    const latencies = new Float64Array(count);
    const began = performance.now();
    let begun = 0;
    const client = async (_: unknown, index: number): Promise<void> => {
      for (let turn = index; begun < count; turn += this.count) {
        const place = begun;
        begun += 1;
        const since = performance.now();
        await this.post(sent[turn % sent.length]);
        latencies[place] = performance.now() - since;
      }
    };
    await Promise.all(Array.from({ length: this.count }, client));
    return loadOf(latencies, performance.now() - began);
  }

  /** Sends `perSecond` requests a second for so long, at random times that are the same in every run. */
  async loadAt(sent: readonly Sent[], perSecond: number, seconds: number): Promise<Load> {
    const times = arrivals(perSecond, seconds);
    const latencies = new Float64Array(times.length);
    const began = performance.now();
    const answered: Promise<void>[] = [];
    for (const [place, time] of times.entries()) {
      const wait = began + time - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      answered.push(
        this.post(sent[place % sent.length]).then(() => {
          // From when it was due: a client that waits its turn waits for its answer.
          latencies[place] = performance.now() - began - time;
        }),
      );
    }
    await Promise.all(answered);
    return loadOf(latencies, performance.now() - began);
  }

  /** Sends each once, all at once. */
  async burst(sent: readonly Sent[]): Promise<void> {
    await Promise.all(sent.map((each) => this.post(each)));
  }

  /** The bytes of one answer. */
  post(sent: Sent | undefined): Promise<Buffer> {
    if (sent === undefined) throw new Error('expected something to send');
    return post(this.#pool, this.#path, { ...jsonHeaders, ...sent.headers }, sent.body);
  }

  /** Ends the connections, and requests that still wait with them. */
  end(): Promise<void> {
    return this.#pool.destroy();
  }
}

function loadOf(latencies: Float64Array, milliseconds: number): Load {
  latencies.sort();
  return {
    requests: latencies.length,
    seconds: milliseconds / 1_000,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

/** Milliseconds from the beginning; the gaps of a Poisson process, from Lehmer's generator (Park and Miller 1988). */
function arrivals(perSecond: number, seconds: number): number[] {
  const times: number[] = [];
  let state = 1;
  for (let time = 0; ;) {
    state = (state * 48_271) % 2_147_483_647;
    time += (-Math.log(state / 2_147_483_647) / perSecond) * 1_000;
    if (time >= seconds * 1_000) return times;
    times.push(time);
  }
}
