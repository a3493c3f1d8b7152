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
import { lacking } from './canonical-data.js';
import type { MissReason } from './cache-observer.js';
import type { CachingOfRequest } from './caching-of-request.js';
import { PartValues, type ProvenField } from './part-values.js';
import { existence, type Part } from './part.js';
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
  /** Of those that are there, of which nobody has been asked who fills them. */
  readonly there: readonly string[];
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
  const looked = parts.map((part) => reader.next(part, lists.get(part.kind.name) ?? unnamed));
  const found = claim === null || read.state.isBypassed ? looked : await claimLacking(request, looked, claim);
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

/** Entries that are there and lack something, or whose time is over. That is only seen in them, and takes a second trip. */
async function claimLacking(
  { backend, subgraph, options }: CachingOfRequest,
  found: readonly FoundPart[],
  claim: Claim,
): Promise<readonly FoundPart[]> {
  const now = Date.now();
  const isWanting = ({ claimed, isOfAnother, proofs }: FoundPart) =>
    isOfAnother || (claimed.length === 0 && proofs.some(({ evidence }) => now >= evidence.expiresAt));
  const keys = found.flatMap((part) => (isWanting(part) ? part.there : []));
  if (keys.length === 0) return found;
  const claims = await backend.claim(subgraph, keys, claim);
  const own = new Set(keys.filter((_, index) => claims[index] === true));
  for (const key of own) options.cache.filling.set(key, true);
  return found.map((part) => {
    const claimed = isWanting(part) ? part.there.filter((key) => own.has(key)) : [];
    return claimed.length === 0 ? part : { ...part, claimed, isOfAnother: false };
  });
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
    const there: string[] = [];
    const keys: string[] = [];
    const claimed: string[] = [];
    for (const names of lists) {
      const key = this.requests[this.at]?.key ?? '';
      const content = this.content(part, names, this.read.entries[this.at] ?? []);
      keys.push(key);
      const isClaimed = this.read.claimed[this.at];
      if (isClaimed === true) claimed.push(key);
      else if (isClaimed === null) there.push(key);
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
      there,
      claimed,
      isOfAnother,
    };
  }

  private content(part: Part, names: readonly string[], entry: readonly (StoredField | null)[]): Content {
    const there: ProvenField[] = [];
    let doubt: Doubt | null = null;
    let asked: Evidence | null = null;
    let doubtOfAsked: Doubt | null = null;
    const isProven = ({ evidence }: StoredField) => {
      if (evidence !== asked) {
        asked = evidence;
        doubtOfAsked = doubtAbout(asked, this.read, this.now);
        doubt ??= doubtOfAsked;
      }
      return doubtOfAsked === null;
    };
    for (let place = 0; place < entry.length; place += 1) {
      const stored = entry[place];
      if (stored == null) continue;
      const others = stored.others?.filter(isProven) ?? noOthers;
      if (isProven(stored)) there.push({ stored, place, others });
      else if (others[0] !== undefined) there.push({ stored: others[0], place, others: others.slice(1) });
    }
    if (there.length === 0) return nothing(part, doubt);
    return contentOf(this.request.subgraph, part, names, there, doubt);
  }
}

const noOthers: readonly StoredField[] = [];

type Content = Omit<FoundPart, 'part' | 'keys' | 'there' | 'claimed' | 'isOfAnother'>;

function lackOf({ missing }: Content): number {
  return missing === null ? Infinity : missing.length;
}

function nothing({ kind: { typename } }: Part, doubt: Doubt | null): Content {
  const reason = doubt === null ? 'absent' : reasonOf(doubt);
  return { object: {}, proofs: [], size: 0, typename, missing: null, reason };
}

function contentOf(
  subgraph: string,
  part: Part,
  names: readonly string[],
  there: readonly ProvenField[],
  doubt: Doubt | null,
): Content {
  const { kind } = part;
  const values = new PartValues(subgraph, names, there);
  const { proofs, size } = values;
  const last = kind.names.length - 1;
  if (kind.names[last] === existence && values.at(last) === null)
    return { proofs, size, object: null, typename: kind.typename, missing: [], reason: null };
  const named = kind.typename ?? values.at(kind.names.indexOf('__typename'));
  const wanted = typeof named === 'string' ? kind.fieldsOf(named) : null;
  if (typeof named !== 'string' || wanted === null) return nothing(part, doubt);
  const object: Record<string, unknown> = {};
  const missing: WantedField[] = [];
  for (const { field, place } of wanted) {
    const value = place < 0 ? named : values.of(field, place);
    if (value === lacking) missing.push(field);
    else object[field.responseKey] = value;
  }
  const reason = doubt === null ? 'absent' : reasonOf(doubt);
  return { proofs, size, object, typename: named, missing, reason };
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
