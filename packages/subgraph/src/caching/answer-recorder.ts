// What one operation's answer came of: noted while it is made, told to the router with it. It is made for an operation only
// where the router asks, and knows nothing of GraphQL.
import {
  joinSnapshots,
  parseSnapshot,
  printSnapshot,
  type AnswerOrigin,
  type CacheExtension,
} from '@selvedge/cache';
import { RowConnection } from '../reads/connection.js';
import type { ReadDefinition } from '../reads/read.js';
import type { RawRow } from '../store/statement.js';
import { originsOf, type StatementOrigin } from './statement-origin.js';
import type { StoreCoverage } from './store-coverage.js';

/** How long the schema lets an operation's answer be kept. */
export interface Lifetime {
  /** Seconds; 0 for an answer that must not be kept. */
  readonly maxAge: number;
  readonly isPrivate: boolean;
  /** Seconds for which it may be served without being proven. */
  readonly staleness: number;
}

/** What a transaction has written, and where. */
export interface TransactionWrites {
  readonly cluster: string | null;
  /** Null: nothing. */
  readonly xid: string | null;
  readonly tags: readonly string[];
}

/** Tags that one answer may have; a longer list costs more than the answer. */
const maxTags = 1_000;

export class AnswerRecorder {
  #refusal: string | null = null;
  readonly #snapshots = new Set<string>();
  readonly #clusters = new Set<string | null>();
  readonly #tags = new Set<string>();
  /** By index of representation; null where the operation is not about any, or about several lists of them. */
  #entityTags: Set<string>[] | null = null;
  /** The response name of the `_entities` field. */
  #entitiesName: string | number | null = null;
  #tagCount = 0;
  readonly #headers = new Set<string>();
  readonly #claims = new Set<string>();
  /** In seconds since 1970. */
  #expires = Infinity;
  readonly #writes: TransactionWrites[] = [];
  #hasTransaction = false;

  /** The first reason is kept: the others follow of it, or are as good. */
  refuse(reason: string): void {
    this.#refusal ??= reason;
  }

  /** The recorder may be asked which tags cover a read by `coverage`. */
  constructor(private readonly coverage: Pick<StoreCoverage, 'of' | 'cluster'>) {}

  /** Notes which statements an answer of a read was made of. */
  statements(answer: object): void {
    for (const origin of originsOf(answer)) this.statement(origin);
  }

  /** Notes what a read has found for a key. @param owner as in `tag` */
  found(
    read: ReadDefinition,
    key: Readonly<Record<string, unknown>>,
    result: unknown,
    owner: number | null,
  ): void {
    if (result instanceof Error) return;
    const { codec, tags } = this.coverage.of(read);
    if (tags.refusal !== null) {
      this.refuse(tags.refusal);
      return;
    }
    const canonical = read.key.length === 0 ? [] : codec.encode(key);
    // A key with a null in it finds nothing, whatever is written.
    if (canonical === null) return;
    const covering = tags.of(canonical, read.kind === 'aggregate' ? [] : rowsIn(result));
    if (covering === null) this.refuse(`a value of ${read.entity.name} has no tag that can be told`);
    else for (const tag of covering) this.tag(tag, owner);
  }

  statement({ snapshot, cluster }: StatementOrigin): void {
    this.#snapshots.add(snapshot);
    this.#clusters.add(cluster);
  }

