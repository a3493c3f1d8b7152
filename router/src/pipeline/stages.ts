/**
 * The request path, in one direction: each stage is made from the one before it and from nothing else, and none is
 * changed once it is made. What a request needs of the supergraph comes along in the stage, so that a request that
 * began on one supergraph ends on it, whatever is loaded meanwhile.
 *
 * `HttpRequest -> ParsedOperation -> ValidatedOperation -> PlannedOperation -> ExecutedPlan -> ShapedResponse`
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { DocumentNode, GraphQLError, OperationDefinitionNode } from 'graphql';
import type { ClientError } from '@selvedge/errors';
import type { CompiledOperation } from '../execution/compiled-operation.js';
import type { FetchAnswer } from '../execution/fetch-answer.js';
import type { PlanOutcome } from '../execution/run-plan.js';
import type { IncrementalFormat } from '../incremental/formats.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import type { JsonData } from './json-data.js';
import type { RequestContext } from './request-context.js';

/** A client's request, read to its end. */
export interface HttpRequest {
  /** Names the request in the log and in `x-request-id`. */
  readonly id: string;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** How the client takes an answer that comes in parts; `null`: it does not. */
  readonly incremental: IncrementalFormat | null;
}

/** The one operation that is to be executed. Its document is valid for the API schema. */
export interface ParsedOperation {
  readonly supergraph: Supergraph;
  /** Equal for equal text and operation name: the key of whatever is prepared once per operation. */
  readonly key: string;
  /** As the client sent it. */
  readonly text: string;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly operationName: string | undefined;
  readonly variables: Variables;
  readonly context: RequestContext;
}

/** Its variables fit their types, and it is within the limits. */
export interface ValidatedOperation extends ParsedOperation {
  /** With defaults filled in and input values coerced. `variables` is what subgraphs get: they coerce themselves. */
  readonly coercedVariables: Variables;
  /** `null` where demand control is off. */
  readonly estimatedCost: number | null;
  /** Whether what has `@defer` comes later (`incremental/`); otherwise it is as any other. */
  readonly defers?: boolean;
}

export interface PlannedOperation extends ValidatedOperation {
  /** Of `@override(label:)`: those that are on for this request. */
  readonly overrideLabels: readonly string[];
  readonly compiled: CompiledOperation;
}

export interface ExecutedPlan extends PlannedOperation {
  /** An error: there was nothing to execute. */
  readonly outcome: PlanOutcome | ClientError;
  /** Whether something of it is this caller's alone. */
  readonly isPrivate: boolean;
  /** Whether it wrote something that others may not see yet. */
  readonly isUnconfirmed: boolean;
  readonly fetches: readonly AnsweredFetch[];
}

/** What an answer says of whether, for how long and for whom it may be kept. To read `proofs` is work, which can wait. */
export interface AnsweredFetch {
  readonly subgraph: string;
  readonly answer: Pick<FetchAnswer, 'proofs' | 'cacheControl' | 'origins'>;
}

/** What the client gets, but for the formatting of errors, which is @apollo/server's last step. */
export interface ShapedResponse {
  readonly data: JsonData | null;
  readonly errors?: readonly GraphQLError[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export type Variables = Readonly<Record<string, unknown>>;
