/** From what the fetches have brought to what the client gets: data as JSON, and every error at its place. */
import type { ErrorCode } from '@selvedge/errors';
import { GraphQLError } from 'graphql';
import { SubrequestFailure } from '../subgraphs/subgraph-error.js';
import type { CompiledOperation } from './compiled-operation.js';
import { placeErrors, type Path, type PlacedError } from './places.js';
import type { PlanOutcome } from './run-plan.js';
import { writeAnswer, type Problem } from './write-answer.js';

export interface Answer {
  /** `{"data":` … `}` and nothing else; `null` where a null has reached the root. */
  readonly response: Buffer | null;
  readonly errors: readonly GraphQLError[];
  /** Values that the schema does not allow, and that have become null: for the people who run the subgraphs. */
  readonly valueCompletion: readonly GraphQLError[];
}

export function makeAnswer(
  { plan, shape }: CompiledOperation,
  { results, failures }: PlanOutcome,
  variables: Readonly<Record<string, unknown>>,
): Answer {
  const { response, problems } = writeAnswer(shape, results, variables);
  if (failures.length === 0 && problems.length === 0) return { response, errors: [], valueCompletion: [] };
  return { response, ...explain(placeErrors(plan, results, failures, shape), problems) };
}

/** What is said of an answer, or a part of it: the errors that have come, and problems that none of them explains. */
export function explain(
  placed: readonly PlacedError[],
  problems: readonly Problem[],
): Omit<Answer, 'response'> {
  const known = placed.flatMap(({ path }) => (path === undefined ? [] : [path]));
  // Nothing else explains a wrong shape: what failed for its sake says nothing of it.
  const unexplained = problems.filter(
    (problem) => isError(problem) && (problem.kind === 'shape' || !isExplained(problem.path, known)),
  );
  const completion = problems.filter(({ kind }) => isOfAValue(kind));
  return {
    errors: [...placed.map(asGraphQLError), ...unexplained.map(malformed)],
    valueCompletion: completion.map(invalid),
  };
}

/** A subgraph's own error says already why there is a null, at the place itself, below it or above it. */
function isExplained(path: Path, known: readonly Path[]): boolean {
  return known.some((other) => {
    const length = Math.min(path.length, other.length);
    for (let index = 0; index < length; index += 1) if (path[index] !== other[index]) return false;
    return true;
  });
}

/** That a value is null for what it was is no error to a client; that more is lost for it needs one. */
function isError({ kind, goesUp }: Problem): boolean {
  return goesUp || !isOfAValue(kind);
}

function isOfAValue(kind: Problem['kind']): boolean {
  return kind === 'value' || kind === 'typename';
}

function asGraphQLError({ error, path, subgraph }: PlacedError): GraphQLError {
  const given: unknown = 'extensions' in error ? error.extensions : {};
  const extensions = { code: 'DOWNSTREAM_SERVICE_ERROR', ...(given as object), serviceName: subgraph };
  return new GraphQLError(error.message, {
    originalError: error,
    extensions,
    ...(path !== undefined && { path }),
  });
}

function malformed({ kind, path, coordinate, subgraph }: Problem): GraphQLError {
  const code: ErrorCode = 'SUBREQUEST_MALFORMED_RESPONSE';
  if (kind === 'shape' && subgraph !== undefined) {
    const failure = new SubrequestFailure(code, 'answered with a value of the wrong shape');
    return asGraphQLError({ error: failure.toSubgraphError(subgraph), path, subgraph });
  }
  const message = `Cannot return null for non-nullable ${placeOf(path, coordinate)}.`;
  return new GraphQLError(message, { path, extensions: { code } });
}

function invalid({ kind, path, coordinate }: Problem): GraphQLError {
  const what = kind === 'typename' ? 'Invalid __typename found for object at' : 'Invalid value found for';
  const extensions = { code: 'INVALID_GRAPHQL' };
  return new GraphQLError(`${what} ${placeOf(path, coordinate)}.`, { path, extensions });
}

function placeOf(path: Path, coordinate: string): string {
  const last = path.at(-1);
  return typeof last === 'number'
    ? `array element at index ${last} of field ${coordinate}`
    : `field ${coordinate}`;
}
