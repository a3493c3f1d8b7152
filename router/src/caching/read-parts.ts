/** Reads parts from the backend: of each, what is there and may be served. */
import {
  doubtOf,
  type Claim,
  type Doubt,
  type EntryRequest,
  type Evidence,
  type ReadResult,
  type StoredField,
  type StoreState,
} from '@selvedge/cache';
import type { PartProof } from '../execution/fetch-answer.js';
import { fromCanonical, lacking } from './canonical-data.js';
import type { MissReason } from './cache-observer.js';
import type { CachingOfRequest } from './caching-of-request.js';
import { existence, type Part } from './part.js';
import { readStored } from './stored-value.js';
import type { WantedField } from './wanted.js';

export interface FoundPart {
  readonly part: Part;
  /** As the fetch would bring it, with all that is there; null: it is known not to be there. */
  readonly object: Readonly<Record<string, unknown>> | null;
  /** Of what is there. */
  readonly proofs: readonly PartProof[];
  /** Of its text. */
  readonly size: number;
  /** What it is called; null: nothing says it. */
  readonly typename: string | null;
  /** Those of its type that nothing is there for; null: all. */
  readonly missing: readonly WantedField[] | null;
  readonly reason: MissReason | null;
  /** Of the entries that it may be in. */
  readonly keys: readonly string[];
  /** Of those that are this caller's to fill. */
  readonly claimed: readonly string[];
  /** Somebody else has said to fill what it lacks. */
  readonly isOfAnother: boolean;
}

export interface FoundParts {
  /** As it was when the first of them was read. */
  readonly state: StoreState;
  readonly parts: readonly FoundPart[];
}

/** @throws CacheUnavailable. @returns in order */
export async function readParts(
  request: CachingOfRequest,
  parts: readonly Part[],
  claim: Claim | null,
): Promise<FoundParts> {
  const lists = new Map<string, readonly (readonly string[])[] | null>();
  for (const { kind } of parts) if (!lists.has(kind.name)) lists.set(kind.name, request.lists(kind.name));
  const requests: EntryRequest[] = [];
  for (const { kind, key } of parts)
    for (const names of lists.get(kind.name) ?? unnamed)
      requests.push({ key: `${key} ${request.scope(names)}`, fields: kind.names });
  const count = requests.length;
  const unknown = [...lists].flatMap(([kind, known]) => (known === null ? [kind] : []));
  for (const kind of unknown) requests.push({ key: request.namesKey(kind), fields: [listsField] });
  const read = await request.backend.read(request.subgraph, requests, claim);
  const now = Date.now();
  const reader = new Reader(request, requests, read, now);
  const found = parts.map((part) => reader.next(part, lists.get(part.kind.name) ?? unnamed));
  const learnt = unknown.map((kind, index) => {
    const stored = read.entries[count + index]?.[0] ?? null;
    const isProven = stored !== null && doubtAbout(stored.evidence, read, now) === null;
    const isThere = found.some(({ part, proofs }) => part.kind.name === kind && proofs.length > 0);
    return request.learn(kind, isProven ? stored.value : isThere ? '[[]]' : null);
  });
  // Under what others know of, there may be more.
  return learnt.includes(true)
    ? readMore(request, found, read.state, claim)
    : { state: read.state, parts: found };
}

const unnamed: readonly (readonly string[])[] = [[]];

/** Of an entry for the names of a kind. */
export const listsField = 'lists';

async function readMore(
  request: CachingOfRequest,
  found: readonly FoundPart[],
  state: StoreState,
  claim: Claim | null,
): Promise<FoundParts> {
  const lackingParts = found.filter(isLacking);
  const again = await readParts(
    request,
    lackingParts.map(({ part }) => part),
    claim,
  );
  const byPart = new Map(again.parts.map((each, index) => [lackingParts[index], each]));
  return { state, parts: found.map((each) => byPart.get(each) ?? each) };
}

export function isLacking({ missing }: FoundPart): boolean {
  return missing === null || missing.length > 0;
}

/** Goes through what was read in the order in which it was asked for. */
class Reader {
  private at = 0;

  constructor(
    private readonly request: CachingOfRequest,
    private readonly requests: readonly EntryRequest[],
    private readonly read: ReadResult,
    private readonly now: number,
  ) {}

