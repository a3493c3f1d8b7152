// What a resolver sees of its request: who asks, the store through batched reads, and transactions. The raw HTTP request is
// not reachable from here, so that everything that an answer is built from is known to whoever may want to share it.
import type { GraphQLResolveInfo } from 'graphql';
import type { EntityManager } from 'typeorm';
import type { AnswerRecorder } from './caching/answer-recorder.js';
import { Loaders } from './loaders.js';
import type { LookAheadInfo } from './look-ahead/selected-properties.js';
import type { Connection, PageArguments } from './reads/page.js';
import type { AggregateRead, KeyOf, ManyRead, OneRead, PageRead, Property } from './reads/read.js';
import type { EntityClass } from './store/store.js';
import type { Viewer } from './viewer.js';

/** Where in the answer a resolver is at work. */
export type PlaceInfo = Pick<GraphQLResolveInfo, 'path'>;

/** What a resolver gets as its third argument. */
export interface SubgraphContext {
  /** The user whose token came with the request; null without one. Throws UNAUTHENTICATED for a token that is not valid. */
  readonly viewer: Viewer | null;
  /** A header of the request, null without it; several of one name are joined by commas. */
  header(name: string): string | null;
  /** The user; throws UNAUTHENTICATED where there is none. */
  requireViewer(): Viewer;
  /** The user, who must have the role; throws UNAUTHENTICATED or FORBIDDEN. */
  requireRole(role: string): Viewer;

  /**
   * Loads by key, batched with every other load of the tick. The third argument says which columns: `info` looks ahead to
   * what the operation selects of the returned value; a list of properties names them. The same key and columns again in
   * one request come from the first answer, until a transaction.
   * What comes back under `info` is typed whole, to fit the resolver's mapper, but holds only what is selected.
   * With `info` too the kit knows for which entity of an `_entities` operation it is: without, what it reads counts for all.
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
    info?: PlaceInfo,
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
    info?: PlaceInfo,
  ): Promise<Readonly<Pick<E, C>>[]>;
  load<E extends object, K extends Property<E>, V>(
    read: AggregateRead<E, K, V>,
    key: KeyOf<E, K>,
    info?: PlaceInfo,
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
   * text, so the text must be constant: whatever varies goes into `values`, as `$1` and on. It only reads.
   *
   * @returns rows as PostgreSQL names their columns; give `R` as what the text selects
   */
  query<R extends object>(text: string, values: readonly unknown[], options?: QueryOptions): Promise<R[]>;

  /**
   * Runs the work in one transaction of the store; what it throws rolls everything back. What was loaded before it is
   * forgotten.
   *
   * @throws STORE_UNAVAILABLE; BAD_USER_INPUT for a text with NUL; what the work throws
   */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;
}

/** What a query of one's own says of itself. */
export interface QueryOptions {
  /**
   * The entities whose tables it reads, all of them: its answer may then be kept until one of them is written to. Held to
   * PostgreSQL's own plan of the query. An answer with a query that does not say it is not kept.
   */
  readonly reads?: readonly EntityClass[];
}

/** The context as the kit's own resolvers use it, where the types of entities are no longer known. */
export interface KitContext extends SubgraphContext {
  readonly loaders: Loaders;
  /** What is to be told of this operation's answer; null where nobody asks. */
  recorder: AnswerRecorder | null;
  /** A transaction of this request may have been committed or not: nobody may take its answer for one. */
  readonly isOutcomeUnknown: boolean;
  /** For an operation of this request; null where the router does not ask. */
  newRecorder(): AnswerRecorder | null;
}

/** The kit's own view of a context that it made. */
export function kitContext(context: SubgraphContext): KitContext {
  if (!isKitContext(context))
    throw new TypeError('expected the context that the kit made but got another object');
  return context;
}

/** Of whichever context an operation runs with; null where nobody asks what its answer is made of. */
export function recorderOf(context: unknown): AnswerRecorder | null {
  return isKitContext(context) ? context.recorder : null;
}

function isKitContext(context: unknown): context is KitContext {
  return (
    typeof context === 'object' &&
    context !== null &&
    'loaders' in context &&
    context.loaders instanceof Loaders
  );
}
