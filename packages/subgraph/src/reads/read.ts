// A read is a declaration: which entity, found by which key, in which order. It holds no state and no connection; the
// request's loader turns the keys that one tick asks for into one statement.
import type { EntityClass } from '../store/store.js';

/** A property of an entity that a column backs. */
export type Property<E> = keyof E & string;

/** The properties whose values find an entity, for example `{ id }` or `{ warehouseCode, sku }`. */
export type KeyOf<E, K extends keyof E> = Readonly<Pick<E, K>>;

/** An entity's row as a resolver meets it: its keys are there, other columns only where the operation selects them. */
export type Row<E, K extends keyof E = never> = Readonly<Partial<E>> & Readonly<Pick<E, K>>;

/** Ascending or descending, in TypeORM's and SQL's words. */
/** Ascending or descending. */
export type Direction = 'ASC' | 'DESC';

/** Like TypeORM's `order`; the first property counts most. */
export type Order<E> = Readonly<Partial<Record<Property<E>, Direction>>>;

/** What every read says of itself, without the types of its entity. */
export interface ReadDefinition {
  readonly kind: 'one' | 'many' | 'page' | 'aggregate';
  readonly entity: EntityClass;
  /** The key's properties; empty for a list that belongs to no parent. */
  readonly key: readonly string[];
  readonly order: readonly (readonly [property: string, direction: Direction])[];
  /** Constant equalities. */
  readonly where: readonly (readonly [property: string, value: unknown])[];
  /** Properties read even when the operation does not select them. */
  readonly always: readonly string[];
  /** For aggregates: result name to SQL expression. */
  readonly aggregates: Readonly<Record<string, string>>;
}

declare const entityType: unique symbol;
declare const keyType: unique symbol;
declare const valuesType: unique symbol;

interface Typed<E, K> extends ReadDefinition {
  readonly [entityType]?: E;
  readonly [keyType]?: K;
}

/** At most one row a key. */
export interface OneRead<E extends object, K extends Property<E>> extends Typed<E, K> {
  readonly kind: 'one';
}

/** All rows of a key. */
export interface ManyRead<E extends object, K extends Property<E>> extends Typed<E, K> {
  readonly kind: 'many';
}

/** A keyset-paginated list, of a parent (`by`) or of all rows. */
export interface PageRead<E extends object, K extends Property<E>> extends Typed<E, K> {
  readonly kind: 'page';
}

/** Values computed over all rows of a key. */
export interface AggregateRead<E extends object, K extends Property<E>, V> extends Typed<E, K> {
  readonly kind: 'aggregate';
  readonly [valuesType]?: V;
}

/** What TypeORM's `find` options have that a read takes: constant equalities, and an order within one key. */
/** What a read may say beside its key. */
export interface FindOptions<E> {
  /** Constant equalities, with the entity's values; null finds nulls. */
  readonly where?: Readonly<Partial<E>>;
  /** The order of the rows of one key; the database's own unless told. */
  readonly order?: Order<E>;
  /** Properties to read always, for example what `__resolveType` looks at. */
  readonly always?: readonly Property<E>[];
}

/**
 * Finds the one row that has a unique key, like TypeORM's `findOneBy`, for all keys of a tick in one statement. The key's
 * columns are of type uuid, text, varchar, smallint, integer or bigint; a value that cannot be one is INVALID_KEY.
 *
 * @example const stockLevelByKey = findOneBy(StockLevel, ['warehouseCode', 'sku'])
 */
export function findOneBy<E extends object, K extends Property<E>>(
  entity: EntityClass<E>,
  key: K | readonly K[],
  options: Omit<FindOptions<E>, 'order'> = {},
): OneRead<E, K> {
  return { ...definition(entity, key, options), kind: 'one' };
}

/**
 * Finds all rows that have a key, like TypeORM's `findBy`, for all keys of a tick in one statement; for lists that stay short.
 *
 * @example const commentsOfReview = findBy(Comment, 'reviewId', { order: { createdAt: 'ASC', id: 'ASC' } })
 */
export function findBy<E extends object, K extends Property<E>>(
  entity: EntityClass<E>,
  key: K | readonly K[],
  options: FindOptions<E> = {},
): ManyRead<E, K> {
  return { ...definition(entity, key, options), kind: 'many' };
}

/** Finds all rows, like TypeORM's `find`; for lists that stay short. Loaded with the key `{}`. */
export function find<E extends object>(
  entity: EntityClass<E>,
  options: FindOptions<E> = {},
): ManyRead<E, never> {
  return { ...definition(entity, [], options), kind: 'many' };
}

/**
 * Finds a Relay connection by keyset: `(created_at, id) < ($1, $2)`, one row more than asked for, one statement for the
 * pages of all parents of a tick. The columns of `order` must be NOT NULL and together unique; an index on the key's and then
 * the order's columns makes a page cost what it shows.
 *
 * @example const reviewsOfProduct = findPage(Review, { by: 'productId', order: { createdAt: 'DESC', id: 'DESC' } })
 */
export function findPage<E extends object, K extends Property<E> = never>(
  entity: EntityClass<E>,
  options: FindOptions<E> & { readonly order: Order<E>; readonly by?: K | readonly K[] },
): PageRead<E, K> {
  return { ...definition(entity, options.by ?? [], options), kind: 'page' };
}

/** The type of an aggregate's value, told by the cast that its expression ends in. */
type AggregateValue<S> = S extends `${string}::${'int4' | 'integer' | 'float8'}`
  ? number
  : S extends `${string}::${'bool' | 'boolean'}`
    ? boolean
    : S extends `${string}::${'text' | 'int8' | 'bigint' | 'numeric'}`
      ? string
      : unknown;

/**
 * Computes values over all rows of a key, for all keys of a tick in one `GROUP BY`.
 *
 * @param values result name to SQL expression over column names; its cast gives the type: `'avg(rating)::float8'`
 */
export function aggregateBy<
  E extends object,
  K extends Property<E>,
  const V extends Readonly<Record<string, string>>,
>(
  entity: EntityClass<E>,
  key: K | readonly K[],
  values: V,
  options: Pick<FindOptions<E>, 'where'> = {},
): AggregateRead<E, K, { readonly [N in keyof V]: AggregateValue<V[N]> }> {
  return { ...definition(entity, key, options), kind: 'aggregate', aggregates: values };
}

function definition<E extends object>(
  entity: EntityClass<E>,
  key: string | readonly string[],
  options: FindOptions<E>,
): Omit<ReadDefinition, 'kind'> {
  return {
    entity,
    key: typeof key === 'string' ? [key] : key,
    order: Object.entries(options.order ?? {}) as [string, Direction][],
    where: Object.entries(options.where ?? {}),
    always: options.always ?? [],
    aggregates: {},
  };
}
