// Which tags cover what a read finds: every write that changes the answer for a key must raise one of them, by what the
// store's triggers are known to raise. Where none do, the answer cannot be kept.
import {
  listTagOf,
  tagOf,
  tagText,
  type CapturedTable,
  type TagValues,
  type ValueForm,
} from '@selvedge/events';
import type { CanonicalKey } from '../reads/key.js';
import type { ReadDefinition } from '../reads/read.js';
import type { RawRow } from '../store/statement.js';
import { columnOf, type Table } from '../store/table.js';
import { sessionWordIn } from './session-words.js';

/** How the answers of a read are covered. */
export interface ReadTags {
  /** Why they cannot be kept; null where they can. */
  readonly refusal: string | null;
  /**
   * The tags of what a key has found. A key that found nothing has some too: they tell of the row that may come.
   *
   * @param rows what was found; of a page its nodes, of an aggregate nothing
   * @returns null where a tag cannot be told from here
   */
  of(key: CanonicalKey, rows: readonly RawRow[]): readonly string[] | null;
}

/** From a key to the text that a column has in tags; null: it cannot be told. */
type TextOf = (key: CanonicalKey) => string | null;

/** Members of a list that are named one by one before the whole table's tag is better, if there is one. */
const maxMembers = 100;

/** @param capture what is raised for the table, or why nothing may be relied on */
export function readTags(table: Table, read: ReadDefinition, capture: CapturedTable | string): ReadTags {
  if (typeof capture === 'string') return uncovered(capture);
  const word = Object.values(read.aggregates)
    .map(sessionWordIn)
    .find((found) => found !== null);
  if (word !== undefined) return uncovered(`an aggregate of ${table.name} has \`${word}\``);
  const fixed = fixedColumns(table, read, capture);
  const byContents = narrowest(
    capture.contents.filter((columns) => columns.every((name) => fixed.has(name))),
  );
  if (byContents !== undefined && byContents.length > 0) return contentsTags(capture, byContents, fixed);
  const whole = byContents === undefined ? null : tagOf(capture.name, {});
  const byList = read.kind === 'aggregate' ? null : listTags(table, read, capture, fixed);
  if (byList === null)
    return whole === null
      ? uncovered(`no tag of ${table.name} covers ${described(table, read)}`)
      : { refusal: null, of: () => [whole] };
  if (whole === null) return byList;
  return { refusal: null, of: (key, rows) => (rows.length > maxMembers ? [whole] : byList.of(key, rows)) };
}

function uncovered(refusal: string): ReadTags {
  return { refusal, of: () => null };
}

/** The columns that have one value in all rows of a key: its own, and those of the constants. */
function fixedColumns(
  table: Table,
  read: ReadDefinition,
  { forms }: CapturedTable,
): ReadonlyMap<string, TextOf> {
  const fixed = new Map<string, TextOf>();
  read.where.forEach(([property, value]) => {
    const { name, toStore } = columnOf(table, property);
    const form = forms[name];
    const text =
      form === undefined || value === null ? null : tagText(form, toStore === null ? value : toStore(value));
    // Nulls raise no tag of their own.
    if (text !== null) fixed.set(name, () => text);
  });
  read.key.forEach((property, index) => {
    const { name } = columnOf(table, property);
    const form = forms[name];
    if (form !== undefined && form !== 'opaque') fixed.set(name, (key) => tagText(form, key[index]));
  });
  return fixed;
}

/** Of several that cover the same, the one that the fewest writes raise. */
function narrowest(lists: readonly (readonly string[])[]): readonly string[] | undefined {
  return lists.toSorted((left, right) => right.length - left.length)[0];
}

function contentsTags(
  { name: table, forms }: CapturedTable,
  columns: readonly string[],
  fixed: ReadonlyMap<string, TextOf>,
): ReadTags {
  const tag = tagOfValues(columns, fixed);
  const [only] = columns;
  const plain =
    only !== undefined && columns.length === 1 && isPlain(forms[only]) ? tagOf(table, { [only]: '' }) : null;
  const text = only === undefined ? undefined : fixed.get(only);
  // The common case: a hundred keys, whose values need no escaping.
  if (plain !== null && text !== undefined)
    return {
      refusal: null,
      of(key) {
        const value = text(key);
        return value === null ? null : [plain + value];
      },
    };
  return {
    refusal: null,
    of(key) {
      const values = tag(key);
      return values === null ? null : [tagOf(table, values)];
    },
  };
}

/** A list's own tag, which tells of its members and their order, and the tag of each member, which tells of what is in it. */
function listTags(
  table: Table,
  read: ReadDefinition,
  { name, forms, lists, contents }: CapturedTable,
  fixed: ReadonlyMap<string, TextOf>,
): ReadTags | null {
  const decisive = [
    ...read.key,
    ...read.where.map(([property]) => property),
    ...read.order.map(([property]) => property),
  ];
  const names = decisive.map((property) => columnOf(table, property).name);
  const fitting = lists.filter(
    ({ by, order }) =>
      by.every((column) => fixed.has(column)) &&
      names.every((column) => by.includes(column) || order.includes(column)),
  );
  const by = narrowest(fitting.map((list) => list.by));
  const member = memberTag(table, name, forms, contents);
  if (by === undefined || member === null) return null;
  const listOf = tagOfValues(by, fixed);
  return {
    refusal: null,
    of(key, rows) {
      const values = listOf(key);
      const members = rows.map(member);
      const known = members.filter((tag) => tag !== null);
      return values === null || known.length < members.length ? null : [listTagOf(name, values), ...known];
    },
  };
}

/** The tag of a row by its primary key. */
function memberTag(
  table: Table,
  name: string,
  forms: CapturedTable['forms'],
  contents: CapturedTable['contents'],
): ((row: RawRow) => string | null) | null {
  const columns = table.primaryKey.map((property) => columnOf(table, property));
  const isCaptured = contents.some(
    (list) => list.length === columns.length && columns.every((column) => list.includes(column.name)),
  );
  if (!isCaptured || columns.length === 0 || columns.some(({ fromStore }) => fromStore !== null)) return null;
  return (row) => {
    const values: Record<string, string> = {};
    for (const column of columns) {
      const form = forms[column.name];
      const value = row[column.property];
      // A Date has lost the microseconds that the column has.
      const text = form === undefined || value instanceof Date ? null : tagText(form, value);
      if (text === null) return null;
      values[column.name] = text;
    }
    return tagOf(name, values);
  };
}

function tagOfValues(
  columns: readonly string[],
  fixed: ReadonlyMap<string, TextOf>,
): (key: CanonicalKey) => TagValues | null {
  return (key) => {
    const values: Record<string, string> = {};
    for (const column of columns) {
      const text = fixed.get(column)?.(key) ?? null;
      if (text === null) return null;
      values[column] = text;
    }
    return values;
  };
}

/** Whether the texts of the form are the same in tags. */
function isPlain(form: ValueForm | undefined): boolean {
  return form === 'uuid' || form === 'integer';
}

function described(table: Table, read: ReadDefinition): string {
  const columns = read.key.map((property) => columnOf(table, property).name).join(', ');
  return `a read ${columns === '' ? 'of all its rows' : `by ${columns}`}`;
}
