// What a resolver sees of its request: who asks, the store through batched reads, and transactions. The raw HTTP request is
// not reachable from here, so that everything that an answer is built from is known to whoever may want to share it.
import { ClientError } from '@selvedge/errors';
import type { EntityManager } from 'typeorm';
import { Loaders } from './loaders.js';
import { selectedOfPage, selectedProperties, type LookAheadInfo } from './look-ahead/selected-properties.js';
import type { Connection, PageArguments } from './reads/page.js';
import type {
  AggregateRead,
  KeyOf,
  ManyRead,
  OneRead,
  PageRead,
  Property,
  ReadDefinition,
} from './reads/read.js';
import { statement, type RawRow } from './store/statement.js';
import type { Store } from './store/store.js';
import type { Viewer } from './viewer.js';

/** What a resolver gets as its third argument. */
export interface SubgraphContext {
  /** The user whose token came with the request; null without one. */
  readonly viewer: Viewer | null;
  /** The user; throws UNAUTHENTICATED where there is none. */
  requireViewer(): Viewer;
  /** The user, who must have the role; throws UNAUTHENTICATED or FORBIDDEN. */
  requireRole(role: string): Viewer;

  /**
   * Loads by key, batched with every other load of the tick. The third argument says which columns: `info` looks ahead to
   * what the operation selects of the returned value; a list of properties names them. The same key and columns again in
   * one request come from the first answer, until a transaction.
   * What comes back under `info` is typed whole, to fit the resolver's mapper, but holds only what is selected.
   *
   * @throws INVALID_KEY for a value that cannot be a key; STORE_UNAVAILABLE
   */
  load<E extends object, K extends Property<E>>(
    read: OneRead<E, K>,
    key: KeyOf<E, K>,
    info: LookAheadInfo,
  ): Promise<E | null>;
  load<E extends object, K extends Property<E>, C extends Property<E>>(
    read: OneRead<E, K>,
    key: KeyOf<E, K>,
    properties: readonly C[],
  ): Promise<Readonly<Pick<E, C>> | null>;
  load<E extends object, K extends Property<E>>(
    read: ManyRead<E, K>,
    key: KeyOf<E, K>,
    info: LookAheadInfo,
  ): Promise<E[]>;
  load<E extends object, K extends Property<E>, C extends Property<E>>(
    read: ManyRead<E, K>,
    key: KeyOf<E, K>,
    properties: readonly C[],
  ): Promise<Readonly<Pick<E, C>>[]>;
  load<E extends object, K extends Property<E>, V>(
    read: AggregateRead<E, K, V>,
    key: KeyOf<E, K>,
    info?: LookAheadInfo,
  ): Promise<V | null>;

  /**
   * Loads one page of a connection; `key` names its parent, `{}` where the list has none.
   *
   * @throws BAD_USER_INPUT for arguments that do not fit together; INVALID_CURSOR; INVALID_KEY; STORE_UNAVAILABLE
   */
  page<E extends object, K extends Property<E>>(
    read: PageRead<E, K>,
    key: KeyOf<E, K>,
    pageArguments: PageArguments,
    info: LookAheadInfo,
  ): Promise<Connection<E>>;

  /**
   * Runs a query of one's own, for what no read declares, such as a search. It is prepared once per connection under its
   * text, so the text must be constant: whatever varies goes into `values`, as `$1` and on.
   *
   * @returns rows as PostgreSQL names their columns; give `R` as what the text selects
   */
  query<R extends object>(text: string, values: readonly unknown[]): Promise<R[]>;

  /**
   * Runs the work in one transaction of the store; what it throws rolls everything back. What was loaded before it is
   * forgotten.
   *
   * @throws STORE_UNAVAILABLE; BAD_USER_INPUT for a text with NUL; what the work throws
   */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;
}

/** The context as the kit's own resolvers use it, where the types of entities are no longer known. */
export interface KitContext extends SubgraphContext {
  readonly loaders: Loaders;
}

/**
 * The context of one request.
 *
 * @param deadline on the clock of `performance.now()`: reads end there; a transaction runs to its end
 */
export function subgraphContext(
  store: Store,
  viewer: Viewer | null,
  deadline: number | null = null,
): KitContext {
  const reads = store.until(deadline);
  const loaders = new Loaders(reads);
  async function load(
    read: ReadDefinition,
    key: object,
    columns?: LookAheadInfo | readonly string[],
  ): Promise<unknown> {
    const properties =
      columns === undefined || read.kind === 'aggregate'
        ? []
        : isInfo(columns)
          ? selectedProperties(columns)
          : columns;
    return loaders.loadOne(read, { ...key }, properties);
  }
  function page(
    read: ReadDefinition,
    key: object,
    pageArguments: PageArguments,
    info: LookAheadInfo,
  ): Promise<Connection<RawRow>> {
    return loaders.loadPage(read, { ...key }, pageArguments, selectedOfPage(info));
  }
  return {
    viewer,
    loaders,
    requireViewer: () => requiredViewer(viewer),
    requireRole(role) {
      const user = requiredViewer(viewer);
      if (user.roles.includes(role)) return user;
      throw new ClientError('FORBIDDEN', `expected a user of the role ${role} but got one without it`);
    },
    // The overloads say what these give back; the rows themselves are untyped until a read's declaration types them.
    load: load as SubgraphContext['load'],
    page: page as SubgraphContext['page'],
    query: ((text: string, values: readonly unknown[]) =>
      reads.query(statement(text), [...values])) as SubgraphContext['query'],
    async transaction(work) {
      try {
        return await store.transaction(work);
      } finally {
        loaders.clear();
      }
    },
  };
}

/** The kit's own view of a context that it made. */
export function kitContext(context: SubgraphContext): KitContext {
  if (!isKitContext(context))
    throw new TypeError('expected the context that the kit made but got another object');
  return context;
}

function requiredViewer(viewer: Viewer | null): Viewer {
  if (viewer !== null) return viewer;
  throw new ClientError('UNAUTHENTICATED', 'expected a user token in `Authorization: Bearer …` but got none');
}

function isKitContext(context: SubgraphContext): context is KitContext {
  return 'loaders' in context && context.loaders instanceof Loaders;
}

function isInfo(columns: LookAheadInfo | readonly string[]): columns is LookAheadInfo {
  return !Array.isArray(columns);
}
