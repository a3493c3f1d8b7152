// Most of what a router asks a subgraph is `_entities` with fields that are columns. Such an operation needs no resolvers:
// it is compiled, once per text, to the reads that it makes and the writers of its JSON. Whatever it does not understand is
// left to graphql-js, which remains the only authority on errors and nulls.
import {
  defaultFieldResolver,
  getNamedType,
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLInt,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  validate,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLSchema,
  OperationTypeNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { declaredNeeds } from '../look-ahead/needs.js';
import type { ReadDefinition } from '../reads/read.js';
import { refShapeOf } from '../resolvers/entity-ref.js';
import { referenceReads } from '../resolvers/reference.js';
import { relationOf, type Relation } from '../resolvers/relation.js';
import { cacheControlHeader, cachePolicy } from '../schema/cache-policy.js';
import { resolveReferenceOf } from '../schema/entities.js';

/** One selection on rows of one type. */
export interface RowPlan {
  readonly typename: string;
  /** The properties that the rows must have. */
  readonly properties: readonly string[];
  readonly fields: readonly FieldPlan[];
}

/** How one response field is made of a row. `key` is its JSON name with the colon. */
export type FieldPlan =
  | { readonly kind: 'constant'; readonly key: string; readonly json: string }
  | {
      readonly kind: 'leaf';
      readonly key: string;
      readonly property: string;
      readonly isNullable: boolean;
      readonly write: LeafWriter;
    }
  | {
      readonly kind: 'ref';
      readonly key: string;
      readonly properties: readonly string[];
      readonly fields: readonly FieldPlan[];
    }
  | {
      readonly kind: 'relation';
      readonly key: string;
      readonly isNullable: boolean;
      readonly relation: Relation;
      readonly rows: RowPlan;
    };

/** Serialises a value that is not null; throws for one that its type does not take. */
export type LeafWriter = (value: unknown) => string;

/** How the entities of one type are found, and what is written of them. */
export interface EntityPlan {
  readonly reads: readonly ReadDefinition[];
  readonly rows: RowPlan;
}

export interface EntitiesPlan {
  /** `"_entities":` or its alias. */
  readonly key: string;
  readonly variable: string;
  readonly byTypename: ReadonlyMap<string, EntityPlan>;
  readonly cacheControl: string;
}

/** The plan of an operation, or null where graphql-js has to run it. */
export function compileEntities(schema: GraphQLSchema, text: string): EntitiesPlan | null {
  const document = parsed(schema, text);
  const [operation, ...others] = document?.definitions ?? [];
  if (document === null || operation?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) return null;
  const field = soleEntitiesField(operation);
  const variable = operation.variableDefinitions?.[0]?.variable.name.value;
  const byTypename = field?.selectionSet === undefined ? null : entityPlans(schema, field.selectionSet);
  if (field === null || variable === undefined || byTypename === null) return null;
  const cacheControl = cacheControlHeader(cachePolicy(schema, document, operation));
  return { key: jsonKey(field), variable, byTypename, cacheControl };
}

/** The plans of `... on T { … } ... on U { … }`, one for each type; null where there is anything else. */
function entityPlans(schema: GraphQLSchema, set: SelectionSetNode): ReadonlyMap<string, EntityPlan> | null {
  const plans = new Map<string, EntityPlan>();
  const withTypename = selectsTypename(set);
  for (const selection of set.selections) {
    if (hasDirectives(selection)) return null;
    if (selection.kind === Kind.FIELD && responseKey(selection) === '__typename' && withTypename) continue;
    if (selection.kind !== Kind.INLINE_FRAGMENT) return null;
    const type = schema.getType(selection.typeCondition?.name.value ?? '');
    if (!isObjectType(type) || plans.has(type.name)) return null;
    const reads = referenceReads(resolveReferenceOf(type) ?? {});
    const rows = rowPlan(selection.selectionSet, type, withTypename);
    if (reads === undefined || rows === null) return null;
    plans.set(type.name, { reads, rows });
  }
  return plans;
}

function parsed(schema: GraphQLSchema, text: string): DocumentNode | null {
  try {
    const document = parse(text);
    return validate(schema, document).length === 0 ? document : null;
  } catch {
    return null;
  }
}

/** The field of `query($x: [_Any!]!) { _entities(representations: $x) { … } }`, and null for any other form. */
function soleEntitiesField(operation: OperationDefinitionNode): FieldNode | null {
  const [field, ...others] = operation.selectionSet.selections;
  if (
    operation.operation !== OperationTypeNode.QUERY ||
    hasDirectives(operation) ||
    operation.variableDefinitions?.length !== 1
  )
    return null;
  if (operation.variableDefinitions[0]?.defaultValue !== undefined) return null;
  if (
    field?.kind !== Kind.FIELD ||
    others.length > 0 ||
    field.name.value !== '_entities' ||
    hasDirectives(field)
  )
    return null;
  return field.arguments?.[0]?.value.kind === Kind.VARIABLE ? field : null;
}

function rowPlan(set: SelectionSetNode, type: GraphQLObjectType, withTypename: boolean): RowPlan | null {
  const fields: FieldPlan[] = withTypename ? [typenameField('__typename', type)] : [];
  const properties = new Set<string>();
  const keys = new Set<string>(withTypename ? ['__typename'] : []);
  for (const node of set.selections) {
    if (node.kind !== Kind.FIELD || hasDirectives(node) || (node.arguments?.length ?? 0) > 0) return null;
    const name = responseKey(node);
    if (name === '__typename' && keys.has(name)) continue;
    const plan = keys.has(name) ? null : fieldPlan(node, type, properties);
    if (plan === null) return null;
    keys.add(name);
    fields.push(plan);
  }
  return { typename: type.name, properties: [...properties], fields };
}

/** The plan of one field; adds the properties that it reads. */
function fieldPlan(node: FieldNode, type: GraphQLObjectType, properties: Set<string>): FieldPlan | null {
  const name = node.name.value;
  if (name === '__typename') return typenameField(responseKey(node), type);
  const field = type.getFields()[name];
  if (field === undefined || field.args.length > 0) return null;
  const { resolve } = field;
  if (resolve == null || resolve === defaultFieldResolver) {
    properties.add(name);
    return leafPlan(node, field, name);
  }
  const relation = relationOf(resolve);
  const shape = refShapeOf(resolve);
  for (const property of declaredNeeds(resolve) ?? []) properties.add(property);
  if (relation !== undefined) return relationPlan(node, field, relation);
  return shape === undefined ? null : refPlan(node, field, shape.typename, new Map(shape.mapping));
}

function leafPlan(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  property: string,
): FieldPlan | null {
  const type = isNonNullType(field.type) ? field.type.ofType : field.type;
  if (!isLeafType(type)) return null;
  return {
    kind: 'leaf',
    key: jsonKey(node),
    property,
    isNullable: type === field.type,
    write: leafWriter(type),
  };
}

function relationPlan(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  relation: Relation,
): FieldPlan | null {
  const type = getNamedType(field.type);
  if (relation.read.kind === 'page' || !isObjectType(type) || node.selectionSet === undefined) return null;
  const outer = isNonNullType(field.type) ? field.type.ofType : field.type;
  // A list is `[T!]` on the wire: a read gives no null members.
  if ((relation.read.kind === 'many') !== isListType(outer)) return null;
  const rows = rowPlan(node.selectionSet, type, false);
  return rows === null
    ? null
    : { kind: 'relation', key: jsonKey(node), isNullable: outer === field.type, relation, rows };
}

/** A stub is compiled where only fields that it brings are selected. */
function refPlan(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  typename: string,
  mapping: ReadonlyMap<string, string>,
): FieldPlan | null {
  const type = getNamedType(field.type);
  if (!isObjectType(type) || type.name !== typename) return null;
  const fields: FieldPlan[] = [];
  for (const inner of node.selectionSet?.selections ?? []) {
    if (inner.kind !== Kind.FIELD || hasDirectives(inner)) return null;
    if (inner.name.value === '__typename') {
      fields.push(typenameField(responseKey(inner), type));
      continue;
    }
    const property = mapping.get(inner.name.value);
    const innerField = type.getFields()[inner.name.value];
    if (property === undefined || innerField === undefined || innerField.resolve != null) return null;
    const plan = leafPlan(inner, innerField, property);
    if (plan === null) return null;
    fields.push(plan);
  }
  // Fields named twice would be written twice.
  if (new Set(fields.map(({ key }) => key)).size < fields.length) return null;
  return { kind: 'ref', key: jsonKey(node), properties: [...mapping.values()], fields };
}

function typenameField(key: string, type: GraphQLObjectType): FieldPlan {
  return { kind: 'constant', key: `${JSON.stringify(key)}:`, json: JSON.stringify(type.name) };
}

function leafWriter(type: GraphQLLeafType): LeafWriter {
  if (type === GraphQLInt || type === GraphQLFloat || type === GraphQLBoolean)
    return (value) => String(type.serialize(value));
  return (value) => JSON.stringify(type.serialize(value));
}

function responseKey(node: FieldNode): string {
  return node.alias?.value ?? node.name.value;
}

function jsonKey(node: FieldNode): string {
  return `${JSON.stringify(responseKey(node))}:`;
}

function hasDirectives(node: { readonly directives?: readonly unknown[] | undefined }): boolean {
  return (node.directives?.length ?? 0) > 0;
}

function selectsTypename(set: SelectionSetNode): boolean {
  return set.selections.some(
    (selection) =>
      selection.kind === Kind.FIELD && selection.name.value === '__typename' && selection.alias === undefined,
  );
}
