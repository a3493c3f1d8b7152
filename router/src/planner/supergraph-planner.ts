/**
 * The whole of planning on @apollo/query-planner, synchronously: what runs in the worker. Beside plans it gives what the
 * main thread has to know of the supergraph, so that @apollo/federation-internals, which takes 150 to 370 ms to read six
 * subgraphs, is never run there.
 */
import {
  operationFromDocument,
  printSchema,
  Supergraph as FederationSupergraph,
  type Schema,
} from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import { ClientError } from '@selvedge/errors';
import {
  Kind,
  parse,
  validate,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type SelectionNode,
} from 'graphql';
import { readCostTable, type CostTable } from '../cost/cost-table.js';
import { refusedFeatures } from '../supergraph/features.js';
import { withoutNeedlessHops } from './answering-subgraph.js';
import { composedDirectives } from './composed-directives.js';
import { dataNames, namesInUse, withDataNames, type NamesInUse } from './data-names.js';
import { mendedPlanner } from './mended-planner.js';
import { inSequence, isOneFetch, mutationSteps } from './mutation-steps.js';
import { partialFields } from './partial-fields.js';
import { fieldsWithRequirement, withConditionsOnRequirements } from './requirement-conditions.js';
import { separateRequiredArguments } from './required-arguments.js';
import { restoreRequired } from './restore-required.js';

/** Plain data: it comes over from the worker. */
export interface SupergraphDigest {
  readonly apiSdl: string;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  readonly costs: CostTable;
  /** The labels of `@override(label:)` that occur. */
  readonly overrideLabels: readonly string[];
  readonly names: NamesInUse;
  /** The URLs of features that change what clients see and that we do not carry out. */
  readonly refusedFeatures: readonly string[];
}

export interface PlanningLimits {
  /** How many plans are compared at most (`experimental_plans_limit`). */
  readonly plans: number | undefined;
  /** How many ways to one field are looked at (`experimental_paths_limit`). */
  readonly paths: number | undefined;
}

/** One operation, as text. */
export interface PlanRequest {
  readonly text: string;
  readonly operationName: string | undefined;
  readonly overrideLabels: readonly string[];
  /** Whether what has `@defer` is planned apart; otherwise it is as if the directive were not there. */
  readonly defers?: boolean;
  /** Of an operation that was validated against another supergraph. */
  readonly isUnvalidated?: boolean;
}

export interface SupergraphPlanner {
  readonly digest: SupergraphDigest;
  /** @throws ClientError for an operation that cannot be planned */
  plan(request: PlanRequest): QueryPlan;
}

/** @throws Error whose message says what is wrong with the SDL */
export function supergraphPlanner(sdl: string, limits: PlanningLimits): SupergraphPlanner {
  const document = parse(sdl);
  const federation = readSupergraph(document, true);
  const required = separateRequiredArguments(document);
  // What was external for a `@requires` no longer is used by it: no fault, though validation calls it one.
  const planned = required.fields.size === 0 ? federation : readSupergraph(required.supergraph, false);
  const planner = mendedPlanner(planned, {
    incrementalDelivery: { enableDefer: true },
    debug: {
      ...(limits.plans !== undefined && { maxEvaluatedPlans: limits.plans }),
      ...(limits.paths !== undefined && { pathsLimit: limits.paths }),
    },
  });
  const composed = composedDirectives(document, federation.schema, federation.apiSchema());
  const digest = digestOf(federation, document, composed.sdl);
  const partial = partialFields(required.supergraph);
  const names = dataNames(digest.names);
  const withRequirement = fieldsWithRequirement(document);
  const apiSchema = planned.apiSchema();
  let validationSchema: GraphQLSchema | undefined;
  return {
    digest,
    plan({ text, operationName, overrideLabels, defers = false, isUnvalidated = false }) {
      const client = parse(text, { noLocation: true });
      if (isUnvalidated) {
        validationSchema ??= composed.addedTo(
          federation.apiSchema().toGraphQLJSSchema({ includeDefer: true }),
        );
        refuseInvalid(validationSchema, client);
      }
      const sendable = composed.leftOut(client);
      const named = withDataNames(
        defers ? withoutIntrospection(sendable) : withoutNestedIntrospection(withoutDefer(sendable)),
        names,
      );
      const document = withConditionsOnRequirements(named, withRequirement);
      const overrideConditions = new Map(
        digest.overrideLabels.map((label) => [label, overrideLabels.includes(label)]),
      );
      const planOne = (one: DocumentNode) => {
        const operation = operationFromDocument(
          apiSchema,
          one,
          operationName === undefined ? {} : { operationName },
        );
        return withoutNeedlessHops(partial, () => planner.plan(operation, overrideConditions));
      };
      try {
        return restoreRequired(planInOrder(document, operationName, defers, planOne), required);
      } catch (error) {
        throw asClientError(error);
      }
    },
  };
}

