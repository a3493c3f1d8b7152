// graphql-js without a framework: resolvers that batch by hand, on prepared statements. What executing a selection costs at all.
import { buildSubgraphSchema } from '@apollo/subgraph';
import DataLoader from 'dataloader';
import { execute, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import pg from 'pg';
import { schemaText } from '../library.js';
import { jsonServer, type EntitiesRequest } from './json-server.js';

interface Author {
  readonly id: string;
}

interface Book {
  readonly authorId: string;
}

interface Context {
  readonly books: DataLoader<string, readonly Book[]>;
}

export function serve(databaseUrl: string): Promise<string> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  const schema = schemaOn(pool);
  const documents = new Map<string, DocumentNode>();
  return jsonServer(async ({ query, variables }) =>
    execute({
      schema,
      document: documentOf(schema, documents, query),
      variableValues: { ...variables },
      contextValue: { books: new DataLoader((ids: readonly string[]) => booksOf(pool, ids)) },
    }),
  );
}

function schemaOn(pool: pg.Pool): GraphQLSchema {
  const books = (author: Author, _args: unknown, context: Context): Promise<readonly Book[]> =>
    context.books.load(author.id);
  const bookPage = async (
    author: Author,
    { first }: { first: number },
    context: Context,
  ): Promise<object> => {
    const own = await context.books.load(author.id);
    return { nodes: own.slice(0, first), pageInfo: { hasNextPage: own.length > first } };
  };
  const schema = buildSubgraphSchema([
    { typeDefs: parse(schemaText), resolvers: { Author: { books, bookPage } } },
  ]);
  const entities = schema.getQueryType()?.getFields()['_entities'];
  if (entities === undefined) throw new Error('expected a schema with `_entities`');
  entities.resolve = (_source, args) =>
    authorsOf(
      pool,
      (args as EntitiesRequest['variables']).representations.map(({ id }) => id),
    );
  return schema;
}

function documentOf(
  schema: GraphQLSchema,
  documents: Map<string, DocumentNode>,
  query: string,
): DocumentNode {
  let document = documents.get(query);
  if (document === undefined) {
    document = parse(query);
    if (validate(schema, document).length > 0) throw new Error('expected a valid query');
    documents.set(query, document);
  }
  return document;
}

async function authorsOf(pool: pg.Pool, ids: readonly string[]): Promise<(Author | null)[]> {
  const { rows } = await pool.query<Author>({
    name: 'authors',
    text: `SELECT 'Author' AS "__typename", id, name, country FROM authors WHERE id = ANY($1)`,
    values: [ids],
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

async function booksOf(pool: pg.Pool, ids: readonly string[]): Promise<(readonly Book[])[]> {
  const { rows } = await pool.query<Book>({
    name: 'books',
    text: 'SELECT author_id AS "authorId", id, title FROM books WHERE author_id = ANY($1) ORDER BY id',
    values: [ids],
  });
  const groups = new Map<string, Book[]>(ids.map((id) => [id, []]));
  for (const book of rows) groups.get(book.authorId)?.push(book);
  return ids.map((id) => groups.get(id) ?? []);
}
