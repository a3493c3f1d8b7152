/** What is kept of a fresh answer: an entry for each part that may be kept, with what proves it. */
import type { Evidence, NewEntry, StoreState } from '@selvedge/cache';
import { valueFromASTUntyped } from 'graphql';
import type { FetchAnswer, PartProof } from '../execution/fetch-answer.js';
import type { JsonObject } from '../execution/json-text.js';
import { lacking, putOnce, toCanonical } from './canonical-data.js';
import type { CachingOfRequest } from './caching-of-request.js';
import type { FetchShape } from './fetch-shape.js';
import { isRefusal, keepableOf, type Keepable, type Refusal } from './keepable.js';
import { existence, type Part } from './part.js';
import type { FoundPart } from './read-parts.js';
import { selectedTypes } from './selected-types.js';
import { storedText } from './stored-value.js';
import { nameInEntries, type WantedField } from './wanted.js';

/** What was sent for some parts, and what came of it. */
export interface SentParts {
  readonly parts: readonly FoundPart[];
  /** What of them was asked for; `null`: all. */
  readonly fields: readonly WantedField[] | null;
  readonly answer: FetchAnswer;
  /** Read before it was sent. */
  readonly state: StoreState;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
}

export interface NewPart {
  readonly entry: NewEntry;
  readonly proof: PartProof;
  readonly size: number;
}

export function isNew(part: NewPart | Refusal | undefined): part is NewPart {
  return part !== undefined && 'entry' in part;
}

/** @returns for each part, in order */
export function keepAnswer(
  request: CachingOfRequest,
  shape: FetchShape,
  sent: SentParts,
): (NewPart | Refusal)[] {
  const { answer, parts } = sent;
  const { caching } = request.options;
  if (answer.errors.length > 0 || answer.origins.length === 0) return parts.map(() => ({ reason: 'error' }));
  const origins = answer.origins.map((origin) => keepableOf(origin, caching.options));
  return parts.map((found, index) => {
    const place = answer.entityPlaces?.[index] ?? { origin: 0, index };
    const keepable = origins[place.origin];
    if (keepable === undefined) return { reason: 'error' };
    if (isRefusal(keepable)) return keepable;
    const own = keepable.entityTags?.[place.index] ?? [];
    const value = found.part.representation === null ? answer.data : (answer.entities[index] ?? null);
    return newPart(request, shape, sent, found, value, { ...keepable, tags: [...keepable.tags, ...own] });
  });
}

function newPart(
  request: CachingOfRequest,
  shape: FetchShape,
  sent: SentParts,
  found: FoundPart,
  value: JsonObject | null,
  keepable: Keepable,
): NewPart | Refusal {
  const { part } = found;
  const { types: declared } = request.options.caching;
  const types = new Set([part.kind.type ?? declared.queryType, ...selectedTypes(shape, part.kind, declared)]);
  const data = canonicalFields(found, sent.fields, value, types);
  if (data === null)
    return { reason: 'subgraph', detail: 'the answer is not of the shape that was asked for' };
  const { names, isPrivate, staleness, lifetime } = keepable;
  const tags = [
    ...keepable.tags,
    ...[...types].map((type) => `#${type}`),
    ...declaredTags(request, shape, part),
  ];
  const evidence = evidenceOf(sent, keepable, tags, request.options.caching.options.staleWhileRevalidate);
  const fields = new Map([...data].map(([key, each]) => [key, storedText(each, isPrivate, staleness)]));
  let size = 0;
  for (const text of fields.values()) size += text.length;
  const maxAge = Math.floor(lifetime / 1_000);
  return {
    entry: { key: `${part.key} ${request.scope(names)}`, fields, evidence },
    proof: { subgraph: request.subgraph, evidence, names, isPrivate, maxAge, staleness },
    size,
  };
}

function evidenceOf(
  { state: { nonce, count }, sentAt }: SentParts,
  { lifetime, snapshot, cluster }: Keepable,
  tags: readonly string[],
  staleFor: number,
): Evidence {
  const expiresAt = sentAt + lifetime;
  return {
    nonce,
    count,
    cluster,
    snapshot,
    tags: [...new Set(tags)],
    fetchedAt: sentAt,
    expiresAt,
    staleUntil: expiresAt + staleFor,
  };
}

/** @param types gets the names of all objects' types. @returns null: it is not what was asked for */
function canonicalFields(
  { part }: FoundPart,
  asked: readonly WantedField[] | null,
  value: JsonObject | null,
  types: Set<string>,
): ReadonlyMap<string, unknown> | null {
  const { kind, representation } = part;
  if (value === null) return representation === null ? null : new Map([[existence, null]]);
  const typename = typenameOf(part, value);
  const placed = typename === null ? null : kind.fieldsOf(typename);
  if (typename === null || placed === null) return null;
  if (kind.type !== null) types.add(typename);
  const fields: Record<string, unknown> = {};
  for (const { field } of placed) {
    if (asked?.includes(field) === false) continue;
    const own = value[field.responseKey];
    const canonical = own === undefined ? lacking : toCanonical(own, field, types);
    if (canonical === lacking || !putOnce(fields, nameInEntries(field), canonical)) return null;
  }
  if (kind.typename !== null) delete fields['__typename'];
  // Whoever reads all of the entry finds all of it, and nobody says that they would fill what it lacks.
  if (representation !== null) fields[existence] = 1;
  return new Map(Object.entries(fields));
}

/** @returns null: the answer does not say it, or says another than was asked for */
function typenameOf({ kind, representation }: Part, value: JsonObject): string | null {
  if (representation === null) return kind.typename;
  const named = value['__typename'];
  const typename = kind.typename ?? named;
  return typeof typename === 'string' && (named === undefined || named === typename) ? typename : null;
}

function declaredTags({ options }: CachingOfRequest, shape: FetchShape, part: Part): readonly string[] {
  const { declaredTags: declared, subgraph, types } = options.caching;
  const { type, fieldsOf } = part.kind;
  if (type !== null) return declared.entity(subgraph, type, part.representation ?? '');
  const node = fieldsOf(types.queryType)?.[0]?.field.nodes[0];
  if (node === undefined) return [];
  const given = (node.arguments ?? []).map(({ name, value }): [string, unknown] => [
    name.value,
    valueFromASTUntyped(value, shape.variables),
  ]);
  return declared.root(subgraph, node.name.value, Object.fromEntries(given));
}
