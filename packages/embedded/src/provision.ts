// A database and a role for one service, on the embedded server or any other from PostgreSQL 14 on: the role owns its
// database and nobody else may connect to it, so that no service can read another's store. Safe to run again and at once.
import { Client, escapeIdentifier, escapeLiteral } from 'pg';

export interface Store {
  /** Letters, digits, `_` and `-`; the same for the role. At most 63. */
  readonly database: string;
  readonly role: string;
}

/** One key for all who provision on a server through the same administration database. */
const provisioning = 0x5e1_0ed6e;

/**
 * Creates role and database unless they are there, and returns the URL as that role. The admin is a superuser, or has
 * CREATEROLE and CREATEDB. An existing role gets the password if it is one of ours; a role or a database that was made by
 * somebody else is refused with an Error, as is a server that cannot be reached.
 */
export async function provisionStore(adminUrl: string, store: Store & { password: string }): Promise<string> {
  checkNames(store);
  await asAdmin(adminUrl, async (admin) => {
    await ensureRole(admin, store);
    await ensureDatabase(admin, store);
  });
  return storeUrl(adminUrl, store);
}

/** Ends the database's sessions and removes it with its role; nothing happens where they are missing. */
export async function dropStore(adminUrl: string, store: Store): Promise<void> {
  checkNames(store);
  await asAdmin(adminUrl, async (admin) => {
    if (await roleExists(admin, store.role)) await becomeMember(admin, store.role);
    await admin.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(store.database)} WITH (FORCE)`);
    await admin.query(`DROP ROLE IF EXISTS ${escapeIdentifier(store.role)}`);
  });
}

async function ensureRole(admin: Client, store: Store & { password: string }): Promise<void> {
  const role = escapeIdentifier(store.role);
  const login = `LOGIN NOCREATEDB NOCREATEROLE PASSWORD ${escapeLiteral(store.password)}`;
  const { rows } = await admin.query<{ ours: boolean }>(
    `SELECT shobj_description(oid, 'pg_authid') IS NOT DISTINCT FROM $2 AS ours FROM pg_roles WHERE rolname = $1`,
    [store.role, mark(store)],
  );
  if (rows[0] === undefined) {
    // One query string is one transaction: a role without its mark would be refused as somebody else's.
    await admin.query(
      `CREATE ROLE ${role} ${login}; COMMENT ON ROLE ${role} IS ${escapeLiteral(mark(store))}`,
    );
  } else if (rows[0].ours) {
    await admin.query(`ALTER ROLE ${role} ${login}`);
  } else {
    throw new Error(
      `expected the role ${store.role} to be missing or made by Selvedge for ${store.database}, but it is somebody else's; ` +
        `drop it, or mark it with COMMENT ON ROLE ${role} IS '${mark(store)}'`,
    );
  }
  await becomeMember(admin, store.role);
}

async function ensureDatabase(admin: Client, store: Store): Promise<void> {
  const database = escapeIdentifier(store.database);
  const { rows } = await admin.query<{ owner: string }>(
    'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1',
    [store.database],
  );
  if (rows[0] === undefined) {
    // template0 takes no connections, so that a session in template1 cannot make this fail.
    await admin.query(
      `CREATE DATABASE ${database} OWNER ${escapeIdentifier(store.role)} TEMPLATE template0 ENCODING 'UTF8'`,
    );
  } else if (rows[0].owner !== store.role) {
    throw new Error(
      `expected the database ${store.database} to be missing or owned by ${store.role}, but ${rows[0].owner} owns it`,
    );
  }
  await admin.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
}

/** Who is no superuser must belong to a role to make it an owner, and to act on what it owns. */
async function becomeMember(admin: Client, role: string): Promise<void> {
  const { rows } = await admin.query<{ rolsuper: boolean }>(
    'SELECT rolsuper FROM pg_roles WHERE rolname = current_user',
  );
  if (rows[0]?.rolsuper !== true) await admin.query(`GRANT ${escapeIdentifier(role)} TO CURRENT_USER`);
}

async function roleExists(admin: Client, role: string): Promise<boolean> {
  const { rows } = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  return rows.length > 0;
}

function mark(store: Store): string {
  return `Selvedge: owner of ${store.database}`;
}

/** CREATE DATABASE runs in no transaction, hence the lock of the session; it ends with the connection. */
async function asAdmin(adminUrl: string, act: (admin: Client) => Promise<void>): Promise<void> {
  const admin = new Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  admin.on('error', () => undefined); // a lost connection rejects the query too
  try {
    await admin.connect();
  } catch (error) {
    throw new Error(`cannot connect to PostgreSQL at ${withoutSecrets(adminUrl)}: ${reason(error)}`, {
      cause: error,
    });
  }
  try {
    const { rows } = await admin.query<{ number: number; name: string }>(
      `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name`,
    );
    if (rows[0] === undefined || rows[0].number < 140_000) {
      throw new Error(`expected PostgreSQL 14 or later but got ${rows[0]?.name ?? 'none'}`);
    }
    await admin.query('SELECT pg_advisory_lock($1)', [provisioning]);
    await act(admin);
  } finally {
    await admin.end();
  }
}

/** A name that the URL, the server and its 63-byte limit all carry unchanged. */
function checkNames(store: Store): void {
  for (const name of [store.database, store.role]) {
    if (!/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/.test(name)) {
      throw new Error(
        `expected a name of letters, digits, "_" and "-" (at most 63) but got ${JSON.stringify(name)}`,
      );
    }
  }
}

/** Not through `new URL` setters: they drop the user silently when the host is empty (`postgres:///db?host=/run/postgresql`). */
function storeUrl(adminUrl: string, store: Store & { password: string }): string {
  const { authority, query } = parts(adminUrl);
  const user = `${encodeURIComponent(store.role)}:${encodeURIComponent(store.password)}`;
  return `postgres://${user}@${authority}/${store.database}${query}`;
}

function withoutSecrets(adminUrl: string): string {
  const { authority } = parts(adminUrl);
  return authority === '' ? 'its socket' : authority;
}

function parts(url: string): { authority: string; query: string } {
  const match = /^postgres(?:ql)?:\/\/(?:[^/?#]*@)?([^/?#]*)(?:\/[^?#]*)?(\?[^#]*)?/.exec(url);
  if (match === null) throw new Error('expected a URL like postgres://user:password@host:5432/database');
  return { authority: match[1] ?? '', query: match[2] ?? '' };
}

/** Node reports a refused `localhost` as an AggregateError whose own message is empty. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join(', ');
  return error instanceof Error ? error.message : String(error);
}
