// The databases and roles of one test run, told by their names; an external server must be left as it was found.
import { Client, escapeIdentifier } from 'pg';

/** `selvedge_test_<run>_<rest>`: the name of a database and of the role that owns it. */
export function nameInRun(run: string, rest: string): string {
  return `selvedge_test_${run}_${rest}`;
}

export async function dropDatabasesOfRun(adminUrl: string, run: string): Promise<void> {
  await withAdmin(adminUrl, async (admin) => {
    const prefix = nameInRun(run, '');
    const databases = await admin.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
      [prefix],
    );
    for (const { name } of databases.rows) {
      await admin.query(`ALTER DATABASE ${escapeIdentifier(name)} IS_TEMPLATE false`);
      await admin.query(`DROP DATABASE ${escapeIdentifier(name)} WITH (FORCE)`);
    }
    const roles = await admin.query<{ name: string }>(
      'SELECT rolname AS name FROM pg_roles WHERE starts_with(rolname, $1)',
      [prefix],
    );
    for (const { name } of roles.rows) await admin.query(`DROP ROLE ${escapeIdentifier(name)}`);
  });
}

/** Runs with one connection of its own, closed afterwards. */
export async function withAdmin<T>(url: string, act: (admin: Client) => Promise<T>): Promise<T> {
  const admin = new Client({ connectionString: url });
  admin.on('error', () => undefined); // a lost connection rejects the query too
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.end();
  }
}
