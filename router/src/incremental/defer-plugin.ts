/**
 * Answers operations with `@defer` in parts, for clients that take them so. @apollo/server's hook for gateways knows only
 * whole answers, so it is done ahead of it, by the stages of the pipeline. What has nothing deferred, and what is wrong
 * with an operation before it is executed, is left to the way that all others go.
 */
import type { ApolloServerPlugin, GraphQLRequestContext, GraphQLResponse } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { asksASubgraph } from '../pipeline/empty-plan.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { noteFailures, type RequestIds } from '../pipeline/record-failures.js';
import type { RequestContext } from '../pipeline/request-context.js';
import type { PlannedOperation, ValidatedOperation } from '../pipeline/stages.js';
import type { ValidationRules } from '../pipeline/validate.js';
import { VariablesError } from '../pipeline/variables.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import type { PartsOfAnswer } from './answer-in-parts.js';
import { operationInParts, type OperationInParts } from './deferred-parts.js';
import { incrementalBody, resultOf, type PayloadContext } from './payloads.js';

export interface DeferOptions {
  readonly pipeline: Pick<Pipeline, 'validate' | 'plan' | 'executeInParts'>;
  readonly rules: ValidationRules;
  readonly showsCost: boolean;
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  readonly requestIds: RequestIds;
}

export function deferPlugin(
  supergraph: Supergraph,
  options: DeferOptions,
): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        responseForOperation: (request) => respond(request, supergraph, options),
      }),
  };
}

type ApolloRequest = GraphQLRequestContext<RequestContext>;

async function respond(
  request: ApolloRequest,
  supergraph: Supergraph,
  options: DeferOptions,
): Promise<GraphQLResponse | null> {
  const { contextValue: context, requestIsBatched, response } = request;
  const format = context.request.incremental;
  if (format === null || requestIsBatched) return null;
  const validated = validate(request, supergraph, options);
  const inParts =
    validated && operationInParts(validated.document, validated.definition, validated.coercedVariables);
  if (validated === null || inParts === null) return null;
  const planned = await planInParts(validated, inParts, options);
  if (planned === null) return null;
  if (planned.compiled.plan.fetches.length === 0 && asksASubgraph(planned)) return null;
  const answer = await options.pipeline.executeInParts(planned);
  const payloads = { format, parts: inParts.parts, formatErrors: errorsFormatter(planned, options) };
  const { http } = response;
  if (options.showsCost && validated.estimatedCost !== null)
    http.headers.set('x-selvedge-cost', String(validated.estimatedCost));
  return { http, body: bodyOf(answer, payloads) };
}

function bodyOf(answer: PartsOfAnswer, payloads: PayloadContext): GraphQLResponse['body'] {
  const initial = answer.initial();
  if (!answer.isDone) return incrementalBody(initial, answer, payloads);
  // None of the deferred fragments has a place in the answer.
  return { kind: 'single', singleResult: resultOf(initial, payloads) };
}

/** @returns `null` where something is to be said about it */
function validate(
  { operation, document, source, queryHash, request, contextValue }: ApolloRequest,
  supergraph: Supergraph,
  { pipeline, rules }: DeferOptions,
): ValidatedOperation | null {
  if (operation == null || document === undefined) return null;
  const operationName = request.operationName ?? undefined;
  const parsed = {
    supergraph,
    key: `${queryHash}:${operationName ?? ''}`,
    text: source ?? '',
    document,
    definition: operation,
    operationName,
    variables: request.variables ?? {},
    context: contextValue,
  };
  try {
    return pipeline.validate(parsed, rules);
  } catch (error) {
    if (error instanceof VariablesError || error instanceof GraphQLError) return null;
    throw error;
  }
}

/** @returns `null` where the planner cannot: it may still plan the whole, and says why where it cannot do that either */
async function planInParts(
  validated: ValidatedOperation,
  inParts: OperationInParts,
  { pipeline }: DeferOptions,
): Promise<PlannedOperation | null> {
  const { document, definition } = inParts;
  const key = `${validated.key}\n${inParts.key}`;
  try {
    return await pipeline.plan({ ...validated, key, document, definition, defers: true });
  } catch {
    // The planner (2.14.4) also breaks where `@fromContext` is below a deferred fragment.
    return null;
  }
}

/** @apollo/server formats and records the errors of its own executor only. */
function errorsFormatter(
  { context, definition }: PlannedOperation,
  { formatError, requestIds }: DeferOptions,
): PayloadContext['formatErrors'] {
  return (errors) => {
    noteFailures(errors, definition.name?.value, context, requestIds);
    return errors.map((error) => {
      const formatted = error.toJSON();
      const extensions = { code: 'INTERNAL_SERVER_ERROR', ...formatted.extensions };
      return formatError({ ...formatted, extensions }, error);
    });
  };
}
