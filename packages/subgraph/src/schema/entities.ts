// `_entities`, resolved in batches (Apollo Federation subgraph specification, "Query._entities"). @apollo/subgraph asks each
// type's `__resolveReference` once a representation; here all representations of a type go to its read together, so that
// a list costs one promise and one statement. Types with a resolver of their own making are asked one by one, as there.
import { ClientError } from '@selvedge/errors';
import {
  isInterfaceType,
  isObjectType,
  isUnionType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import { kitContext, recorderOf, type SubgraphContext } from '../context.js';
import { selectedPropertiesOfType } from '../look-ahead/selected-properties.js';
import { shown } from '../input/shown.js';
import { loadReferences, referenceReads, type Representation } from '../resolvers/reference.js';

type EntityType = GraphQLObjectType | GraphQLInterfaceType;

/** Of each type, its `@external` fields: a representation may bring them for `@requires`. */
export type ExternalFields = ReadonlyMap<string, ReadonlySet<string>>;

/** Replaces the `_entities` resolver that @apollo/subgraph made. */
export function batchEntities(schema: GraphQLSchema, externals: ExternalFields): void {
  const field = schema.getQueryType()?.getFields()['_entities'];
  if (field === undefined) return;
  field.resolve = (_source, args, context, info) => {
    const { representations } = args as { representations: readonly Representation[] };
    return resolveEntities(representations, context as SubgraphContext, info, externals);
  };
  const union = schema.getType('_Entity');
  if (!isUnionType(union)) return;
  const { resolveType } = union;
  union.resolveType = (value, context, info, type) =>
    soleTypes.get(info) ?? resolveType?.(value, context, info, type);
}

/**
 * The type of all entities of a running `_entities` field, where it is one object type. `_Entity` tells others by their
 * `__typename`; but to add a property to a row costs about 1 µs, a quarter of all that is done for 100 rows of two fields.
 */
const soleTypes = new WeakMap<GraphQLResolveInfo, string>();

async function resolveEntities(
  representations: readonly Representation[],
  context: SubgraphContext,
  info: GraphQLResolveInfo,
  externals: ExternalFields,
): Promise<readonly unknown[]> {
  recorderOf(context)?.representations(info.path.key, representations.length);
  const groups = byTypename(representations);
  const [only] = groups.keys();
  // The common case: a router sends one type a fetch. What fails as a whole then fails the field once, not once a member.
  if (groups.size === 1 && only !== undefined) {
    const type = typeof only === 'string' ? info.schema.getType(only) : undefined;
    if (isObjectType(type)) soleTypes.set(info, type.name);
    return resolveGroup(only, representations, context, info, externals, null);
  }
  const results = new Array<unknown>(representations.length);
  await Promise.all(
    [...groups].map(async ([typename, indexes]) => {
      const members = indexes.map((index) => representations[index]).filter((member) => member !== undefined);
      const answers = await resolveGroup(typename, members, context, info, externals, indexes).catch(
        (error: unknown) => members.map(() => error),
      );
      indexes.forEach((index, position) => (results[index] = answers[position]));
    }),
  );
  return results;
}

function byTypename(representations: readonly Representation[]): Map<unknown, number[]> {
  const groups = new Map<unknown, number[]>();
  representations.forEach(({ __typename: typename }, index) => {
    const group = groups.get(typename);
    if (group === undefined) groups.set(typename, [index]);
    else group.push(index);
  });
  return groups;
}

/** @param indexes of the representations among all; null: they are all */
async function resolveGroup(
  typename: unknown,
  representations: readonly Representation[],
  context: SubgraphContext,
  info: GraphQLResolveInfo,
  externals: ExternalFields,
  indexes: readonly number[] | null,
): Promise<readonly unknown[]> {
  const type = entityType(info.schema, typename);
  const resolver = resolveReferenceOf(type);
  if (resolver === undefined) return representations;
  const reads = referenceReads(resolver);
  const recorder = recorderOf(context);
  // What a resolver of somebody's own loads belongs to its representation.
  const infoOf = (index: number): GraphQLResolveInfo =>
    recorder === null ? info : { ...info, path: { prev: info.path, key: index, typename: undefined } };
  const values =
    reads === undefined
      ? await Promise.all(
          representations.map((representation, index) =>
            settled(() => resolver(representation, context, infoOf(indexes?.[index] ?? index))),
          ),
        )
      : await loadReferences(
          kitContext(context).loaders,
          reads,
          representations,
          selectedPropertiesOfType(info, type),
          recorder && { recorder, owners: indexes ?? representations.map((_, index) => index) },
        );
  const required = externals.get(type.name);
  const rows =
    required === undefined
      ? values
      : values.map((value, index) => withExternals(value, representations[index], required));
  if (isInterfaceType(type))
    return Promise.all(rows.map((row) => settled(() => withRuntimeType(row, type, context, info))));
  return soleTypes.has(info) ? rows : rows.map((row) => named(row, type.name));
}

/** The value, or the error in its place: graphql-js takes an Error among a list's values as that member's failure. */
async function settled(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return error;
  }
}

/** An object type that is an entity, or an interface that is one, which then has a resolver of its own. */
function entityType(schema: GraphQLSchema, typename: unknown): EntityType {
  const type = typeof typename === 'string' ? schema.getType(typename) : undefined;
  const entity = schema.getType('_Entity');
  if (isObjectType(type) && isUnionType(entity) && schema.isSubType(entity, type)) return type;
  if (isInterfaceType(type) && resolveReferenceOf(type) !== undefined) return type;
  throw new ClientError(
    'BAD_USER_INPUT',
    `expected the \`__typename\` of an entity of this subgraph but got ${shown(typename)}`,
  );
}

type ReferenceResolver = (
  representation: object,
  context: SubgraphContext,
  info: GraphQLResolveInfo,
) => unknown;

/** Where @apollo/subgraph keeps a type's `__resolveReference`. */
export function resolveReferenceOf(type: EntityType): ReferenceResolver | undefined {
  const extensions = type.extensions as { apollo?: { subgraph?: { resolveReference?: ReferenceResolver } } };
  return extensions.apollo?.subgraph?.resolveReference;
}

/** The row with what the representation brought of its external fields, which no column has. */
function withExternals(
  value: unknown,
  representation: Representation | undefined,
  required: ReadonlySet<string>,
): unknown {
  if (!isRow(value) || representation === undefined) return value;
  const brought = [...required].filter((name) => name in representation && !(name in value));
  if (brought.length === 0) return value;
  // A copy, since the row may be another representation's as well; of its class, whose getters may be selected.
  const row = Object.assign(Object.create(Object.getPrototypeOf(value) as object | null) as object, value);
  return Object.assign(row, Object.fromEntries(brought.map((name) => [name, representation[name]])));
}

/** The row under the name of the object type that the interface's `__resolveType` takes it for. */
async function withRuntimeType(
  value: unknown,
  type: GraphQLInterfaceType,
  context: SubgraphContext,
  info: GraphQLResolveInfo,
): Promise<unknown> {
  if (!isRow(value)) return value;
  const runtime = await type.resolveType?.(value, context, info, type);
  if (typeof runtime !== 'string')
    return new Error(`expected ${type.name}.__resolveType to name a type but got ${String(runtime)}`);
  return named(value, runtime);
}

/** `_Entity` is a union, and tells its members apart by `__typename`. */
function named(value: unknown, typename: string): unknown {
  if (isRow(value)) value['__typename'] = typename;
  return value;
}

function isRow(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Error);
}
