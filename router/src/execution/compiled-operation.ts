/** All of one operation on one supergraph that is prepared once: its plan, and how its answer is made of what the plan brings. */
import type { QueryPlan } from '@apollo/query-planner';
import { Kind, type FragmentDefinitionNode, type GraphQLSchema } from 'graphql';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { DataNames } from '../planner/data-names.js';
import { compilePlan, type CompiledPlan } from './compiled-plan.js';
import type { HiddenNames } from './hidden-names.js';
import { introspectionFields } from './introspection.js';
import { ObjectShape } from './shape.js';
import type { TypeRelations } from './type-relations.js';

export interface CompiledOperation {
  readonly plan: CompiledPlan;
  readonly shape: ObjectShape;
}

export interface OperationToCompile {
  readonly plan: QueryPlan;
  /** The client's own, valid for the API schema. */
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  /** Whether what has `@defer` comes later. */
  readonly defers?: boolean;
}

export interface CompileContext {
  readonly apiSchema: GraphQLSchema;
  readonly types: TypeRelations;
  readonly hidden: HiddenNames;
  readonly names: DataNames;
}

export function compileOperation(
  { plan, document, definition, defers = false }: OperationToCompile,
  { apiSchema, types, hidden, names }: CompileContext,
): CompiledOperation {
  const compiled = compilePlan(plan, types, hidden);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const type = apiSchema.getRootType(definition.operation);
  if (type == null) throw new Error(`expected the schema to have a root type for ${definition.operation}`);
  const context = {
    schema: apiSchema,
    fragments,
    names,
    fetches: compiled.fetches.map(({ fetch }) => fetch),
    introspection: introspectionFields(apiSchema, definition, fragments),
    defers,
  };
  const selectionSets = [{ selectionSet: definition.selectionSet, guard: [] }];
  return { plan: compiled, shape: new ObjectShape(context, compiled.root, type, selectionSets) };
}
