/** Whoever answers operations over one supergraph: the referee, stock ApolloGateway, and our router. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import { graphql, OperationTypeNode, parse, type GraphQLSchema } from 'graphql';
import { SupergraphError } from '../supergraph/features.js';
import { payloadsOf } from '../testing/deferred-shop.js';
import { startTestRouter, type TestRouter } from '../testing/test-router.js';
import { putTogether, type Payload, type PutTogether } from './parts.js';

export interface Answer {
  readonly data: unknown;
  readonly errors: readonly AnswerError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** The mutations that were carried out, in order. */
  readonly changes?: readonly string[];
}

export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface Engine {
  run(query: string, variables: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** The same for an operation with `@defer`, put together. */
  runInParts?(query: string, variables: Readonly<Record<string, unknown>>): Promise<PutTogether>;
  /** How many requests its subgraphs have had. */
  fetches?(): number;
  stop(): Promise<void>;
}

/** What an engine that is to be compared starts from. */
export interface EngineSetup {
  readonly sdl: string;
  /** Executable, by name. */
  readonly subgraphs: Readonly<Record<string, GraphQLSchema>>;
}

/** @returns undefined where it refuses this supergraph */
export type StartEngine = (setup: EngineSetup) => Promise<Engine | undefined>;

export function refereeEngine(schema: GraphQLSchema): Engine {
  return {
    run: async (source, variableValues) => asAnswer(await graphql({ schema, source, variableValues })),
    stop: () => Promise.resolve(),
  };
}

/** ApolloGateway's executor as @apollo/server calls it, over subgraphs in this process. */
export const startStock: StartEngine = async ({ sdl, subgraphs }) => {
  const silent = () => undefined;
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  const gateway = new ApolloGateway({
    supergraphSdl: sdl,
    logger,
    buildService: ({ name }) => localSource(subgraphs[name]),
  });
  try {
    const { executor } = await gateway.load();
    return {
      async run(query, variables) {
        const request = { query, variables };
        const queryHash = createHash('sha256').update(query).digest('hex');
        const context = {
          document: parse(query),
          request,
          queryHash,
          schema: gateway.schema,
          logger,
          context: {},
        };
        const given = { ...context, metrics: {}, cache: undefined } as unknown as Parameters<
          typeof executor
        >[0];
        return asAnswer(await executor(given));
      },
      stop: () => gateway.stop(),
    };
  } catch (error) {
    if (error instanceof Error && error.message.includes('is unsupported')) return undefined;
    throw error;
  }
};

/** The whole router, asked over HTTP, with subgraphs over HTTP. */
export const startRouterEngine: StartEngine = (setup) => startRouterWith(setup, '');

/**
 * The router with all of its answers' parts cached, asked twice, so that the second answer is made of what the first has left,
 * and both of what is left of operations before.
 *
 * @param maxBytes what the router keeps in memory; 0: every part is read from the backend
 */
export function startCachedEngine(maxBytes: number, fetches: FetchCounts): StartEngine {
  const cache = `{ enabled: true, whole_answers: { enabled: false }, in_memory: { max_bytes: ${maxBytes} } }`;
  return async (setup) => {
    const engine = await startRouterWith(setup, `response_cache: ${cache}\n${patient}`, keptByAll);
    return engine && { ...engine, run: (query, variables) => answerTwice(engine, query, variables, fetches) };
  };
}

/** Of all operations. */
export interface FetchCounts {
  first: number;
  second: number;
}

/** What is compared is not how long planning takes. */
const patient =
  'supergraph: { query_planning: { experimental_cooperative_cancellation: { timeout: 60s } } }\n';

const keptByAll = { 'cache-control': 'public, max-age=600', vary: '' };

async function answerTwice(
  engine: Engine,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  fetches: FetchCounts,
): Promise<Answer> {
  const count = () => engine.fetches?.() ?? 0;
  const before = count();
  const first = await engine.run(query, variables);
  if (
    parse(query).definitions.some((node) => 'operation' in node && node.operation !== OperationTypeNode.QUERY)
  )
    return first;
  const between = count();
  const second = await engine.run(query, variables);
  fetches.first += between - before;
  fetches.second += count() - between;
  if (JSON.stringify(first.data) === JSON.stringify(second.data)) return second;
  const message = `the first answer was ${JSON.stringify(first)}`;
  return { ...second, errors: [...second.errors, { message }] };
}

async function startRouterWith(
  { sdl, subgraphs }: EngineSetup,
  more: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Engine | undefined> {
  const served = await serve(subgraphs, headers);
  try {
    const yaml = `override_subgraph_url: ${JSON.stringify(served.urls)}\ninclude_subgraph_errors: { all: true }\n${more}`;
    const router = await startTestRouter({ sdl, yaml });
    // What an internal error hides from clients, the reproduction shows.
    const told = (errors: readonly AnswerError[], since: number) => {
      const causes = router.log
        .slice(since)
        .flatMap(({ err }) => (err === undefined ? [] : [JSON.stringify(err)]));
      return errors.map((error) =>
        error.extensions?.['code'] === 'INTERNAL_SERVER_ERROR'
          ? { ...error, message: `${error.message} ${causes.join(' ')}` }
          : error,
      );
    };
    return {
      async run(query, variables) {
        const before = router.log.length;
        const { data, errors = [], extensions = {} } = await router.query(query, variables);
        return { data: data ?? null, extensions, errors: told(errors, before) };
      },
      async runInParts(query, variables) {
        const before = router.log.length;
        const answer = putTogether(await payloads(router, query, variables));
        return { ...answer, errors: told(answer.errors, before) };
      },
      fetches: served.fetches,
      async stop() {
        await router.close(0);
        await served.stop();
      },
    };
  } catch (error) {
    await served.stop();
    if (error instanceof SupergraphError) return undefined;
    throw error;
  }
}

async function payloads(
  router: TestRouter,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<readonly Payload[]> {
  const accept = 'multipart/mixed;deferSpec=20220824,application/json';
  const response = await router.post({ query, variables }, { headers: { accept } });
  const isOne = response.headers.get('content-type')?.startsWith('multipart/') !== true;
  if (isOne) return [(await response.json()) as Payload];
  const all: Payload[] = [];
  for await (const payload of payloadsOf(response)) all.push(payload);
  return all;
}

function localSource(schema: GraphQLSchema | undefined): GraphQLDataSource {
  return {
    async process({ request }) {
      if (schema === undefined) throw new Error('expected a schema for each subgraph');
      const { query = '', variables = {}, operationName } = request;
      const result = await graphql({
        schema,
        source: query,
        variableValues: variables,
        operationName: operationName ?? null,
      });
      return JSON.parse(JSON.stringify(result)) as Awaited<ReturnType<GraphQLDataSource['process']>>;
    },
  };
}

async function serve(subgraphs: EngineSetup['subgraphs'], headers: Readonly<Record<string, string>>) {
  let fetches = 0;
  const server = createServer((request, response) => {
    void readBody(request).then(async (body) => {
      fetches += 1;
      const schema = subgraphs[(request.url ?? '').slice(1)];
      const answer =
        schema === undefined ? { errors: [{ message: 'no such subgraph' }] } : await answerAll(schema, body);
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const urls = Object.fromEntries(
    Object.keys(subgraphs).map((name) => [name, `http://127.0.0.1:${port}/${name}`]),
  );
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    });
  return { urls, stop, fetches: () => fetches };
}

interface Body {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

function answerAll(schema: GraphQLSchema, body: Body | readonly Body[]): Promise<unknown> {
  if (Array.isArray(body))
    return Promise.all((body as readonly Body[]).map((each) => answerAll(schema, each)));
  const { query, variables } = body as Body;
  return graphql({ schema, source: query, variableValues: variables ?? null });
}

async function readBody(request: IncomingMessage): Promise<Body | readonly Body[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Body | readonly Body[];
}

function asAnswer({ data = null, errors = [] }: { data?: unknown; errors?: readonly unknown[] }): Answer {
  return JSON.parse(JSON.stringify({ data, errors })) as Answer;
}
