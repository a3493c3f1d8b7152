/** Reads parts from the backend: of each, what is there and may be served. */
import {
  doubtOf,
  type Claim,
  type Doubt,
  type EntryRequest,
  type ReadResult,
  type StoredField,
  type StoreState,
} from '@selvedge/cache';
import type { JsonObject } from '../execution/json-text.js';
import { fromCanonical, lacking } from './canonical-data.js';
import type { MissReason } from './cache-observer.js';
import { existence, type Part } from './part.js';
import { readStored, type FoundField } from './stored-value.js';
import type { CachingOfRequest } from './caching-of-request.js';
import type { WantedField } from './wanted.js';

export interface FoundPart {
  readonly part: Part;
  /** As the fetch would bring it, with all that is there. */
  readonly object: JsonObject;
  /** What of the entry may be served, by name. */
  readonly found: ReadonlyMap<string, FoundField>;
  /** Whether the entity is known not to be there. */
  readonly isNull: boolean;
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
  readonly state: StoreState;
  readonly parts: readonly FoundPart[];
}

/** An entry that may be the part's. */
interface Candidate {
  readonly names: readonly string[];
  readonly request: EntryRequest;
}

/** @throws CacheUnavailable @returns in order */
export async function readParts(
  request: CachingOfRequest,
  parts: readonly Part[],
  claim: Claim | null,
): Promise<FoundParts> {
  const kinds = [...new Set(parts.map(({ kind }) => kind))].filter((kind) => request.lists(kind) === null);
  const candidates = parts.map((part) => candidatesOf(request, part));
  const entries = candidates.flat().map((candidate) => candidate.request);
  const lists = kinds.map((kind) => ({ key: request.namesKey(kind), fields: [listsField] }));
  const read = await request.backend.read(request.subgraph, [...entries, ...lists], claim);
  const learnt = kinds.map((kind, index) => {
    const stored = read.entries[entries.length + index]?.[0] ?? null;
    return request.learn(kind, stored !== null && doubtAbout(stored, read) === null ? stored.value : null);
  });
  const found = foundParts(request, candidates, parts, read);
  for (const { claimed } of found) for (const key of claimed) request.options.cache.filling.set(key, true);
  // Under what others know of, there may be more.
  return learnt.includes(true)
    ? readMore(request, found, read.state, claim)
    : { state: read.state, parts: found };
}

/** Of an entry for the names of a kind. */
export const listsField = 'lists';

async function readMore(
  request: CachingOfRequest,
  found: readonly FoundPart[],
  state: StoreState,
  claim: Claim | null,
): Promise<FoundParts> {
  const lacking = found.filter(isLacking);
  const again = await readParts(
    request,
    lacking.map(({ part }) => part),
    claim,
  );
  const byPart = new Map(again.parts.map((each, index) => [lacking[index], each]));
  return { state, parts: found.map((each) => byPart.get(each) ?? each) };
}

export function isLacking({ missing, isNull }: FoundPart): boolean {
  return !isNull && (missing === null || missing.length > 0);
}

function candidatesOf(request: CachingOfRequest, { kind, key, names: fields }: Part): Candidate[] {
  return (request.lists(kind) ?? [[]]).map((names) => ({
    names,
    request: { key: `${key} ${request.scope(names)}`, fields },
  }));
}

function foundParts(
  request: CachingOfRequest,
  candidates: readonly (readonly Candidate[])[],
  parts: readonly Part[],
  read: ReadResult,
): FoundPart[] {
  let at = 0;
  return parts.map((part, index) => {
    let best: FoundPart | null = null;
    const claimed: string[] = [];
    for (const candidate of candidates[index] ?? []) {
      const found = foundPart(request.subgraph, part, candidate, read.entries[at] ?? [], read);
      if (read.claimed[at] === true) claimed.push(candidate.request.key);
      at += 1;
      if (best === null || isBetter(found, best)) best = found;
    }
    const own: FoundPart = best ?? nothingFound(part, 'absent');
    const keys = (candidates[index] ?? []).map(({ request: { key } }) => key);
    return { ...own, keys, claimed, isOfAnother: isLacking(own) && claimed.length === 0 };
  });
}

function isBetter(found: FoundPart, best: FoundPart): boolean {
  if (!isLacking(best)) return false;
  return !isLacking(found) || found.found.size > best.found.size;
}

function foundPart(
  subgraph: string,
  part: Part,
  { names, request: { fields } }: Candidate,
  entry: readonly (StoredField | null)[],
  read: ReadResult,
): FoundPart {
  const found = new Map<string, FoundField>();
  let doubt: Doubt | null = null;
  entry.forEach((stored, index) => {
    if (stored === null) return;
    const own = doubtAbout(stored, read);
    doubt ??= own;
    if (own === null) found.set(fields[index] ?? '', readStored(subgraph, names, stored));
  });
  const reason = doubt === null ? 'absent' : reasonOf(doubt);
  const there = found.get(existence);
  if (there?.value === null) return { ...nothingFound(part, null), found, isNull: true, missing: [] };
  const named = part.typename ?? found.get('__typename')?.value;
  const wanted = typeof named === 'string' ? part.fieldsOf(named) : null;
  if (typeof named !== 'string' || wanted === null) return nothingFound(part, reason);
  const object: Record<string, unknown> = {};
  const missing = wanted.filter((field) => {
    const value = field.key === '__typename' ? named : valueOf(field, found);
    if (value !== lacking) object[field.responseKey] = value;
    return value === lacking;
  });
  return { ...nothingFound(part, reason), object, found, typename: named, missing };
}

function valueOf(field: WantedField, found: ReadonlyMap<string, FoundField>): unknown {
  const own = found.get(field.key);
  return own === undefined ? lacking : fromCanonical(own.value, field);
}

function nothingFound(part: Part, reason: MissReason | null): FoundPart {
  const { typename } = part;
  const found = new Map<string, FoundField>();
  const nothing = {
    object: {},
    found,
    isNull: false,
    missing: null,
    keys: [],
    claimed: [],
    isOfAnother: false,
  };
  return { ...nothing, part, typename, reason };
}

/** Whether what was read may be served; the one place where that is asked for entries of the backend. */
function doubtAbout({ evidence }: StoredField, { state, records }: ReadResult): Doubt | null {
  return doubtOf(evidence, state, records, Date.now());
}

export function reasonOf(doubt: Doubt): MissReason {
  if (doubt === 'expired') return 'expired';
  if (doubt === 'the outcome of a write is unknown') return 'bypassed';
  return doubt.endsWith(' was invalidated') ? 'fenced' : 'unproven';
}
