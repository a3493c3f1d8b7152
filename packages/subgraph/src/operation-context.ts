// The context of each operation: what it gives out, it notes where the router wants to know what an answer was made of.
import { ClientError } from '@selvedge/errors';
import type { EntityManager } from 'typeorm';
import { AnswerRecorder } from './caching/answer-recorder.js';
import type { RequestInputs } from './caching/request-inputs.js';
import { readsWithOrigin } from './caching/statement-origin.js';
import type { StoreCoverage } from './caching/store-coverage.js';
import type { KitContext, PlaceInfo, QueryOptions } from './context.js';
import type { Deadline } from './deadline.js';
import { Loaders, type Asker } from './loaders.js';
import { selectedOfPage, selectedProperties, type LookAheadInfo } from './look-ahead/selected-properties.js';
import type { PageArguments } from './reads/page.js';
import type { ReadDefinition } from './reads/read.js';
import { observedTransaction, OutcomeUnknown } from './store/observed-transaction.js';
import { statement, type RawRow } from './store/statement.js';
import type { Store, StoreReads } from './store/store.js';
import { queryWithSnapshot, splitQueryRows } from './store/with-snapshot.js';
import type { Viewer } from './viewer.js';

/** What the operations of one HTTP request have in common. */
export interface RequestParts {
  readonly store: Store;
  readonly inputs: RequestInputs;
  /** Reads end there, and where the router asks for tags transactions too. */
  readonly deadline: Deadline;
  /** Null where the router does not ask what answers are made of. */
  readonly coverage: StoreCoverage | null;
}

/** The context of a request, from which @apollo/server makes one for each operation. */
export function subgraphContext(parts: RequestParts): KitContext {
  return new OperationContext(new RequestReads(parts), null);
}

/** Reads and transactions of one HTTP request: its operations share what they load. */
class RequestReads {
  readonly loaders: Loaders;
  readonly reads: StoreReads;
  /** Set once a transaction's outcome is not known. */
  outcomeUnknown: OutcomeUnknown | null = null;

  constructor(readonly parts: RequestParts) {
    const { store, deadline, coverage } = parts;
    this.reads = coverage === null ? store.until(deadline.at) : readsWithOrigin(store, deadline.at);
    this.loaders = new Loaders(this.reads);
  }

  async query(
    text: string,
    values: readonly unknown[],
    options: QueryOptions,
    recorder: AnswerRecorder | null,
  ): Promise<RawRow[]> {
    const { store, deadline, coverage } = this.parts;
    if (coverage === null || recorder === null)
      return store.query(statement(text), [...values], deadline.at ?? undefined);
    const tags = await coverage.ofQuery(text, options.reads);
    const { rows: sent, server } = await store.queryKnown(
      queryWithSnapshot(text),
      [...values],
      deadline.at ?? undefined,
    );
    const { rows, snapshot } = splitQueryRows(sent);
    recorder.statement({ snapshot, cluster: server.cluster });
    if (typeof tags === 'string') recorder.refuse(tags);
    else for (const tag of tags) recorder.tag(tag, null);
    return rows;
  }

  async transaction<T>(
    work: (manager: EntityManager) => Promise<T>,
    recorder: AnswerRecorder | null,
  ): Promise<T> {
    const { store, deadline, coverage } = this.parts;
    try {
      if (coverage === null || recorder === null) return await store.transaction(work);
      recorder.transaction();
      const { result, ...writes } = await observedTransaction(store, work, {
        deadline,
        hasOutbox: coverage.hasOutbox,
      });
      recorder.committed(writes);
      return result;
    } catch (error) {
      if (error instanceof OutcomeUnknown) this.outcomeUnknown = error;
      throw error;
    } finally {
      this.loaders.clear();
    }
  }
}

/**
 * Its methods are of a class, because @apollo/server copies the properties of the context for each operation of an HTTP array:
 * each has a recorder of its own.
 */
class OperationContext implements KitContext {
  constructor(
    private readonly request: RequestReads,
    public recorder: AnswerRecorder | null,
  ) {}

  get loaders(): Loaders {
    return this.request.loaders;
  }

  get viewer(): Viewer | null {
    return this.request.parts.inputs.viewer(this.recorder);
  }

  requireViewer(): Viewer {
    const { viewer } = this;
    if (viewer !== null) return viewer;
    throw new ClientError(
      'UNAUTHENTICATED',
      'expected a user token in `Authorization: Bearer …` but got none',
    );
  }

  requireRole(role: string): Viewer {
    const user = this.requireViewer();
    if (user.roles.includes(role)) return user;
    throw new ClientError('FORBIDDEN', `expected a user of the role ${role} but got one without it`);
  }

  header(name: string): string | null {
    return this.request.parts.inputs.header(name, this.recorder);
  }

  get isOutcomeUnknown(): boolean {
    return this.request.outcomeUnknown !== null;
  }

  // The overloads say what these give back; the rows themselves are untyped until a read's declaration types them.
  load(
    read: ReadDefinition,
    key: object,
    columns?: LookAheadInfo | PlaceInfo | readonly string[],
    info?: PlaceInfo,
  ): Promise<never> {
    const asker = this.asker(isList(columns) ? info : columns);
    return this.loaders.loadOne(read, { ...key }, propertiesOf(read, columns), asker) as Promise<never>;
  }

  page(read: ReadDefinition, key: object, pageArguments: PageArguments, info: LookAheadInfo): Promise<never> {
    const asker = this.asker(info);
    const page = this.loaders.loadPage(read, { ...key }, pageArguments, selectedOfPage(info), asker);
    return page as Promise<unknown> as Promise<never>;
  }

  query<R extends object>(
    text: string,
    values: readonly unknown[],
    options: QueryOptions = {},
  ): Promise<R[]> {
    return this.request.query(text, values, options, this.recorder) as Promise<R[]>;
  }

  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.request.transaction(work, this.recorder);
  }

  newRecorder(): AnswerRecorder | null {
    const { coverage } = this.request.parts;
    return coverage && new AnswerRecorder(coverage);
  }

  private asker(info: Partial<PlaceInfo> | undefined): Asker | null {
    return this.recorder && { recorder: this.recorder, owner: this.recorder.ownerOf(info?.path) };
  }
}

function propertiesOf(
  read: ReadDefinition,
  columns: LookAheadInfo | PlaceInfo | readonly string[] | undefined,
): readonly string[] {
  if (columns === undefined || read.kind === 'aggregate') return [];
  return isList(columns) ? columns : selectedProperties(columns as LookAheadInfo);
}

function isList(columns: object | undefined): columns is readonly string[] {
  return Array.isArray(columns);
}
