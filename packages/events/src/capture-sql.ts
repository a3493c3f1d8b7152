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
 * Runs with its owner's rights, as whoever may write the table need not be allowed to write the outbox. Hence every name in
 * it has its schema, without which a caller's own operators would run with them too; a fixed `search_path` would do the same
 * and costs 8 of the 40 microseconds that a row takes.
 *
 * @param outbox the schema of the outbox
 */
export function captureFunction(table: CatalogueTable, announced: Announcement, outbox: string): string {
  const tags = tagsOf(table, announced, outbox);
  const insert = (...rows: readonly (readonly [op: string, key: string, tags: string])[]): string =>
    `INSERT INTO ${quoteName(outbox)}.selvedge_outbox (op, type, key, tags) VALUES ${rows
      .map(([op, key, array]) => `('${op}', ${quoteText(table.name)}, ${key}, ${array})`)
      .join(',\n        ')};`;
  const [oldKey, newKey] = [keyOf(table, 'OLD', outbox), keyOf(table, 'NEW', outbox)];
  const deciding = [
    ...table.primaryKey,
    ...announced.contents.flat(),
    ...announced.lists.flatMap(({ by, order }) => [...by, ...order]),
  ];
  return `CREATE OR REPLACE FUNCTION ${functionName(table)}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER ${settingsOf(table, announced)} AS ${dollarQuoted(`
BEGIN
  IF TG_OP OPERATOR(pg_catalog.=) 'UPDATE' THEN
    IF ${hasChanged([...new Set(deciding)])} THEN
      IF ${hasChanged(table.primaryKey)} THEN
        ${insert(['D', oldKey, tags.all('OLD')], ['I', newKey, tags.all('NEW')])}
      ELSE
        ${insert(['U', newKey, tags.changed])}
      END IF;
    ELSE
      ${insert(['U', newKey, tags.unchanged])}
    END IF;
  ELSIF TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN
    ${insert(['I', newKey, tags.all('NEW')])}
  ELSIF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN
    ${insert(['D', oldKey, tags.all('OLD')])}
  ELSE
    ${insert(['T', 'NULL', `ARRAY['*']`])}
  END IF;
  RETURN NULL;
END
`)}`;
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
  return joined(
    primaryKey.flatMap((name, index) => [
      ...(index === 0 ? [] : [`'&'`]),
      valueText(columns, name, image, outbox),
    ]),
  );
}

interface TagArrays {
  /** Of a row that comes or goes. */
  readonly all: (image: Image) => string;
  /** Of one that changed in some column that a tag or an order is of. */
  readonly changed: string;
  /** Of one that changed elsewhere, as most do: four times quicker to make. */
  readonly unchanged: string;
}

function tagsOf(table: CatalogueTable, { contents, lists }: Announcement, outbox: string): TagArrays {
  const isNullable = (by: readonly string[]): boolean =>
    by.some((name) => table.columns.get(name)?.isNullable !== false);
  const mayBeNull = contents.some(isNullable) || lists.some(({ by }) => isNullable(by));
  const content = (by: readonly string[], image: Image): string =>
    tagText(table, by, contentsMarks, image, outbox);
  const list = (by: readonly string[], image: Image): string => tagText(table, by, listMarks, image, outbox);
  const where = (columns: readonly string[], tag: string): string[] =>
    columns.length === 0 ? [] : [`CASE WHEN ${hasChanged(columns)} THEN ${tag} END`];
  return {
    all: (image) =>
      arrayOf(
        [...contents.map((by) => content(by, image)), ...lists.map(({ by }) => list(by, image))],
        mayBeNull,
      ),
    changed: arrayOf(
      [
        ...contents.flatMap((by) => [content(by, 'NEW'), ...where(by, content(by, 'OLD'))]),
        ...lists.flatMap(({ by, order }) => [
          ...where([...by, ...order], list(by, 'NEW')),
          ...where(by, list(by, 'OLD')),
        ]),
      ],
      true,
    ),
    unchanged: arrayOf(
      contents.map((by) => content(by, 'NEW')),
      mayBeNull,
    ),
  };
}

function arrayOf(tags: readonly string[], mayBeNull: boolean): string {
  if (tags.length === 0) return `'{}'`;
  const array = `ARRAY[${tags.join(',\n          ')}]`;
  return mayBeNull ? `pg_catalog.array_remove(${array}, NULL)` : array;
}

/**
 * Compares bytes, as not every type has an equality, and equal values need not look alike (1.0 and 1.00). Without the casts
 * PostgreSQL would take the rows apart and look for the operator of each column.
 */
function hasChanged(columns: readonly string[]): string {
  if (columns.length === 0) return 'false';
  const row = (image: Image): string =>
    `ROW(${columns.map((column) => `${image}.${quoteName(column)}`).join(', ')})::pg_catalog.record`;
  return `${row('OLD')} OPERATOR(pg_catalog.*<>) ${row('NEW')}`;
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
  if (by.length === 0) return quoteText(`${escapeName(name)}${open}${close}`);
  const parts = inTagOrder(by).flatMap((column, index) => [
    quoteText(`${index === 0 ? `${escapeName(name)}${open}` : '&'}${escapeName(column)}=`),
    valueText(columns, column, image, outbox),
  ]);
  return joined(close === '' ? parts : [...parts, quoteText(close)]);
}

function joined(texts: readonly string[]): string {
  return texts.join(' OPERATOR(pg_catalog.||) ');
}

/** The value as `tagText` of values has it, escaped as in tags. */
function valueText(columns: CatalogueTable['columns'], name: string, image: Image, outbox: string): string {
  const column = columns.get(name);
  const value = `${image}.${quoteName(name)}`;
  if (column?.form === 'numeric') return `pg_catalog.trim_scale(${value})::pg_catalog.text`;
  const text = `${value}::pg_catalog.text`;
  if (column === undefined || !mayHaveMeaning(column)) return text;
  const folded = column.type === 'citext' ? `pg_catalog.lower(${text})` : text;
  const isOdd = `${folded} OPERATOR(pg_catalog.~) ${meantInValues} OR pg_catalog.length(${folded}) OPERATOR(pg_catalog.>) ${longestValue}`;
  return `CASE WHEN ${isOdd} THEN ${quoteName(outbox)}.selvedge_tag_value(${folded}) ELSE ${folded} END`;
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

/** What a value looks like must not depend on the settings of whoever writes. Each costs a little in every call. */
function settingsOf({ columns, primaryKey }: CatalogueTable, { contents, lists }: Announcement): string {
  const named = [...contents.flat(), ...lists.flatMap(({ by }) => by), ...primaryKey];
  const types = new Set(named.map((name) => columns.get(name)?.type));
  const isAny = (...wanted: readonly string[]): boolean => wanted.some((type) => types.has(type));
  return [
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