  /**
   * The operation is about so many representations, whose entities come under this response name. Where it asks for several
   * such lists, nothing is told apart.
   */
  representations(name: string | number, count: number): void {
    if (this.#entitiesName === null) {
      this.#entitiesName = name;
      this.#entityTags = Array.from({ length: count }, () => new Set<string>());
      return;
    }
    for (const tags of this.#entityTags ?? []) for (const tag of tags) this.#tags.add(tag);
    this.#entityTags = null;
  }

  /** Which representation a place in the answer belongs to; null for none. */
  ownerOf(path: AnswerPath | undefined): number | null {
    if (this.#entityTags === null || path === undefined) return null;
    let below: AnswerPath | undefined;
    let root = path;
    while (root.prev !== undefined) {
      below = root;
      root = root.prev;
    }
    return root.key === this.#entitiesName && typeof below?.key === 'number' ? below.key : null;
  }

  /** @param owner index of the representation; null for the operation as a whole */
  tag(tag: string, owner: number | null): void {
    const tags = (owner === null ? undefined : this.#entityTags?.[owner]) ?? this.#tags;
    if (this.#tagCount >= maxTags || tags.has(tag)) {
      if (this.#tagCount >= maxTags && !tags.has(tag)) this.refuse(`more than ${maxTags} tags`);
      return;
    }
    tags.add(tag);
    this.#tagCount += 1;
  }

  /** A header was looked at, whether it was there or not. */
  header(name: string): void {
    this.#headers.add(name.toLowerCase());
  }

  /** Claims of the token were looked at, whether there is one or not. @param expires of the token, in seconds since 1970 */
  claims(names: readonly string[], expires: number | null): void {
    for (const name of names) this.#claims.add(name);
    if (expires !== null) this.#expires = Math.min(this.#expires, expires);
  }

  /** A transaction begins: what it reads, it may have written. */
  transaction(): void {
    this.#hasTransaction = true;
  }

  committed(writes: TransactionWrites): void {
    this.#writes.push(writes);
  }

  /** @param lifetime null for an operation that is no query, or whose answer has errors */
  extension(lifetime: Lifetime | null): CacheExtension {
    const [cluster = this.coverage.cluster] =
      this.#writes.length > 0 ? this.#writes.map((writes) => writes.cluster) : this.#clusters;
    const writes = this.#writes.filter(({ xid, tags }) => xid !== null || tags.length > 0);
    return {
      cluster,
      ...(lifetime !== null && { answer: this.#answer(lifetime) }),
      ...(writes.length > 0 && {
        writes: {
          xids: writes.flatMap(({ xid }) => xid ?? []),
          tags: [...new Set(writes.flatMap(({ tags }) => tags))],
        },
      }),
    };
  }

  #answer({ maxAge, isPrivate, staleness }: Lifetime): AnswerOrigin {
    const refusal = this.#refusal ?? this.#refusalOfStatements();
    const isKept = refusal === null;
    const left = Math.max(0, Math.floor(this.#expires - Date.now() / 1_000));
    return {
      maxAge: isKept ? Math.min(maxAge, left) : 0,
      isPrivate: isPrivate || this.#claims.size > 0,
      staleness: isKept ? Math.min(staleness, left) : 0,
      snapshot: isKept ? joined(this.#snapshots) : null,
      tags: isKept ? [...this.#tags] : [],
      ...(isKept && this.#entityTags !== null && { entityTags: this.#entityTags.map((tags) => [...tags]) }),
      headers: [...this.#headers],
      claims: [...this.#claims],
      refusal,
    };
  }

  #refusalOfStatements(): string | null {
    if (this.#hasTransaction) return 'a transaction ran';
    if (this.#clusters.has(null)) return 'read from a standby, or an unknown cluster';
    return this.#clusters.size > 1 ? 'read from two clusters' : null;
  }
}

/** As graphql-js has it in `info.path`. */
export interface AnswerPath {
  readonly prev: AnswerPath | undefined;
  readonly key: string | number;
}

/** The rows in what a read brings for one key: a row, rows, a page or nothing. */
function rowsIn(result: unknown): readonly RawRow[] {
  if (result === null || typeof result !== 'object') return [];
  if (result instanceof RowConnection) return result.nodes;
  return (Array.isArray(result) ? result : [result]) as RawRow[];
}

function joined(texts: ReadonlySet<string>): string | null {
  const [first, ...others] = texts;
  if (first === undefined || others.length === 0) return first ?? null;
  return printSnapshot(joinSnapshots([parseSnapshot(first), ...others.map(parseSnapshot)]));
}
