/**
 * What entries call fields. Of a field that has a selection below it an entry may have several values, of another selection each:
 * operations that ask for different things below one field do not evict each other's, and a wider one serves a narrower. They
 * are not merged, since items of lists that were read at different times need not be the same.
 */
import type { StoredField } from './contract.js';

const mark = '\n';

/** @param field without line feeds. @param selection names what is asked for below it; null: nothing may be, it is a leaf */
export function fieldName(field: string, selection: string | null): string {
  return selection === null ? field : `${field}${mark}${selection}`;
}

/** Whether a value of this name may have what is wanted under the other, though it was asked for with another selection. */
export function isOfSameField(name: string, wanted: string): boolean {
  const end = wanted.indexOf(mark);
  return end !== -1 && name !== wanted && name.startsWith(wanted.slice(0, end + 1));
}

/** Of the same field what is newer than what was fetched with the selection itself, beside it. */
export function withOthers(own: StoredField | null, others: readonly StoredField[]): StoredField | null {
  if (others.length === 0) return own;
  const [first, ...rest] = own === null ? others : [own, ...others];
  if (first === undefined) return null;
  return rest.length === 0 ? first : { ...first, others: rest };
}

/** All that is there for a field that is wanted. */
export function valuesOf(field: StoredField | null): readonly StoredField[] {
  if (field === null) return [];
  return field.others === undefined ? [field] : [field, ...field.others];
}
