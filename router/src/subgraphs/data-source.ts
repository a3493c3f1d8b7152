/**
 * One subgraph, as the executor sees it: takes one fetch of a plan, sends it under the client's deadline with the
 * headers that the configuration lets through, and gives back a GraphQL response. It never throws for what a subgraph
 * did: a fetch that failed is a response without data whose errors say why, at every place that now stays empty.
 */
import type { GraphQLDataSource } from '@apollo/gateway';
import type { Schema } from '@apollo/federation-internals';
import { LRUCache } from 'lru-cache';
import type { RequestContext } from '../pipeline/request-context.js';
import { Batch } from './batch.js';
import { readCacheControl, type CacheHint } from './cache-control.js';
import type { HeaderRules } from './header-rules.js';
import { readBatchResponse, readResponse, type SubgraphResponse } from './read-response.js';
import { compileShape, nullMisshapen, type ObjectShape } from './response-shape.js';
import { SubgraphError, SubrequestFailure, type ErrorPath } from './subgraph-error.js';
import type { SubgraphTransport } from './transport.js';

export interface SubgraphDataSourceOptions {
  readonly name: string;
  /** The subgraph's own schema, as the supergraph records it. */
  readonly schema: Schema;
  readonly transport: SubgraphTransport;
  readonly headers: HeaderRules;
  /** Whether fetches of one tick may travel as one HTTP array. */
  readonly batching: boolean;
  /** Whether answers restrict what the client may cache; off where nothing is granted to clients anyway. */
  readonly readsCacheControl: boolean;
}

/** The body of one fetch. */
export interface FetchBody {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly operationName: string | undefined;
}

export type FetchOutcome = SubgraphResponse | SubrequestFailure;
export type FetchBatch = Batch<FetchBody, FetchOutcome>;

type ProcessOptions = Parameters<GraphQLDataSource<RequestContext>['process']>[0];
type ProcessResult = Awaited<ReturnType<GraphQLDataSource<RequestContext>['process']>>;

export class SubgraphDataSource implements GraphQLDataSource<RequestContext> {
  private readonly shapes = new LRUCache<string, ObjectShape>({ max: 2_000 });

  constructor(private readonly options: SubgraphDataSourceOptions) {}

  async process(options: ProcessOptions): Promise<ProcessResult> {
    if (!('incomingRequestContext' in options) || options.request.query === undefined) {
      throw new Error(`expected a fetch of a plan but got a ${options.kind}`);
    }
    const { query, variables = {}, operationName } = options.request;
    const body = { query, variables, operationName };
    const outcome = await this.fetch(body, options.context);
    const checked = outcome instanceof SubrequestFailure ? outcome : this.checkEntities(body, outcome);
    if (this.options.readsCacheControl) {
      const header = checked instanceof SubrequestFailure ? undefined : checked.cacheControl;
      restrict(options.incomingRequestContext.overallCachePolicy, readCacheControl(header));
    }
    return this.toResult(body, checked);
  }

  private async fetch(body: FetchBody, context: RequestContext): Promise<FetchOutcome> {
    try {
      if (!this.options.batching || isMutation(body.query)) return await this.send(body, context);
      return await this.batchOf(context).add(body);
    } catch (error) {
      if (error instanceof SubrequestFailure) return error;
      throw error;
    }
  }

  private batchOf(context: RequestContext): FetchBatch {
    const { name } = this.options;
    const open = context.batches.get(name);
    if (open !== undefined) return open;
    const batch: FetchBatch = new Batch(
      (bodies) => this.sendBatch(bodies, context),
      () => context.batches.delete(name),
    );
    context.batches.set(name, batch);
    return batch;
  }

  private async sendBatch(
    bodies: readonly FetchBody[],
    context: RequestContext,
  ): Promise<readonly FetchOutcome[]> {
    const [only] = bodies;
    // One operation travels as itself: the subgraph may not take arrays, and need not.
    if (bodies.length === 1 && only !== undefined) return [await this.send(only, context)];
    return readBatchResponse(await this.post(bodies, context), bodies.length);
  }

