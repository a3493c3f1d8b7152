/**
 * The trigger's function, written for one table: every name and every expression in it is fixed, so that PostgreSQL plans
 * it once a session and a row costs one INSERT. What it raises for a row is what `tagOf` and `listTagOf` say of it.
 */
import type { CatalogueTable } from './captured-columns.js';
import { quoteName, quoteText } from './runner.js';
import { escapeName, inTagOrder, longestValue } from './tag.js';

/** What is announced of a table's writes; columns by their names in PostgreSQL. */
export interface Announcement {
  readonly contents: readonly (readonly string[])[];
  readonly lists: readonly { readonly by: readonly string[]; readonly order: readonly string[] }[];
}

/**
 * Runs with its owner's rights, as whoever may write the table need not be allowed to write the outbox; hence the fixed
 * `search_path`, without which a caller's own operators would run with them too.
 *
 * @param outbox the schema of the outbox
 */
export function captureFunction(table: CatalogueTable, announced: Announcement, outbox: string): string {
  const id = `nextval(${quoteText(`${quoteName(outbox)}.selvedge_outbox_id_seq`)})`;
  const insert = (rows: readonly OutboxRow[]): string =>
    `INSERT INTO ${quoteName(outbox)}.selvedge_outbox (id, op, type, key, tags) VALUES ${rows
      .map(
        ({ position, op, key, tags }) =>
          `(${[position, quoteText(op), quoteText(table.name), key, tags].join(', ')})`,
      )
      .join(',\n      ')};`;
  const whole = (position: string, op: string, image: Image): OutboxRow => {
    const tags = tagsOfRow(table, announced, image, outbox);
    return { position, op, key: keyOf(table, image, outbox), tags: arrayOf(tags) };
  };
  const changed = arrayOf(tagsOfUpdate(table, announced, outbox));
  return `CREATE OR REPLACE FUNCTION ${functionName(table)}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER ${settingsOf(table, announced)} AS ${dollarQuoted(`
DECLARE
  position bigint := ${id};
BEGIN
  -- Where \`selvedge_writes\` begins to look for the rows of this transaction.
  IF coalesce(current_setting('selvedge.first_write', true), '') = '' THEN
    PERFORM set_config('selvedge.first_write', position::text, true);
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF ${hasChanged(table.primaryKey)} THEN
      ${insert([whole('position', 'D', 'OLD'), whole(id, 'I', 'NEW')])}
    ELSE
      ${insert([{ position: 'position', op: 'U', key: keyOf(table, 'NEW', outbox), tags: changed }])}
    END IF;
  ELSIF TG_OP = 'INSERT' THEN
    ${insert([whole('position', 'I', 'NEW')])}
  ELSIF TG_OP = 'DELETE' THEN
    ${insert([whole('position', 'D', 'OLD')])}
  ELSE
    ${insert([{ position: 'position', op: 'T', key: 'NULL', tags: `ARRAY['*']` }])}
  END IF;
  RETURN NULL;
END
`)}`;
}

interface OutboxRow {
  readonly position: string;
  readonly op: string;
  readonly key: string;
  readonly tags: string;
}

type Image = 'OLD' | 'NEW';

/** `"schema"."selvedge_capture_reviews"`; of the table's number where the name would be longer than the 63 bytes of names. */
export function functionName({ schema, table, oid }: CatalogueTable): string {
  const name = `selvedge_capture_${table}`;
  return `${quoteName(schema)}.${quoteName(Buffer.byteLength(name) > 63 ? `selvedge_capture_${oid}` : name)}`;
}

/** A key that an update changes is one row's end and another's beginning, as where it moves to another partition. */
function keyOf({ columns, primaryKey }: CatalogueTable, image: Image, outbox: string): string {
  if (primaryKey.length === 0) return 'NULL';
  const texts = primaryKey.map((column) => valueText(columns, column, image, outbox));
  return texts.join(` || '&' || `);
}

function tagsOfRow(
  table: CatalogueTable,
  { contents, lists }: Announcement,
  image: Image,
  outbox: string,
): string[] {
  return [
    ...contents.map((by) => tagText(table, by, contentsMarks, image, outbox)),
    ...lists.map(({ by }) => tagText(table, by, listMarks, image, outbox)),
  ];
}

/** Those of the new row, and of the old one where it had others. */
function tagsOfUpdate(table: CatalogueTable, { contents, lists }: Announcement, outbox: string): string[] {
  const where = (columns: readonly string[], tag: string): string[] =>
    columns.length === 0 ? [] : [`CASE WHEN ${hasChanged(columns)} THEN ${tag} END`];
  return [
    ...contents.flatMap((by) => [
      tagText(table, by, contentsMarks, 'NEW', outbox),
      ...where(by, tagText(table, by, contentsMarks, 'OLD', outbox)),
    ]),
    ...lists.flatMap(({ by, order }) => [
      ...where([...by, ...order], tagText(table, by, listMarks, 'NEW', outbox)),
      ...where(by, tagText(table, by, listMarks, 'OLD', outbox)),
    ]),
  ];
}

/**
 * Compares bytes, as not every type has an equality, and equal values need not look alike (1.0 and 1.00). Without the casts
 * PostgreSQL would take the rows apart and look for the operator of each column.
 */
function hasChanged(columns: readonly string[]): string {
  if (columns.length === 0) return 'false';
  const image = (name: Image): string => columns.map((column) => `${name}.${quoteName(column)}`).join(', ');
  return `ROW(${image('OLD')})::record *<> ROW(${image('NEW')})::record`;
}

type Marks = readonly [open: string, close: string];
const contentsMarks: Marks = [':', ''];
const listMarks: Marks = ['[', ']'];

/** NULL where a value is: no reader asks for rows with `= NULL`. */
function tagText(
  { name, columns }: CatalogueTable,
  by: readonly string[],
  [open, close]: Marks,
  image: Image,
  outbox: string,
): string {
  const parts = inTagOrder(by).map((column, index) => {
    const before = `${index === 0 ? `${escapeName(name)}${open}` : '&'}${escapeName(column)}=`;
    return `${quoteText(before)} || ${valueText(columns, column, image, outbox)}`;
  });
  if (parts.length === 0) return quoteText(`${escapeName(name)}${open}${close}`);
  return [...parts, ...(close === '' ? [] : [quoteText(close)])].join(' || ');
}

/** The value as `tagText` of values has it, escaped as in tags. */
function valueText(columns: CatalogueTable['columns'], name: string, image: Image, outbox: string): string {
  const column = columns.get(name);
  const value = `${image}.${quoteName(name)}`;
  if (column?.form === 'numeric') return `trim_scale(${value})::text`;
  if (column === undefined || !mayHaveMeaning(column)) return `${value}::text`;
  const text = column.type === 'citext' ? `lower(${value}::text)` : `${value}::text`;
  return `CASE WHEN ${text} ~ ${meantInValues} OR length(${text}) > ${longestValue} THEN ${quoteName(outbox)}.selvedge_tag_value(${text}) ELSE ${text} END`;
}

function mayHaveMeaning({ form, type }: { form: string | null; type: string }): boolean {
  return form === 'text' || form === 'blank-padded' || type === 'citext' || type === 'bytea';
}

/** The same characters as in `tag.ts`. */
const meantInValues = String.raw`'[&=%~\]\\\x01-\x1f\x7f-\x9f]'`;

/** Escapes what has a meaning in tags; called only for values that have such characters, or too many. */
export function tagValueFunction(outbox: string): string {
  return `CREATE OR REPLACE FUNCTION ${quoteName(outbox)}.selvedge_tag_value(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS ${dollarQuoted(`
  SELECT CASE WHEN length(value) > ${longestValue} THEN 'md5~' || md5(value) ELSE (
    SELECT string_agg(
      CASE WHEN c.character ~ ${meantInValues}
        THEN '%' || upper(lpad(to_hex(ascii(c.character)), 2, '0')) ELSE c.character END, '' ORDER BY c.position)
    FROM regexp_split_to_table(value, '') WITH ORDINALITY AS c(character, position)
  ) END
`)}`;
}

function arrayOf(tags: readonly string[]): string {
  return tags.length === 0 ? `'{}'::text[]` : `array_remove(ARRAY[${tags.join(',\n        ')}], NULL)`;
}

/** What a value looks like must not depend on the settings of whoever writes. Each costs a little in every call. */
function settingsOf({ columns, primaryKey }: CatalogueTable, { contents, lists }: Announcement): string {
  const named = [...contents.flat(), ...lists.flatMap(({ by }) => by), ...primaryKey];
  const types = new Set(named.map((name) => columns.get(name)?.type));
  const isAny = (...wanted: readonly string[]): boolean => wanted.some((type) => types.has(type));
  return [
    'SET search_path = pg_catalog, pg_temp',
    ...(isAny('date', 'timestamp', 'timestamptz') ? [`SET "DateStyle" = 'ISO, YMD'`] : []),
    ...(isAny('timestamptz') ? [`SET "TimeZone" = 'UTC'`] : []),
    ...(isAny('bytea') ? [`SET bytea_output = 'hex'`] : []),
    ...(isAny('float4', 'float8') ? ['SET extra_float_digits = 1'] : []),
    ...(isAny('interval') ? [`SET "IntervalStyle" = 'postgres'`] : []),
  ].join(' ');
}

/** Under a tag that the text cannot have, whatever the names in it. */
function dollarQuoted(text: string): string {
  let tag = 'selvedge';
  while (text.includes(`$${tag}$`)) tag += '_';
  return `$${tag}$${text}$${tag}$`;
}
