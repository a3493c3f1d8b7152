/**
 * What a write is announced by. A tag names rows by the values of some of their columns, so that who reads rows by these
 * values and who writes one of them come upon the same text: here for readers, and the same in SQL for the triggers
 * (`capture-sql.ts`). Equal values have one tag and different ones two, whatever characters are in them.
 */
import { createHash } from 'node:crypto';

/** Of everything in the store: what a TRUNCATE raises, and whatever cannot be told more exactly. */
export const wholeStoreTag = '*';

/** Texts of the values, as `tagText` gives them, by column. */
export type TagValues = Readonly<Record<string, string>>;

/**
 * The tag that any write to a row with these values raises, by its old values or its new: `reviews:id=7`,
 * `order_lines:order_id=1&sku=A`; without values any write to the table: `reviews:`.
 *
 * @param table its name as in `CapturedTable.name`
 */
export function tagOf(table: string, values: TagValues): string {
  return `${escapeName(table)}:${partsOf(values)}`;
}

/**
 * The tag of which such rows there are and in which order, not of what else is in them: `reviews[product_id=3]`,
 * `reviews[]`.
 */
export function listTagOf(table: string, values: TagValues): string {
  return `${escapeName(table)}[${partsOf(values)}]`;
}

/** The columns of a tag, in the order in which it names them. */
export function inTagOrder(columns: readonly string[]): string[] {
  return columns.toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}

/** The name of a table or column as tags have it. */
export function escapeName(name: string): string {
  return name.replaceAll(meantInNames, percentCode);
}

function partsOf(values: TagValues): string {
  return inTagOrder(Object.keys(values))
    .map((column) => `${escapeName(column)}=${escapeValue(values[column] ?? '')}`)
    .join('&');
}

/** Longer values are told apart by their hash. In characters, which are code points in PostgreSQL. */
export const longestValue = 120;

function escapeValue(value: string): string {
  // A character is one or two of UTF-16's units.
  if (value.length > longestValue && Array.from(value).length > longestValue) {
    return `md5~${createHash('md5').update(value).digest('hex')}`;
  }
  return value.replaceAll(meantInValues, percentCode);
}

const meantInValues = /[&=%~\]\\\p{Cc}]/gu;
/** Names stand before `:` and `[` as well, and tags of other origin begin with `*`, `#` and `@`. */
const meantInNames = /[&=%~\]\\\p{Cc}:[*#@]/gu;

function percentCode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
