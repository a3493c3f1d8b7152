/**
 * Data by the names that entries have for fields, so that one entry serves every operation that it has all for: aliases are
 * off, and arguments on. Leaves are kept as they are, whatever they hold.
 */
import { isJsonObject } from '../execution/json-text.js';
import type { Wanted, WantedField } from './wanted.js';

/** It is not what the fetch asked for, or not all of it. */
export const lacking = Symbol('lacking');

/**
 * @param typeNames gets the name of each object's type
 * @returns `lacking`: the answer is not of the shape that was asked for, and is not kept
 */
export function toCanonical(value: unknown, { inner }: WantedField, typeNames: Set<string>): unknown {
  return inner === null ? value : canonicalValue(value, inner, typeNames);
}

/** @returns `lacking`: the entry does not have all */
export function fromCanonical(value: unknown, { inner }: WantedField): unknown {
  return inner === null ? value : readValue(value, inner);
}

function canonicalValue(value: unknown, wanted: Wanted, typeNames: Set<string>): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) return eachItem(value, (item) => canonicalValue(item, wanted, typeNames));
  if (!isJsonObject(value)) return lacking;
  const typename = nameOf(value['__typename']);
  const fields = wanted.fieldsOf(typename);
  if (fields === null) return lacking;
  noteType(typename, wanted, typeNames);
  const object: Record<string, unknown> = {};
  for (const field of fields) {
    const own = value[field.responseKey];
    const canonical = own === undefined ? lacking : toCanonical(own, field, typeNames);
    if (canonical === lacking || !putOnce(object, field.key, canonical)) return lacking;
  }
  return object;
}

/** Where two aliases have got different values of one field, there is no telling which to keep. */
export function putOnce(object: Record<string, unknown>, key: string, value: unknown): boolean {
  const known = object[key];
  object[key] = value;
  return known === undefined || known === value || JSON.stringify(known) === JSON.stringify(value);
}

function noteType(typename: string | undefined, wanted: Wanted, typeNames: Set<string>): void {
  if (typename !== undefined) typeNames.add(typename);
  if (wanted.type !== undefined && wanted.type !== typename) typeNames.add(wanted.type);
}

function readValue(value: unknown, wanted: Wanted): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) return eachItem(value, (item) => readValue(item, wanted));
  if (!isJsonObject(value)) return lacking;
  const typename = nameOf(value['__typename']) ?? wanted.onlyType;
  const fields = wanted.fieldsOf(typename);
  if (fields === null) return lacking;
  const object: Record<string, unknown> = {};
  for (const field of fields) {
    const kept = field.key === '__typename' ? typename : value[field.key];
    const own = kept === undefined ? lacking : fromCanonical(kept, field);
    if (own === lacking) return lacking;
    object[field.responseKey] = own;
  }
  return object;
}

function eachItem(items: readonly unknown[], change: (item: unknown) => unknown): unknown {
  const changed: unknown[] = [];
  for (const item of items) {
    const value = change(item);
    if (value === lacking) return lacking;
    changed.push(value);
  }
  return changed;
}

function nameOf(typename: unknown): string | undefined {
  return typeof typename === 'string' ? typename : undefined;
}
