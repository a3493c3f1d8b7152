/** One subgraph in this process behind the cache of parts, without a router around: what tests of caching ask and look at. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { openInProcessBackend, type AnswerOrigin, type CacheBackend } from '@selvedge/cache';
import { buildASTSchema, graphql, OperationTypeNode, parse, type GraphQLSchema } from 'graphql';
import { noCacheObserver, type CacheObserver } from '../caching/cache-observer.js';
import { cachedFetch } from '../caching/cached-fetch.js';
import { CachingOfRequest } from '../caching/caching-of-request.js';
import { declaredTags } from '../caching/declared-tags.js';
import { ResponseCache, type SubgraphCacheOptions } from '../caching/response-cache.js';
import { cachedSubgraphs } from '../caching/subgraph-caching.js';
import type { CallOrigin, FetchAnswer } from '../execution/fetch-answer.js';
import { requestTemplate, type RequestTemplate } from '../execution/request-template.js';
import { TypeRelations } from '../execution/type-relations.js';
import { bodyOf, checked, toAnswer, type SubgraphOperation } from '../subgraphs/operation.js';
import type { SubgraphResponseError } from '../subgraphs/read-response.js';
import { compose, withFederationLink } from './compose.js';

type SubgraphModule = Extract<Parameters<typeof buildSubgraphSchema>[0], { typeDefs: unknown }>;

export interface CachedSubgraphOptions {
  readonly typeDefs: string;
  readonly resolvers: NonNullable<SubgraphModule['resolvers']>;
  /** Of each answer. */
  readonly origin?: (asked: Asked) => Partial<AnswerOrigin> | CallOrigin;
  readonly backend?: CacheBackend;
  readonly cache?: ResponseCache;
  readonly options?: Partial<SubgraphCacheOptions>;
  readonly maxBytes?: number;
  readonly observer?: CacheObserver;
  /** Milliseconds. */
  readonly usualTime?: number;
  readonly before?: (asked: Asked) => Promise<void> | void;
}

/** What got to the subgraph. */
export interface Asked {
  readonly query: string;
  readonly representations: readonly Readonly<Record<string, unknown>>[] | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

export interface CachedSubgraph {
  readonly cache: ResponseCache;
  readonly backend: CacheBackend;
  readonly sdl: string;
  readonly asked: Asked[];
  /** By a client request of its own. */
  readonly fetch: (
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<FetchAnswer>;
  /** @param query with `$representations` */
  readonly entities: (
    query: string,
    representations: readonly object[],
    variables?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<FetchAnswer>;
}

function templateOf(query: string, variables: readonly string[], isEntityFetch: boolean): RequestTemplate {
  return requestTemplate(
    {
      kind: 'Fetch',
      serviceName: 's',
      operation: query,
      operationKind: OperationTypeNode.QUERY,
      operationName: undefined,
      variableUsages: [...variables],
      ...(isEntityFetch && { requires: [] }),
    },
    [],
  );
}

export function cachedSubgraph(given: CachedSubgraphOptions): CachedSubgraph {
  const { sdl, document, schema, own } = composed(given);
  const cache = given.cache ?? cacheOf(given);
  const caching = cachedSubgraphs(document, schema, cache, declaredTags(document)).get('s');
  if (caching === undefined) throw new Error('expected the subgraph to be cached');
  const asked: Asked[] = [];
  const executor = executorOf(given, own, new TypeRelations(schema), asked);
  const templates = new Map<string, RequestTemplate>();
  const run = async (
    query: string,
    texts: readonly string[] | null,
    variables: Readonly<Record<string, unknown>>,
    headers: Asked['headers'],
  ) => {
    const id = JSON.stringify([query, Object.keys(variables)]);
    const template = templates.get(id) ?? templateOf(query, Object.keys(variables), texts !== null);
    templates.set(id, template);
    const send = (operation: SubgraphOperation) => executor(operation, headers);
    const observer = given.observer ?? noCacheObserver;
    const shared = {
      cache,
      caching,
      observer,
      headers,
      send,
      sendLater: send,
      usualTime: () => given.usualTime ?? 100,
    };
    const operation = { template, variables: JSON.stringify(variables).slice(1, -1), representations: texts };
    const answer = await cachedFetch(new CachingOfRequest(shared), operation);
    await cache.settled();
    return answer;
  };
  return {
    cache,
    backend: cache.backend,
    sdl,
    asked,
    fetch: (query, variables = {}, headers = {}) => run(query, null, variables, headers),
    entities: (query, representations, variables = {}, headers = {}) => {
      const texts = representations.map((each) => JSON.stringify(each));
      return run(query, texts, variables, headers);
    },
  };
}

/** Composing takes longer than most tests. */
const known = new Map<CachedSubgraphOptions['resolvers'], ReturnType<typeof composeOne>>();

function composed(given: CachedSubgraphOptions) {
  const one = known.get(given.resolvers) ?? composeOne(given);
  known.set(given.resolvers, one);
  return one;
}

function composeOne({ typeDefs, resolvers }: CachedSubgraphOptions) {
  const sdl = compose([{ name: 's', url: 'http://127.0.0.1/s', typeDefs }]);
  const document = parse(sdl);
  const own = buildSubgraphSchema([{ typeDefs: parse(withFederationLink(typeDefs)), resolvers }]);
  return { sdl, document, schema: buildASTSchema(document, { assumeValid: true }), own };
}

function cacheOf({ options, maxBytes = 10_000_000, backend }: CachedSubgraphOptions): ResponseCache {
  const all = { ttl: null, maxTtl: 86_400_000, staleWhileRevalidate: 0, ...options };
  const kept = backend ?? openInProcessBackend({ maxBytes: 10_000_000 });
  return new ResponseCache({ backend: kept, subgraph: () => all, maxBytes });
}

/** Asks the subgraph, as the transport would. */
function executorOf(
  given: CachedSubgraphOptions,
  schema: GraphQLSchema,
  types: TypeRelations,
  asked: Asked[],
) {
  return async (operation: SubgraphOperation, headers: Asked['headers']): Promise<FetchAnswer> => {
    const { query: source, variables } = JSON.parse(bodyOf(operation)) as {
      query: string;
      variables: Asked['variables'];
    };
    const representations = (variables['representations'] as Asked['representations'] | undefined) ?? null;
    const one = { query: source, variables, representations, headers };
    asked.push(one);
    await given.before?.(one);
    const answer = await graphql({ schema, source, variableValues: variables, contextValue: one });
    const { data = null, errors = [] } = JSON.parse(JSON.stringify(answer)) as {
      data?: Record<string, unknown> | null;
      errors?: Omit<SubgraphResponseError, 'extensions'>[];
    };
    const origin = originOf(given.origin?.(one) ?? {}, errors.length > 0);
    const all = errors.map((error) => ({ ...error, extensions: {} }));
    const response = checked(operation, { data, errors: all, status: 200, origin }, types);
    return toAnswer('s', operation, { response, isPrivate: false });
  };
}

/** Of an answer that everybody may keep. */
export const forAMinute: AnswerOrigin = {
  maxAge: 60,
  isPrivate: false,
  staleness: 0,
  snapshot: null,
  tags: [],
  headers: [],
  claims: [],
  refusal: null,
};

function originOf(said: Partial<AnswerOrigin> | CallOrigin, hasErrors: boolean): CallOrigin {
  if ('hasSetCookie' in said) return { ...said, hasErrors };
  const answer: AnswerOrigin = { ...forAMinute, ...said };
  const extension = { cluster: null, answer };
  return { extension, cacheControl: undefined, vary: undefined, hasSetCookie: false, hasErrors };
}