/** A deferred fragment has one label, so what is deferred stays whole. */
function planInOrder(
  document: DocumentNode,
  operationName: string | undefined,
  defers: boolean,
  planOne: (document: DocumentNode) => QueryPlan,
): QueryPlan {
  const mutation = defers ? null : mutationSteps(document, operationName);
  if (mutation === null) return planOne(document);
  if (mutation.isFlat) {
    const whole = planOne(document);
    if (isOneFetch(whole)) return whole;
  }
  return inSequence(mutation.steps.map(planOne));
}

function readSupergraph(document: DocumentNode, validateSupergraph: boolean): FederationSupergraph {
  // `null`: which features are supported is our own question, answered in features.ts.
  return FederationSupergraph.build(document, { supportedFeatures: null, validateSupergraph });
}

function digestOf(
  federation: FederationSupergraph,
  document: DocumentNode,
  composedSdl: string,
): SupergraphDigest {
  return {
    apiSdl: `${printSchema(federation.apiSchema())}\n${composedSdl}`,
    subgraphs: federation.subgraphsMetadata().map(({ name, url }) => ({ name, url })),
    costs: readCostTable(federation.schema),
    overrideLabels: overrideLabels(federation.schema),
    names: namesInUse(document),
    refusedFeatures: refusedFeatures(federation),
  };
}

function overrideLabels(schema: Schema): string[] {
  const labels = new Set<string>();
  for (const application of schema.directive('join__field')?.applications() ?? []) {
    const label: unknown = application.arguments()['overrideLabel'];
    if (typeof label === 'string') labels.add(label);
  }
  return [...labels].sort();
}

/** What is no incremental answer's plan has no part that comes later. */
function withoutDefer(document: DocumentNode): DocumentNode {
  return visit(document, { Directive: ({ name }) => (name.value === 'defer' ? null : undefined) });
}

/** Needs no fetch, and the planner (2.14.4) throws where it stands in a deferred fragment. */
function withoutIntrospection(document: DocumentNode): DocumentNode {
  return visit(document, { Field: (field) => (isIntrospection(field) ? typename : undefined) });
}

/** The planner leaves it out itself right below the operation, and throws where it stands in a fragment with a condition. */
function withoutNestedIntrospection(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field(field, _key, _parent, path) {
      if (!isIntrospection(field)) return undefined;
      const isRoot =
        path.length === 5 && document.definitions[Number(path[1])]?.kind === Kind.OPERATION_DEFINITION;
      return isRoot ? undefined : typename;
    },
  });
}

function isIntrospection(selection: SelectionNode): boolean {
  return (
    selection.kind === Kind.FIELD &&
    (selection.name.value === '__schema' || selection.name.value === '__type')
  );
}

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function refuseInvalid(schema: GraphQLSchema, document: DocumentNode): void {
  const [first] = validate(schema, document, undefined, { maxErrors: 1 });
  if (first !== undefined) throw new ClientError('GRAPHQL_VALIDATION_FAILED', first.message);
}

/** The planner's two bounds on pathological operations have no type of their own, only these messages. */
function asClientError(error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  if (!/^(?:Exceeded maximum recursive selections|Number of non-local selections exceeds)/.test(message))
    return error;
  return new ClientError(
    'QUERY_PLANNING_FAILED',
    `expected an operation that can be planned within bounds but got one that cannot: ${message}`,
    { cause: error },
  );
}