  next(part: Part, lists: readonly (readonly string[])[]): FoundPart {
    let best: Content | null = null;
    const keys: string[] = [];
    const claimed: string[] = [];
    for (const names of lists) {
      const key = this.requests[this.at]?.key ?? '';
      const content = this.content(part, names, this.read.entries[this.at] ?? []);
      keys.push(key);
      if (this.read.claimed[this.at] === true) claimed.push(key);
      this.at += 1;
      if (best === null || lackOf(content) < lackOf(best)) best = content;
    }
    for (const key of claimed) this.request.options.cache.filling.set(key, true);
    const content = best ?? nothing(part, null);
    const isOfAnother = lackOf(content) > 0 && claimed.length === 0;
    const { object, proofs, size, typename, missing, reason } = content;
    return {
      part,
      object,
      proofs,
      size,
      typename,
      missing,
      reason,
      keys,
      claimed,
      isOfAnother,
    };
  }

  private content(part: Part, names: readonly string[], entry: readonly (StoredField | null)[]): Content {
    const there: StoredField[] = [];
    const places: number[] = [];
    let doubt: Doubt | null = null;
    let asked: Evidence | null = null;
    let doubtOfAsked: Doubt | null = null;
    for (let place = 0; place < entry.length; place += 1) {
      const stored = entry[place];
      if (stored == null) continue;
      if (stored.evidence !== asked) {
        asked = stored.evidence;
        doubtOfAsked = doubtAbout(asked, this.read, this.now);
        doubt ??= doubtOfAsked;
      }
      if (doubtOfAsked !== null) continue;
      there.push(stored);
      places.push(place);
    }
    if (there.length === 0) return nothing(part, doubt);
    return contentOf(this.request.subgraph, part, names, there, places, doubt);
  }
}

type Content = Omit<FoundPart, 'part' | 'keys' | 'claimed' | 'isOfAnother'>;

function lackOf({ missing }: Content): number {
  return missing === null ? Infinity : missing.length;
}

function nothing({ kind: { typename } }: Part, doubt: Doubt | null): Content {
  const reason = doubt === null ? 'absent' : reasonOf(doubt);
  return { object: {}, proofs: [], size: 0, typename, missing: null, reason };
}

/** @param places of the fields, among the names of the part's kind */
function contentOf(
  subgraph: string,
  part: Part,
  names: readonly string[],
  there: readonly StoredField[],
  places: readonly number[],
  doubt: Doubt | null,
): Content {
  const { kind } = part;
  const values: unknown[] = new Array<unknown>(kind.names.length).fill(undefined);
  const proofs: PartProof[] = [];
  let size = 0;
  const parsed = JSON.parse(`[${there.map(({ value }) => value).join(',')}]`) as unknown[];
  there.forEach(({ value: text, evidence }, index) => {
    const stored = readStored(text, parsed[index]);
    values[places[index] ?? 0] = stored.value;
    size += text.length;
    if (proofs.some((proof) => proof.evidence === evidence)) return;
    const { isPrivate, staleness } = stored;
    const maxAge = Math.floor((evidence.expiresAt - evidence.fetchedAt) / 1_000);
    proofs.push({ subgraph, evidence, names, isPrivate, maxAge, staleness });
  });
  const last = kind.names.length - 1;
  const about = { proofs, size };
  if (kind.names[last] === existence && values[last] === null)
    return { ...about, object: null, typename: kind.typename, missing: [], reason: null };
  const named = kind.typename ?? values[kind.names.indexOf('__typename')];
  const wanted = typeof named === 'string' ? kind.fieldsOf(named) : null;
  if (typeof named !== 'string' || wanted === null) return nothing(part, doubt);
  const object: Record<string, unknown> = {};
  const missing: WantedField[] = [];
  for (const { field, place } of wanted) {
    const kept = place < 0 ? named : values[place];
    const value = kept === undefined ? lacking : fromCanonical(kept, field);
    if (value === lacking) missing.push(field);
    else object[field.responseKey] = value;
  }
  return { ...about, object, typename: named, missing, reason: doubt === null ? 'absent' : reasonOf(doubt) };
}

/** Whether what was read may be served; the one place where that is asked for entries of the backend. */
function doubtAbout(evidence: Evidence, { state, records }: ReadResult, now: number): Doubt | null {
  return doubtOf(evidence, state, records, now);
}

export function reasonOf(doubt: Doubt): MissReason {
  if (doubt === 'expired') return 'expired';
  if (doubt === 'the outcome of a write is unknown') return 'bypassed';
  return doubt.endsWith(' was invalidated') ? 'fenced' : 'unproven';
}
