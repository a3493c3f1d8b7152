import type { GraphQLResolveInfo } from 'graphql';
import { kitContext, type SubgraphContext } from '../context.js';
import { withNeeds } from '../look-ahead/needs.js';
import { selectedOfPage, selectedProperties } from '../look-ahead/selected-properties.js';
import type { Connection, PageArguments } from '../reads/page.js';
import type { ManyRead, OneRead, PageRead, Property, ReadDefinition } from '../reads/read.js';

type RelationResolver<P, Result> = (
  parent: P,
  args: PageArguments,
  context: SubgraphContext,
  info: GraphQLResolveInfo,
) => Promise<Result>;

/** Each property of the read's key, and the parent's property that it is taken from. */
type KeyMapping<K extends string, P> = Readonly<Record<K, Property<P>>>;

/**
 * A field that follows a relation: takes the read's key from the parent's columns, and is batched over all parents.
 * A page read takes the field's own `first`, `after`, `last` and `before`. Where no row has the key, a `OneRead` gives null,
 * which GraphQL refuses if the field is not nullable.
 *
 * @example category: relation(categoryBySlug, { slug: 'categorySlug' })
 */
export function relation<E extends object, K extends Property<E>, P extends object>(
  read: OneRead<E, K>,
  key: KeyMapping<K, P>,
): RelationResolver<P, E>;
export function relation<E extends object, K extends Property<E>, P extends object>(
  read: ManyRead<E, K>,
  key: KeyMapping<K, P>,
): RelationResolver<P, E[]>;
export function relation<E extends object, K extends Property<E>, P extends object>(
  read: PageRead<E, K>,
  key: KeyMapping<K, P>,
): RelationResolver<P, Connection<E>>;
export function relation(
  read: ReadDefinition,
  key: Readonly<Record<string, string>>,
): RelationResolver<object, unknown> {
  const mapping = Object.entries(key);
  async function resolve(
    parent: object,
    args: PageArguments,
    context: SubgraphContext,
    info: GraphQLResolveInfo,
  ): Promise<unknown> {
    const { loaders, recorder } = kitContext(context);
    const asker = recorder && { recorder, owner: recorder.ownerOf(info.path) };
    const values = keyOf(parent, mapping);
    if (read.kind === 'page') return loaders.loadPage(read, values, args, selectedOfPage(info), asker);
    return loaders.loadOne(read, values, selectedProperties(info), asker);
  }
  relations.set(resolve, { read, mapping });
  return withNeeds(resolve, Object.values(key));
}

/** What a relation resolver follows, for those who compile it instead of calling it. */
export interface Relation {
  readonly read: ReadDefinition;
  /** Key property of the read, parent's property. */
  readonly mapping: readonly (readonly [string, string])[];
}

const relations = new WeakMap<object, Relation>();

/** What the resolver follows; undefined for one that `relation` has not made. */
export function relationOf(resolver: object): Relation | undefined {
  return relations.get(resolver);
}

function keyOf(parent: object, mapping: Relation['mapping']): Record<string, unknown> {
  const row = parent as Readonly<Record<string, unknown>>;
  const key: Record<string, unknown> = {};
  for (const [property, from] of mapping) {
    if (row[from] === undefined)
      throw new Error(`expected the parent to have "${from}" but it was not loaded`);
    key[property] = row[from];
  }
  return key;
}
