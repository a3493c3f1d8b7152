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

/** @param state read before. @returns what was sent, in no order */
export function fetchMissing(
  request: CachingOfRequest,
  shape: FetchShape,
  operation: SubgraphOperation,
  units: readonly FoundUnit[],
  state: StoreState,
): Promise<SentUnits[]> {
  return Promise.all(
    groupsOf(operation, units).map(async ({ units: own, parts, fields }) => {
      const representations =
        operation.representations && own.flatMap(({ unit }) => unit.representation ?? []);
      const lesser =
        fields === null ? { ...operation, representations } : lesserOperation(shape, fields, representations);
      const sentAt = Date.now();
      const answer = await request.options.send(lesser);
      const responseKeys = fields && fields.map(({ responseKey }) => responseKey);
      return { units: own, parts, fields, responseKeys, answer, state, sentAt };
    }),
  );
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
    const [part] = unit.found;
    if (part === undefined) continue;
    const fields = lackOf(part);
    const id = fields === null ? '' : JSON.stringify(fields.map(({ responseKey }) => responseKey));
    const group = groups.get(`${part.typename ?? ''} ${id}`) ?? groups.get(id);
    if (group === undefined)
      groups.set(id === '' ? '' : `${part.typename ?? ''} ${id}`, newGroup(unit, part, fields));
    else {
      group.units.push(unit);
      group.parts.push(part);
    }
  }
  if (groups.size <= maxGroups) return [...groups.values()];
  const parts = units.flatMap(({ found }) => found);
  return [{ units: [...units], parts, fields: null }];
}

const maxGroups = 3;

function newGroup(unit: FoundUnit, part: FoundPart, fields: readonly WantedField[] | null): Group {
  return { units: [unit], parts: [part], fields };
}

function rootGroup(unit: FoundUnit): Group {
  const parts = unit.found.filter(isLacking);
  const fields = parts.length === unit.found.length ? null : parts.flatMap(lackOfRoot);
  return { units: [unit], parts, fields };
}

function lackOfRoot({ part, missing }: FoundPart): readonly WantedField[] {
  return missing ?? part.fieldsOf('') ?? [];
}

/** @returns null: all of it. What is of an interface is told by the answer to all of it. */
function lackOf({ part, missing, object }: FoundPart): readonly WantedField[] | null {
  if (missing === null || part.typename === null) return null;
  const isThere = Object.keys(object).some((key) => key !== '__typename');
  return isThere ? missing : null;
}
