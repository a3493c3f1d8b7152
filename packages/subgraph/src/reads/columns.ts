// Which columns of a table a statement reads. Sets are interned per table, so that "the same columns" is one identity
// check and each set's statement is made once.
import type { Table } from '../store/table.js';

/** Columns of one table, in its order. */
export interface ColumnSet {
  readonly properties: readonly string[];
  /** Whether the rows must be instances of the entity class, because a getter of it was selected. */
  readonly hydrate: boolean;
}

/** Sets a table may have before further ones read everything: each is a prepared statement on every connection. */
const maxSets = 64;

const internedByTable = new WeakMap<Table, Map<string, ColumnSet>>();

/** The set of these properties and the table's primary key; all columns where a getter was selected. */
export function columnSet(table: Table, properties: Iterable<string>): ColumnSet {
  const selected = new Set<string>(table.primaryKey);
  let hydrate = false;
  for (const property of properties) {
    if (table.columns.has(property)) selected.add(property);
    else if (table.getters.has(property)) hydrate = true;
  }
  return interned(table, hydrate ? table.columns.keys() : selected, hydrate);
}

/** The smallest set that covers all of these. */
export function unionOf(table: Table, sets: Iterable<ColumnSet>): ColumnSet {
  let union: ColumnSet | null = null;
  for (const set of sets) {
    if (union === null || union === set) union = set;
    else union = interned(table, [...union.properties, ...set.properties], union.hydrate || set.hydrate);
  }
  return union ?? columnSet(table, []);
}

function interned(table: Table, properties: Iterable<string>, hydrate: boolean): ColumnSet {
  let sets = internedByTable.get(table);
  if (sets === undefined) internedByTable.set(table, (sets = new Map<string, ColumnSet>()));
  const wanted = new Set(properties);
  // In the table's order, so that equal sets are equal texts.
  const ordered = [...table.columns.keys()].filter((property) => wanted.has(property));
  const name = `${String(hydrate)}:${ordered.join(',')}`;
  const known = sets.get(name);
  if (known !== undefined) return known;
  if (sets.size >= maxSets && wanted.size < table.columns.size)
    return interned(table, table.columns.keys(), hydrate);
  const set = { properties: ordered, hydrate };
  sets.set(name, set);
  return set;
}
