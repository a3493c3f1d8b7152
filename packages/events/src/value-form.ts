/**
 * How values of a column are printed in tags. Tags are texts, so only such types will do whose equal values can be printed
 * alike, under whatever settings the session runs; `capture-sql.ts` has the expression of each form, this file the same for
 * values that are at hand.
 */

/**
 * - `text` (enums too), `blank-padded` (`char(n)`: trailing blanks mean nothing)
 * - `uuid`, `integer`, `boolean`, `numeric` (without trailing zeros), `date`, `timestamptz` (ISO, in UTC)
 * - `opaque`: only PostgreSQL can print it (`citext`, `inet`, `bytea` …)
 */
export type ValueForm =
  'text' | 'blank-padded' | 'uuid' | 'integer' | 'boolean' | 'numeric' | 'date' | 'timestamptz' | 'opaque';

/**
 * The value as PostgreSQL prints it, which is what tags are made of.
 *
 * @param form of the column, from `CapturedTable.forms`
 * @param value as node-postgres would be given it
 * @returns null: it cannot be told here which text PostgreSQL prints, or no value of the column is equal to this one
 */
export function tagText(form: ValueForm, value: unknown): string | null {
  if (value instanceof Date) return form === 'timestamptz' ? printedMoment(value) : null;
  if (typeof value === 'boolean') return form === 'boolean' ? String(value) : null;
  if (typeof value === 'number' || typeof value === 'bigint') return printers[form](String(value));
  return typeof value === 'string' ? printers[form](wellFormed(value)) : null;
}

const printers: Readonly<Record<ValueForm, (text: string) => string | null>> = {
  text: (text) => text,
  'blank-padded': (text) => text.replace(/ +$/, ''),
  uuid: (text) => (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : null),
  integer: (text) => (/^[+-]?\d{1,40}$/.test(text) ? BigInt(text.replace('+', '')).toString() : null),
  boolean: (text) => (text === 'true' || text === 'false' ? text : null),
  numeric: printedNumeric,
  date: (text) => (/^(?!0000)\d{4}-\d\d-\d\d$/.test(text) ? text : null),
  timestamptz: () => null,
  opaque: () => null,
};

function printedNumeric(text: string): string | null {
  const [, sign = '', whole = '', fraction = ''] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === '') return null;
  const digits = BigInt(whole).toString();
  const rest = fraction.replace(/0+$/, '');
  const magnitude = rest === '' ? digits : `${digits}.${rest}`;
  return sign === '-' && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

/** `2026-11-21 19:00:00.5+00`, as PostgreSQL has it in ISO style and UTC. */
function printedMoment(moment: Date): string | null {
  const year = moment.getUTCFullYear();
  if (Number.isNaN(year) || year < 1 || year > 9999) return null;
  const [day = '', time = ''] = moment.toISOString().slice(0, -1).split('T');
  return `${day} ${time.replace(/\.?0{1,3}$/, '')}+00`;
}

/** Half a surrogate pair reaches PostgreSQL as U+FFFD, and finds what is equal to that. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
