/** A router on a free port, with what it logs kept for the test to look at. */
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { parseConfig } from '../config/load.js';
import { startRouter, type Router, type RouterOptions } from '../router.js';

export interface TestRouter extends Router {
  /** Of the GraphQL endpoint. */
  readonly endpoint: string;
  readonly log: readonly Readonly<Record<string, unknown>>[];
  post(body: unknown, init?: RequestInit): Promise<Response>;
  query(query: string, variables?: Record<string, unknown>, init?: RequestInit): Promise<GraphQLAnswer>;
}

export interface GraphQLAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLAnswerError[];
  readonly extensions?: Record<string, unknown>;
}

export interface GraphQLAnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>>;
}

export interface TestRouterOptions extends Partial<Omit<RouterOptions, 'config' | 'log'>> {
  readonly sdl: string;
  /** The text of router.yaml. */
  readonly yaml?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export async function startTestRouter(options: TestRouterOptions): Promise<TestRouter> {
  const { yaml = '', env = {}, ...rest } = options;
  const log: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const config = parseConfig(yaml, env);
  const router = await startRouter({
    config,
    host: '127.0.0.1',
    port: 0,
    development: true,
    explorerFolder: '/nowhere',
    ...rest,
    log: pino({ level: 'debug' }, sink),
  });
  const endpoint = router.url + config.supergraph.path;
  const post = (body: unknown, init: RequestInit = {}) =>
    fetch(endpoint, {
      method: 'POST',
      ...init,
      headers: {
        'content-type': 'application/json',
        // As Apollo Client asks: in this type, an operation that fails before execution has status 400.
        accept: 'application/graphql-response+json,application/json;q=0.9',
        ...(init.headers as Record<string, string> | undefined),
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    ...router,
    endpoint,
    log,
    post,
    async query(query, variables, init) {
      const response = await post({ query, variables }, init);
      const answer = (await response.json()) as Omit<GraphQLAnswer, 'status' | 'headers'>;
      return { status: response.status, headers: response.headers, ...answer };
    },
  };
}

/** Ends what a test has started, the last first. */
export class Cleanup {
  private readonly ends: (() => Promise<unknown>)[] = [];

  async add<Started>(
    started: Promise<Started> | Started,
    end: (started: Started) => Promise<unknown>,
  ): Promise<Started> {
    const value = await started;
    this.ends.unshift(() => end(value));
    return value;
  }

  async run(): Promise<void> {
    for (const end of this.ends.splice(0)) await end();
  }
}
