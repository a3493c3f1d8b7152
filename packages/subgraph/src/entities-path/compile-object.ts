// Compiles one selection on objects of one type: columns, stubs, relations and their pages. Null means that it has something
// which only graphql-js does: a resolver of its own, a directive, a fragment, a field mentioned twice.
import {
  getNamedType,
  GraphQLID,
  GraphQLString,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql';
import { ownResolver } from '../look-ahead/own-resolvers.js';
import { refShapeOf, type RefShape } from '../resolvers/entity-ref.js';
import { relationOf, type Relation } from '../resolvers/relation.js';
import type { FieldPlan, LeafField, ObjectPlan } from './plan.js';

type Field = GraphQLField<unknown, unknown>;

/** A field's plan, and the properties that it reads of its object. */
interface Compiled {
  readonly plan: FieldPlan;
  readonly needs: readonly string[];
}

type FieldCompiler = (node: FieldNode, field: Field) => Compiled | null;

/** A selection on the rows of an entity. */
export function compileRow(
  set: SelectionSetNode,
  type: GraphQLObjectType,
  withTypename = false,
): ObjectPlan | null {
  return compileObject(set, type, compileRowField, withTypename);
}

export function responseName(node: FieldNode): string {
  return node.alias?.value ?? node.name.value;
}

export function hasDirectives(node: { readonly directives?: readonly unknown[] | undefined }): boolean {
  return (node.directives?.length ?? 0) > 0;
}

/** A selection whose every field the compiler knows; `withTypename` puts a `__typename` before it. */
function compileObject(
  set: SelectionSetNode | undefined,
  type: GraphQLObjectType,
  compileField: FieldCompiler,
  withTypename = false,
): ObjectPlan | null {
  const fields = new Map<string, FieldPlan>();
  const properties = new Set<string>();
  if (withTypename) fields.set('__typename', { kind: 'constant', name: '__typename', value: type.name });
  for (const node of set?.selections ?? []) {
    if (node.kind !== Kind.FIELD || hasDirectives(node)) return null;
    const name = responseName(node);
    if (withTypename && name === '__typename' && node.name.value === name) continue;
    // `__proto__` would not become a property of the answer but its prototype.
    const compiled = fields.has(name) || name === '__proto__' ? null : compileAny(node, type, compileField);
    if (compiled === null) return null;
    fields.set(name, compiled.plan);
    for (const property of compiled.needs) properties.add(property);
  }
  return { properties: [...properties], fields: [...fields.values()] };
}

function compileAny(node: FieldNode, type: GraphQLObjectType, compileField: FieldCompiler): Compiled | null {
  if (node.name.value === '__typename')
    return { plan: { kind: 'constant', name: responseName(node), value: type.name }, needs: [] };
  const field = type.getFields()[node.name.value];
  return field === undefined ? null : compileField(node, field);
}

function compileRowField(node: FieldNode, field: Field): Compiled | null {
  const resolver = ownResolver(field);
  if (resolver === undefined) return compileLeaf(node, field);
  const relation = relationOf(resolver);
  if (relation !== undefined) return compileRelation(node, field, relation);
  const shape = refShapeOf(resolver);
  return shape === undefined ? null : compileStub(node, field, shape);
}

/** Whether the field is the equally named property. */
function isPlain(field: Field): boolean {
  return ownResolver(field) === undefined && field.args.length === 0;
}

function compileLeaf(node: FieldNode, field: Field, property = field.name): Compiled | null {
  const type = isNonNullType(field.type) ? field.type.ofType : field.type;
  if (!isPlain(field) || !isLeafType(type)) return null;
  const plan: LeafField = {
    kind: 'leaf',
    name: responseName(node),
    property,
    isNullable: type === field.type,
    serialize: serializer(type),
  };
  return { plan, needs: [property] };
}

/** The built-in strings pass as they are: most columns are some, and graphql-js asks each what it is. */
function serializer(type: GraphQLLeafType): LeafField['serialize'] {
  if (type === GraphQLString || type === GraphQLID)
    return (value) => (typeof value === 'string' ? value : type.serialize(value));
  return (value) => type.serialize(value);
}

/** A stub is compiled where only fields that it brings are selected. */
function compileStub(node: FieldNode, field: Field, { typename, mapping }: RefShape): Compiled | null {
  const type = getNamedType(field.type);
  if (!isObjectType(type) || type.name !== typename) return null;
  const propertyOf = new Map(mapping);
  const object = compileObject(node.selectionSet, type, (inner, innerField) => {
    const property = propertyOf.get(inner.name.value);
    return property === undefined ? null : compileLeaf(inner, innerField, property);
  });
  if (object === null) return null;
  const properties = [...propertyOf.values()];
  const name = responseName(node);
  const plan: FieldPlan = { kind: 'stub', name, properties, isNullable: !isNonNullType(field.type), object };
  return { plan, needs: properties };
}

function compileRelation(node: FieldNode, field: Field, relation: Relation): Compiled | null {
  const type = getNamedType(field.type);
  const outer = isNonNullType(field.type) ? field.type.ofType : field.type;
  const { kind } = relation.read;
  // A list is `[T!]` on the wire: a read gives no null members.
  if (!isObjectType(type) || (kind === 'many') !== isListType(outer)) return null;
  if (kind !== 'page' && field.args.length > 0) return null;
  const rows = new Set<string>();
  const object =
    kind === 'page'
      ? compileConnection(node.selectionSet, type, rows)
      : compileObject(node.selectionSet, type, compileRowField);
  if (object === null) return null;
  const wantsCount = object.properties.includes('totalCount');
  return {
    plan: {
      kind: 'relation',
      name: responseName(node),
      isNullable: outer === field.type,
      relation,
      properties: kind === 'page' ? [...rows] : object.properties,
      object,
      page: kind === 'page' ? { field, node, wantsCount } : null,
    },
    needs: relation.mapping.map(([, property]) => property),
  };
}

/** A selection on a connection; adds the properties that its rows must have. */
function compileConnection(
  set: SelectionSetNode | undefined,
  type: GraphQLObjectType,
  rows: Set<string>,
): ObjectPlan | null {
  return compileObject(set, type, (node, field) => {
    const inner = getNamedType(field.type);
    const name = responseName(node);
    const property = field.name;
    if (!isPlain(field) || !isObjectType(inner)) return compileLeaf(node, field);
    const isRow = property === 'nodes' || property === 'node';
    const object = isRow
      ? compileObject(node.selectionSet, inner, compileRowField)
      : compileConnection(node.selectionSet, inner, rows);
    if (object === null) return null;
    if (isRow) for (const needed of object.properties) rows.add(needed);
    const outer = isNonNullType(field.type) ? field.type.ofType : field.type;
    const plan: FieldPlan = isListType(outer)
      ? { kind: 'list', name, property, items: object }
      : { kind: 'object', name, property, object };
    return { plan, needs: [property] };
  });
}
