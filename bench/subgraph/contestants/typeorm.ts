// What one would write today on @apollo/server, @apollo/subgraph and TypeORM's repositories, as their documentation shows it:
// `__resolveReference` asks a DataLoader of the request, whose batch is one `findBy({ id: In(keys) })`. The N+1 variant asks
// the repository at once.
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import DataLoader from 'dataloader';
import { parse } from 'graphql';
import { DataSource, In } from 'typeorm';
import { Author, Book, schemaText } from '../library.js';

export type Manner = 'dataloader' | 'n+1';

interface Context {
  author(id: string): Promise<Author | null>;
  booksOf(authorId: string): Promise<Book[]>;
}

const resolvers = {
  Author: {
    __resolveReference: ({ id }: { id: string }, context: Context) => context.author(id),
    books: (author: Author, _args: object, context: Context) => context.booksOf(author.id),
    bookPage: async (author: Author, { first }: { first: number }, context: Context) => {
      const books = await context.booksOf(author.id);
      return { nodes: books.slice(0, first), pageInfo: { hasNextPage: books.length > first } };
    },
  },
};

export async function serve(databaseUrl: string, manner: Manner): Promise<string> {
  const dataSource = await new DataSource({
    type: 'postgres',
    url: databaseUrl,
    entities: [Author, Book],
    installExtensions: false,
  }).initialize();
  const server = new ApolloServer<Context>({
    schema: buildSubgraphSchema([{ typeDefs: parse(schemaText), resolvers }]),
    // Asked for by the warning that it prints otherwise.
    plugins: [ApolloServerPluginInlineTraceDisabled()],
  });
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: 0 },
    context: () =>
      Promise.resolve(manner === 'dataloader' ? loadersOf(dataSource) : repositoriesOf(dataSource)),
  });
  return url;
}

function loadersOf(dataSource: DataSource): Context {
  const authors = new DataLoader(async (ids: readonly string[]) => {
    const found = await dataSource.getRepository(Author).findBy({ id: In(ids) });
    const byId = new Map(found.map((author) => [author.id, author]));
    return ids.map((id) => byId.get(id) ?? null);
  });
  const books = new DataLoader(async (authorIds: readonly string[]) => {
    const found = await dataSource
      .getRepository(Book)
      .find({ where: { authorId: In(authorIds) }, order: { id: 'ASC' } });
    const groups = new Map<string, Book[]>(authorIds.map((id) => [id, []]));
    for (const book of found) groups.get(book.authorId)?.push(book);
    return authorIds.map((id) => groups.get(id) ?? []);
  });
  return { author: (id) => authors.load(id), booksOf: (authorId) => books.load(authorId) };
}

function repositoriesOf(dataSource: DataSource): Context {
  return {
    author: (id) => dataSource.getRepository(Author).findOneBy({ id }),
    booksOf: (authorId) => dataSource.getRepository(Book).find({ where: { authorId }, order: { id: 'ASC' } }),
  };
}
