/**
 * Sends for what is not there: of entities of which some fields are, only the others. Equal lacks go together, as one fetch
 * each; where there would be too many, all is asked for again.
 */
import type { StoreState } from '@selvedge/cache';
import type { SubgraphOperation } from '../subgraphs/operation.js';
import type { CachingOfRequest } from './caching-of-request.js';
import type { FetchShape } from './fetch-shape.js';
import type { SentParts } from './keep-answer.js';
import { lesserOperation } from './lesser-template.js';
import type { FoundUnit } from './look-up.js';
import { isLacking, type FoundPart } from './read-parts.js';
import type { WantedField } from './wanted.js';

/** What was asked for together, and what came of it. */
export interface SentUnits extends SentParts {
  /** One for each representation that was sent; the root, where none was. */
  readonly units: readonly FoundUnit[];
  /** What all that was asked for is called; `null`: all that the fetch asks for. */
  readonly responseKeys: readonly string[] | null;
}

type Send = CachingOfRequest['options']['send'];

/** What they lack. @param state read before. @returns what was sent, in no order */
export function fetchMissing(
  send: Send,
  shape: FetchShape,
  operation: SubgraphOperation,
  units: readonly FoundUnit[],
  state: StoreState,
): Promise<SentUnits>[] {
  return groupsOf(operation, units).map((group) => sendGroup(send, shape, operation, group, state));
}

/** All of them, whatever is there. */
export function sendUnits(
  send: Send,
  shape: FetchShape,
  operation: SubgraphOperation,
  units: readonly FoundUnit[],
  state: StoreState,
): Promise<SentUnits[]> {
  const parts = units.flatMap(({ found }) => found);
  return Promise.all([sendGroup(send, shape, operation, { units: [...units], parts, fields: null }, state)]);
}

async function sendGroup(
  send: Send,
  shape: FetchShape,
  operation: SubgraphOperation,
  { units, parts, fields }: Group,
  state: StoreState,
): Promise<SentUnits> {
  const representations = operation.representations && units.flatMap(({ unit }) => unit.representation ?? []);
  const lesser =
    fields === null ? { ...operation, representations } : lesserOperation(shape, fields, representations);
  const sentAt = Date.now();
  const answer = await send(lesser);
  const responseKeys = fields?.map(({ responseKey }) => responseKey) ?? null;
  return { units, parts, fields, responseKeys, answer, state, sentAt };
}

interface Group {
  readonly units: FoundUnit[];
  readonly parts: FoundPart[];
  /** `null`: all. */
  readonly fields: readonly WantedField[] | null;
}

function groupsOf({ representations }: SubgraphOperation, units: readonly FoundUnit[]): Group[] {
  if (representations === null) return units.map(rootGroup);
  const groups = new Map<string, Group>();
  for (const unit of units) {
    for (const part of unit.found) {
      const fields = lackOf(part);
      const id =
        fields === null ? '' : JSON.stringify([part.typename, ...fields.map((field) => field.responseKey)]);
      const group = groups.get(id) ?? { units: [], parts: [], fields };
      group.units.push(unit);
      group.parts.push(part);
      groups.set(id, group);
    }
  }
  if (groups.size <= maxGroups) return [...groups.values()];
  return [{ units: [...units], parts: units.flatMap(({ found }) => found), fields: null }];
}

const maxGroups = 3;

function rootGroup(unit: FoundUnit): Group {
  const parts = unit.found.filter(isLacking);
  const fields = parts.length === unit.found.length ? null : parts.flatMap(lackOfRoot);
  return { units: [unit], parts, fields };
}

function lackOfRoot({ part: { kind }, missing }: FoundPart): readonly WantedField[] {
  return missing ?? kind.fieldsOf('')?.map(({ field }) => field) ?? [];
}

/** @returns null: all of it. What is of an interface is told by the answer to all of it. */
function lackOf({ part: { kind }, missing, object }: FoundPart): readonly WantedField[] | null {
  if (missing === null || kind.typename === null) return null;
  const isThere = kind
    .fieldsOf(kind.typename)
    ?.some(({ field, place }) => place >= 0 && !missing.includes(field));
  return isThere === true && object !== null ? missing : null;
}
