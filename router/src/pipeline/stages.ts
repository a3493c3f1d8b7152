/**
 * The request path, in one direction: each stage is made from the one before it and from nothing else, and none is
 * changed once it is made. What a request needs of the supergraph comes along in the stage, so that a request that
 * began on one supergraph ends on it, whatever is loaded meanwhile.
 *
 * `HttpRequest -> ParsedOperation -> ValidatedOperation -> PlannedOperation -> ExecutedPlan -> ShapedResponse`
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { Supergraph } from '../supergraph/supergraph.js';
import type { ApolloRequest, ExecutionOutcome } from './apollo-types.js';

/** A client's request, read to its end. */
export interface HttpRequest {
  /** Names the request in the log and in `x-request-id`. */
  readonly id: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** With the leading `?`, or empty. */
  readonly search: string;
  /** The body's JSON, not yet looked into; `undefined` without a body. */
  readonly body: unknown;
  /** Aborted when the client has left, or when `traffic_shaping.router.timeout` is over. */
  readonly signal: AbortSignal;
}

/** The one operation that is to be executed. Its document is valid for the API schema. */
export interface ParsedOperation {
  readonly supergraph: Supergraph;
  /** Equal for equal text and operation name: the key of whatever is prepared once per operation. */
  readonly key: string;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly operationName: string | undefined;
  readonly variables: Variables;
  /** What @apollo/gateway's executor asks for; nothing of ours reads it. */
  readonly apollo: ApolloRequest;
}

/** Its variables fit their types, and it is within the limits. */
export interface ValidatedOperation extends ParsedOperation {
  /** With defaults filled in and input values coerced. `variables` is what subgraphs get: they coerce themselves. */
  readonly coercedVariables: Variables;
  /** `null` where demand control is off. */
  readonly estimatedCost: number | null;
}

export interface PlannedOperation extends ValidatedOperation {
  readonly plan: QueryPlan;
}

export interface ExecutedPlan extends PlannedOperation {
  readonly outcome: ExecutionOutcome;
}

/** What the client gets, but for the formatting of errors, which is @apollo/server's last step. */
export type ShapedResponse = Readonly<Pick<ExecutionOutcome, 'data' | 'errors' | 'extensions'>>;

export type Variables = Readonly<Record<string, unknown>>;
