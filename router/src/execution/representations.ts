/**
 * Names entities to a subgraph. Made once per fetch, and then once per concrete type: which fields are read from which
 * source. Per request each distinct entity is named once, as text, and that text is both what is sent and what says that
 * two entities are the same.
 */
import type { DataNode } from './data-tree.js';
import type { Fetch } from './fetch-graph.js';
import { isJsonObject, jsonString, jsonText } from './json-text.js';
import { eachItem } from './positions.js';
import type { Representation, RepresentationField } from './representation.js';
import type { Position, Results } from './results.js';
import { applyRewrites, typeConditionPrefix, type ValueSetter } from './rewrites.js';
import type { TypeRelations } from './type-relations.js';

/** What of a fetch says how entities are named to it. */
export type Named = Pick<Fetch, 'node' | 'requires' | 'inputRewrites'>;

/** @returns the representation's JSON; `null` where the object is not of a type that is asked for, or lacks a field */
export type WriteRepresentation = (position: Position, results: Results) => string | null;

export function compileRepresentation(fetch: Named, types: TypeRelations): WriteRepresentation {
  const byType = new Map<string, WriteRepresentation>();
  return (position, results) => {
    const typename = results.typename(position);
    if (typename === undefined) return null;
    let write = byType.get(typename);
    if (write === undefined) {
      write = compileForType(fetch, typename, types);
      if (types.knows(typename)) byType.set(typename, write);
    }
    return write(position, results);
  };
}

function compileForType(fetch: Named, typename: string, types: TypeRelations): WriteRepresentation {
  const fields = fieldsFor(typename, fetch.requires ?? [], types);
  if (!fields.has('__typename')) return () => null;
  const isFlat = [...fields.values()].every(({ selections }) => selections === undefined);
  if (isFlat && fetch.inputRewrites.every(isTypenameSetter))
    return flatWriter(fetch, typename, fields, types);
  return (position, results) => {
    const object = readObject(position, fetch.node, fields, typename, results);
    if (object === undefined || isNameless(object)) return null;
    applyRewrites(types, fetch.inputRewrites, object);
    return JSON.stringify(object);
  };
}

/** The usual case, `{ __typename id }`: one piece of text a field and no object in between. */
function flatWriter(
  fetch: Named,
  typename: string,
  fields: ReadonlyMap<string, RepresentationField>,
  types: TypeRelations,
): WriteRepresentation {
  const renamed: Record<string, unknown> = { __typename: typename };
  applyRewrites(types, fetch.inputRewrites, renamed);
  const head = `{"__typename":${jsonText(renamed['__typename'])}`;
  const readers = [...fields.keys()]
    .filter((key) => key !== '__typename')
    .map((key) => ({
      key,
      label: `,${jsonString(key)}:`,
      slots: fetch.node.slotsWith(key),
    }));
  return (position, results) => {
    let text = head;
    for (const { key, label, slots } of readers) {
      const value = readValue(position, slots, key);
      if (value === undefined) {
        if (results.isLeftOut(fetch.node, key)) continue;
        return null;
      }
      text += label + jsonText(value);
    }
    // All that would name it is left out, and so is what is asked of it.
    return text === head ? null : `${text}}`;
  };
}

function isNameless(object: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(object).length === 1;
}

function isTypenameSetter(rewrite: Fetch['inputRewrites'][number]): rewrite is ValueSetter {
  return rewrite.kind === 'ValueSetter' && rewrite.path.at(-1) === '__typename' && rewrite.path.length <= 2;
}

/** The first that is there and not null; null where a source says so and none knows better. */
export function readValue(position: Position, slots: readonly number[], key: string): unknown {
  let found: unknown;
  for (const slot of slots) {
    const value = position[slot]?.[key];
    if (value === undefined) continue;
    if (value !== null) return value;
    found = null;
  }
  return found;
}

/** The fields that the selections ask of an object of this type, fragments applied. */
function fieldsFor(
  typename: string | undefined,
  selections: readonly Representation[],
  types: TypeRelations,
): ReadonlyMap<string, RepresentationField> {
  const fields = new Map<string, RepresentationField>();
  const collect = (inner: readonly Representation[]) => {
    for (const selection of inner) {
      if (selection.kind === 'Field') {
        const key = selection.alias ?? selection.name;
        fields.set(key, withBoth(fields.get(key), selection));
      } else if (
        selection.typeCondition === undefined ||
        (typename !== undefined && types.isOfType(typename, selection.typeCondition))
      ) {
        collect(selection.selections);
      }
    }
  };
  collect(selections);
  return fields;
}