  private async send(body: FetchBody, context: RequestContext): Promise<SubgraphResponse> {
    return readResponse(await this.post(body, context));
  }

  private post(body: FetchBody | readonly FetchBody[], { request }: RequestContext) {
    return this.options.transport.post({
      headers: {
        ...this.options.headers(request.headers),
        'content-type': 'application/json',
        accept: 'application/json, application/graphql-response+json',
      },
      body: JSON.stringify(body),
      signal: request.signal,
    });
  }

  /** The executor takes entities by their index: one too few would put every one after it in the wrong place. */
  private checkEntities(body: FetchBody, response: SubgraphResponse): FetchOutcome {
    const representations = representationsOf(body);
    if (representations === null || response.data === null) return response;
    const entities = response.data['_entities'];
    // A null here is the subgraph's own error propagated; without one, it forgot to answer.
    if (entities === null && response.errors.length > 0) return { ...response, data: null };
    if (Array.isArray(entities) && entities.length === representations.length) return response;
    const got = Array.isArray(entities) ? String(entities.length) : 'none';
    const message = `answered with ${got} where ${representations.length} entities were expected`;
    return new SubrequestFailure('SUBREQUEST_MALFORMED_RESPONSE', message);
  }

  private toResult(body: FetchBody, outcome: FetchOutcome): ProcessResult {
    const { name } = this.options;
    if (outcome instanceof SubrequestFailure) {
      return { data: null, errors: this.atEmptyPlaces(body, outcome.toSubgraphError(name)) };
    }
    const errors = outcome.errors.flatMap(({ message, path, extensions }) => {
      const error = subgraphError(name, message, path, extensions);
      return path === undefined && outcome.data === null ? this.atEmptyPlaces(body, error) : [error];
    });
    if (outcome.data !== null) errors.push(...this.nullMisshapen(body, outcome.data));
    return errors.length === 0 ? { data: outcome.data } : { data: outcome.data, errors };
  }

  private nullMisshapen(body: FetchBody, data: Record<string, unknown>): SubgraphError[] {
    return nullMisshapen(data, this.shapeOf(body.query)).map((path) =>
      new SubrequestFailure('SUBREQUEST_MALFORMED_RESPONSE', 'answered with a value of the wrong shape')
        .toSubgraphError(this.options.name)
        .at(path),
    );
  }

  /** A client finds out why a place is empty by the error at that place, hence one for each; but not thousands. */
  private atEmptyPlaces(body: FetchBody, error: SubgraphError): SubgraphError[] {
    const representations = representationsOf(body);
    const places: ErrorPath[] =
      representations === null
        ? [...this.shapeOf(body.query).keys()].map((field) => [field])
        : representations.map((_, index) => ['_entities', index]);
    return places.slice(0, maxErrorsPerFetch).map((place) => error.at(place));
  }

  private shapeOf(query: string): ObjectShape {
    const known = this.shapes.get(query);
    if (known !== undefined) return known;
    const shape = compileShape(query, this.options.schema);
    this.shapes.set(query, shape);
    return shape;
  }
}

const maxErrorsPerFetch = 100;

function representationsOf(body: FetchBody): readonly unknown[] | null {
  const representations = body.variables['representations'];
  return Array.isArray(representations) ? representations : null;
}

function subgraphError(
  subgraph: string,
  message: string,
  path: ErrorPath | undefined,
  { http, ...extensions }: Record<string, unknown>,
): SubgraphError {
  return new SubgraphError(subgraph, message, {
    path,
    http,
    extensions: { ...extensions, service: subgraph },
  });
}

function isMutation(query: string): boolean {
  return /^\s*mutation\b/.test(query);
}

function restrict(policy: unknown, hint: CacheHint): void {
  if (isCachePolicy(policy)) policy.restrict(hint);
}

function isCachePolicy(value: unknown): value is { restrict(hint: CacheHint): void } {
  return (
    typeof value === 'object' && value !== null && 'restrict' in value && typeof value.restrict === 'function'
  );
}
