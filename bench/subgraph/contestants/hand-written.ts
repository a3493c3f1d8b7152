// The yardstick: the least that a competent person would write for these very queries. It parses the body, knows the query by its
// text, runs prepared statements and stringifies the answer. Nothing in it is general, and nothing is a trick.
import pg from 'pg';
import { workloads, type Workload } from '../workloads.js';
import { jsonServer } from './json-server.js';

interface AuthorRow {
  id: string;
  name: string;
  country: string;
}

interface BookRow {
  authorId: string;
  id: string;
  title: string;
}

interface Book {
  id: string;
  title: string;
}

export function serve(databaseUrl: string): Promise<string> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  const answers: Record<Workload['name'], (ids: string[]) => Promise<unknown[]>> = {
    entities: (ids) => authors(pool, ids),
    children: (ids) => authorsWithBooks(pool, ids),
    page: (ids) => authorsWithPages(pool, ids),
  };
  const byQuery = new Map(workloads.map(({ name, query }) => [query, answers[name]]));
  return jsonServer(async ({ query, variables }) => {
    const answer = byQuery.get(query);
    if (answer === undefined) throw new Error('expected one of the queries that it knows');
    return { data: { _entities: await answer(variables.representations.map(({ id }) => id)) } };
  });
}

async function authors(pool: pg.Pool, ids: string[]): Promise<unknown[]> {
  const { rows } = await pool.query<AuthorRow>({
    name: 'authors',
    text: 'SELECT id, name, country FROM authors WHERE id = ANY($1)',
    values: [ids],
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => {
    const row = byId.get(id);
    return row === undefined ? null : { name: row.name, country: row.country };
  });
}

async function authorsWithBooks(pool: pg.Pool, ids: string[]): Promise<unknown[]> {
  const [existing, { rows }] = await Promise.all([
    existingIds(pool, ids),
    pool.query<BookRow>({
      name: 'books',
      text: 'SELECT author_id AS "authorId", id, title FROM books WHERE author_id = ANY($1) ORDER BY id',
      values: [ids],
    }),
  ]);
  const books = byAuthor(rows);
  return ids.map((id) => (existing.has(id) ? { books: books.get(id) ?? [] } : null));
}

const pageSize = 20;

async function authorsWithPages(pool: pg.Pool, ids: string[]): Promise<unknown[]> {
  const [existing, { rows }] = await Promise.all([
    existingIds(pool, ids),
    pool.query<BookRow>({
      name: 'pages',
      text: `SELECT k.id AS "authorId", b.id, b.title FROM unnest($1::uuid[]) AS k(id)
        CROSS JOIN LATERAL (SELECT id, title FROM books WHERE author_id = k.id ORDER BY id LIMIT $2) b ORDER BY b.id`,
      values: [ids, pageSize + 1],
    }),
  ]);
  const books = byAuthor(rows);
  return ids.map((id) => {
    if (!existing.has(id)) return null;
    const own = books.get(id) ?? [];
    return {
      bookPage: { nodes: own.slice(0, pageSize), pageInfo: { hasNextPage: own.length > pageSize } },
    };
  });
}

async function existingIds(pool: pg.Pool, ids: string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'existing',
    text: 'SELECT id FROM authors WHERE id = ANY($1)',
    values: [ids],
  });
  return new Set(rows.map(({ id }) => id));
}

function byAuthor(rows: readonly BookRow[]): Map<string, Book[]> {
  const groups = new Map<string, Book[]>();
  for (const { authorId, id, title } of rows) {
    const group = groups.get(authorId);
    if (group === undefined) groups.set(authorId, [{ id, title }]);
    else group.push({ id, title });
  }
  return groups;
}
