// Whoever sends statements: TypeORM's QueryRunner, EntityManager and DataSource do.

export interface SqlRunner {
  /** @returns the rows */
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** @param Row what the statement selects, which is taken on trust */
export async function rowsOf<Row extends object>(
  runner: SqlRunner,
  sql: string,
  parameters: unknown[] = [],
): Promise<readonly Row[]> {
  const rows = await runner.query(sql, parameters);
  if (!Array.isArray(rows)) throw new TypeError(`expected an array of rows but got ${typeof rows}`);
  return rows as Row[];
}

/** A name quoted for use in SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text quoted for use in SQL, whatever `standard_conforming_strings` is. */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}