function withBoth(known: RepresentationField | undefined, more: RepresentationField): RepresentationField {
  if (known?.selections === undefined || more.selections === undefined) return more;
  return { ...known, selections: [...known.selections, ...more.selections] };
}

function readObject(
  position: Position,
  node: DataNode,
  fields: ReadonlyMap<string, RepresentationField>,
  typename: string | undefined,
  results: Results,
): Record<string, unknown> | undefined {
  const object: Record<string, unknown> = {};
  for (const [key, field] of fields) {
    const value = key === '__typename' ? typename : readField(position, node, key, field.selections, results);
    if (value === undefined) {
      // What requires it is left out as well, and the rest of the fetch is not.
      if (results.isLeftOut(node, key)) continue;
      return undefined;
    }
    object[key] = value;
  }
  return object;
}

function readField(
  position: Position,
  node: DataNode,
  key: string,
  selections: readonly Representation[] | undefined,
  results: Results,
): unknown {
  const value = readValue(position, node.slotsWith(key), key);
  const child = node.children.get(key);
  if (value === undefined || value === null || selections === undefined || child === undefined) return value;
  const values = position.map((object) => object?.[key]);
  return readItems(values, child, selections, results);
}

function readItems(
  values: readonly unknown[],
  child: DataNode,
  selections: readonly Representation[],
  results: Results,
): unknown {
  const list = values.find((value): value is readonly unknown[] => Array.isArray(value));
  if (list !== undefined) {
    const items = list.map((_, index) =>
      readItems(
        values.map((value: unknown): unknown => (Array.isArray(value) ? value[index] : undefined)),
        child,
        selections,
        results,
      ),
    );
    return items.includes(undefined) ? undefined : items;
  }
  const position = results.childPosition(child, values);
  if (position === null)
    return values.some((value) => value === null || isJsonObject(value)) ? null : undefined;
  const typename = results.typename(position);
  return readObject(position, child, fieldsFor(typename, selections, results.types), typename, results);
}

/**
 * The values that a field with `@fromContext` gets from objects above: one path up and down for each type that may set
 * it. @returns `"name":value` pairs; a value that is not there is null, as for any argument that nobody gave
 */
export function contextVariables(fetch: Fetch, ancestors: readonly Position[], results: Results): string {
  const values = new Map<string, unknown>();
  for (const { path, renameKeyTo } of fetch.contextRewrites) {
    if ((values.get(renameKeyTo) ?? null) !== null) continue;
    values.set(renameKeyTo, readContext(path, fetch.node, ancestors, results) ?? null);
  }
  return [...values].map(([name, value]) => `${jsonString(name)}:${JSON.stringify(value)}`).join(',');
}

function readContext(
  path: readonly string[],
  node: DataNode,
  ancestors: readonly Position[],
  results: Results,
): unknown {
  const ups = path.filter((step) => step === '..').length;
  let at: DataNode | null = node;
  for (let up = 0; up < ups; up += 1) at = at?.parent ?? null;
  const position = ancestors[ancestors.length - 1 - ups];
  return at === null || position === undefined ? undefined : readDown(path.slice(ups), at, position, results);
}

function readDown(path: readonly string[], node: DataNode, position: Position, results: Results): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  if (step.startsWith(typeConditionPrefix)) {
    const typename = results.typename(position);
    const condition = step.slice(typeConditionPrefix.length);
    // Without a name it is the only type that it can be.
    if (typename !== undefined && !results.types.isOfType(typename, condition)) return undefined;
    return readDown(rest, node, position, results);
  }
  if (rest.length === 0) return readValue(position, node.slotsWith(step), step);
  const child = node.children.get(step);
  if (child === undefined) return undefined;
  const values = position.map((object) => object?.[step]);
  const found: unknown[] = [];
  eachItem(values, (items) => {
    const inner = results.childPosition(child, items);
    found.push(inner === null ? null : readDown(rest, child, inner, results));
  });
  return values.some(Array.isArray) ? found : found[0];
}
