/** One subgraph in this process behind the cache of parts, without a router around: what tests of caching ask and look at. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { openInProcessBackend, type AnswerOrigin, type CacheBackend } from '@selvedge/cache';
import { buildASTSchema, graphql, OperationTypeNode, parse } from 'graphql';
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
  fetch(
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<FetchAnswer>;
  /** @param query with `$representations` */
  entities(
    query: string,
    representations: readonly object[],
    variables?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<FetchAnswer>;
  request(headers: Readonly<Record<string, string>>): CachingOfRequest;
}

export function templateOf(
  query: string,
  variables: readonly string[],
  isEntityFetch: boolean,
): RequestTemplate {
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
  const sdl = compose([{ name: 's', url: 'http://127.0.0.1/s', typeDefs: given.typeDefs }]);
  const document = parse(sdl);
  const schema = buildASTSchema(document, { assumeValid: true });
  const backend = given.backend ?? openInProcessBackend({ maxBytes: 10_000_000 });
  const options = { ttl: null, maxTtl: 86_400_000, staleWhileRevalidate: 0, ...given.options };
  const cache =
    given.cache ??
    new ResponseCache({ backend, subgraph: () => options, maxBytes: given.maxBytes ?? 10_000_000 });
  const caching = cachedSubgraphs(document, schema, cache, declaredTags(document)).get('s');
  if (caching === undefined) throw new Error('expected the subgraph to be cached');
  const module = { typeDefs: parse(withFederationLink(given.typeDefs)), resolvers: given.resolvers };
  const own = buildSubgraphSchema([module]);
  const types = new TypeRelations(schema);
  const asked: Asked[] = [];
  const send = async (operation: SubgraphOperation, headers: Asked['headers']): Promise<FetchAnswer> => {
    const { query, variables } = JSON.parse(bodyOf(operation)) as {
      query: string;
      variables: Asked['variables'];
    };
    const representations = (variables['representations'] as Asked['representations'] | undefined) ?? null;
    const one = { query, variables, representations, headers };
    asked.push(one);
    await given.before?.(one);
    const answer = await graphql({
      schema: own,
      source: query,
      variableValues: variables,
      contextValue: one,
    });
    const { data = null, errors = [] } = JSON.parse(JSON.stringify(answer)) as {
      data?: Record<string, unknown> | null;
      errors?: SubgraphResponseError[];
    };
    const origin = originOf(given.origin?.(one) ?? {}, errors.length > 0);
    const response = checked(
      operation,
      {
        data,
        errors: errors.map((error) => ({ ...error, path: error.path, extensions: {} })),
        status: 200,
        origin,
      },
      types,
    );
    return toAnswer('s', operation, { response, isPrivate: false });
  };
  const request = (headers: Asked['headers']) =>
    new CachingOfRequest({
      cache,
      caching,
      observer: given.observer ?? noCacheObserver,
      headers,
      send: (operation) => send(operation, headers),
      sendLater: (operation) => send(operation, headers),
      usualTime: () => 100,
    });
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
    const pairs = JSON.stringify(variables).slice(1, -1);
    const answer = await cachedFetch(request(headers), {
      template,
      variables: pairs,
      representations: texts,
    });
    await cache.settled();
    return answer;
  };
  return {
    cache,
    backend,
    sdl,
    asked,
    request,
    fetch: (query, variables = {}, headers = {}) => run(query, null, variables, headers),
    entities: (query, representations, variables = {}, headers = {}) =>
      run(
        query,
        representations.map((each) => JSON.stringify(each)),
        variables,
        headers,
      ),
  };
}

function originOf(said: Partial<AnswerOrigin> | CallOrigin, hasErrors: boolean): CallOrigin {
  if ('hasSetCookie' in said) return { ...said, hasErrors };
  const answer: AnswerOrigin = {
    maxAge: 60,
    isPrivate: false,
    staleness: 0,
    snapshot: null,
    tags: [],
    headers: [],
    claims: [],
    refusal: null,
    ...said,
  };
  const extension = { cluster: null, answer };
  return { extension, cacheControl: undefined, vary: undefined, hasSetCookie: false, hasErrors };
}
