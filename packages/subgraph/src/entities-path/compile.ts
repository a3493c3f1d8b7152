// Most of what a router asks a subgraph is `_entities` with fields that are columns. Such an operation needs no resolvers:
// it is compiled, once per text, to the reads that it makes and the objects that it makes of their rows. Whatever it does not
// understand is left to graphql-js, which remains the only authority on errors and nulls.
import {
  isObjectType,
  Kind,
  OperationTypeNode,
  parse,
  validate,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
} from 'graphql';
import { referenceReads } from '../resolvers/reference.js';
import { cacheControlHeader } from '../schema/cache-policy.js';
import { lifetimeOf } from '../schema/lifetime.js';
import { resolveReferenceOf } from '../schema/entities.js';
import { compileRow, hasDirectives, responseName } from './compile-object.js';
import type { EntitiesPlan, EntityPlan, VariablePlan } from './plan.js';

/** The plan of an operation, or null where graphql-js has to run it. */
export function compileEntities(schema: GraphQLSchema, text: string): EntitiesPlan | null {
  const document = parsed(schema, text);
  const operation = document && soleOperation(document);
  const field = operation && soleEntitiesField(operation);
  if (document === null || operation === null || field === null) return null;
  const argument = field.arguments?.[0]?.value;
  if (field.selectionSet === undefined || argument?.kind !== Kind.VARIABLE) return null;
  const representations = argument.name.value;
  const variables = variablePlans(operation, representations);
  const byTypename = entityPlans(schema, field.selectionSet);
  const lifetime = lifetimeOf(schema, document, operation);
  return (
    variables &&
    byTypename && {
      operationName: operation.name?.value,
      name: responseName(field),
      representations,
      variables,
      byTypename,
      cacheControl: cacheControlHeader(lifetime),
      lifetime,
    }
  );
}

function parsed(schema: GraphQLSchema, text: string): DocumentNode | null {
  try {
    const document = parse(text);
    return validate(schema, document).length === 0 ? document : null;
  } catch {
    return null;
  }
}

/** The operation of a document that has nothing else. */
function soleOperation(document: DocumentNode): OperationDefinitionNode | null {
  const [operation, ...others] = document.definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION && others.length === 0 ? operation : null;
}

/** The field of `query(…) { _entities(representations: …) { … } }`, and null for any other form. */
function soleEntitiesField(operation: OperationDefinitionNode): FieldNode | null {
  const [field, ...others] = operation.selectionSet.selections;
  if (operation.operation !== OperationTypeNode.QUERY || hasDirectives(operation)) return null;
  if (field?.kind !== Kind.FIELD || others.length > 0 || hasDirectives(field)) return null;
  return field.name.value === '_entities' && responseName(field) !== '__proto__' ? field : null;
}

/** The variables besides the representations; null where one would have to be coerced. */
function variablePlans(
  operation: OperationDefinitionNode,
  representations: string,
): readonly VariablePlan[] | null {
  const plans: VariablePlan[] = [];
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    if (name === representations) continue;
    const takes = takesAsItIs(definition);
    if (takes === null) return null;
    plans.push({ name, takes });
  }
  return plans;
}

const valueChecks: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['Int', Number.isInteger],
  ['String', (value: unknown) => typeof value === 'string'],
]);

function takesAsItIs({ type, defaultValue }: VariableDefinitionNode): VariablePlan['takes'] | null {
  const isRequired = type.kind === Kind.NON_NULL_TYPE;
  const named = isRequired ? type.type : type;
  const check = named.kind === Kind.NAMED_TYPE ? valueChecks.get(named.name.value) : undefined;
  if (check === undefined || defaultValue !== undefined) return null;
  return (value) => (value == null ? !isRequired : check(value));
}

/** The plans of `... on T { … } ... on U { … }`, one for each type; null where there is anything else. */
function entityPlans(schema: GraphQLSchema, set: SelectionSetNode): ReadonlyMap<string, EntityPlan> | null {
  const plans = new Map<string, EntityPlan>();
  const withTypename = set.selections.some(isTypename);
  for (const selection of set.selections) {
    if (isTypename(selection)) continue;
    if (selection.kind !== Kind.INLINE_FRAGMENT || hasDirectives(selection)) return null;
    const type = schema.getType(selection.typeCondition?.name.value ?? '');
    if (!isObjectType(type) || plans.has(type.name)) return null;
    const reads = referenceReads(resolveReferenceOf(type) ?? {});
    const rows = compileRow(selection.selectionSet, type, withTypename);
    if (reads === undefined || rows === null) return null;
    plans.set(type.name, { reads, rows });
  }
  return plans;
}

/** A plain `__typename`, which the types' own selections then need not repeat. */
function isTypename(selection: SelectionNode): boolean {
  return (
    selection.kind === Kind.FIELD &&
    selection.name.value === '__typename' &&
    selection.alias === undefined &&
    !hasDirectives(selection)
  );
}
