// One router as its clients have it: over HTTP, with the time on the checker's clock at which a request was sent and answered.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

export interface Answer {
  /** Null: none came, or none that is GraphQL. */
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly isWhole: boolean;
  readonly isUnconfirmed: boolean;
  readonly problem: string | null;
  readonly arrival: number;
  readonly end: number;
}

interface Body {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string }[];
  readonly extensions?: { readonly cache?: { readonly unconfirmed?: unknown } };
}

export class Client {
  readonly #pool: Pool;

  constructor(url: string) {
    this.#pool = new Pool(url, { connections: 32, keepAliveTimeout: 60_000 });
  }

  async ask(query: string, variables: object, token: string | null): Promise<Answer> {
    const arrival = performance.now();
    const done = (body: Body, problem: string | null): Answer => ({
      data: body.data ?? null,
      isWhole: body.data != null && body.errors === undefined,
      isUnconfirmed: body.extensions?.cache?.unconfirmed !== undefined,
      problem: problem ?? body.errors?.map(({ message }) => message).join('; ') ?? null,
      arrival,
      end: performance.now(),
    });
    try {
      const response = await this.#pool.request({
        path: '/graphql',
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token !== null && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query, variables }),
        headersTimeout: 25_000,
        bodyTimeout: 25_000,
      });
      return done((await response.body.json()) as Body, null);
    } catch (error) {
      // Who finds nobody there does not ask a thousand times a second.
      await sleep(20);
      return done({}, error instanceof Error ? error.message : String(error));
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
