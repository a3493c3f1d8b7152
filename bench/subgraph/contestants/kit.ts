// The kit, used as a subgraph's author uses it.
import { pathToFileURL } from 'node:url';
import {
  configFrom,
  findBy,
  findOneBy,
  findPage,
  reference,
  relation,
  startSubgraph,
  type PageArguments,
  type Row,
  type SubgraphContext,
  type SubgraphPlugin,
} from '@selvedge/subgraph';
import type { GraphQLResolveInfo } from 'graphql';
import { Author, Book } from '../library.js';

const authorById = findOneBy(Author, 'id');
const bookById = findOneBy(Book, 'id');
const booksOfAuthor = findBy(Book, 'authorId', { order: { id: 'ASC' } });
const bookPageOfAuthor = findPage(Book, { by: 'authorId', order: { id: 'ASC' } });

/** What codegen would type field by field. */
type Resolver<Parent, Args = PageArguments> = (
  parent: Parent,
  args: Args,
  context: SubgraphContext,
  info: GraphQLResolveInfo,
) => unknown;
type ResolversOf<Parent> = Record<string, Resolver<Parent>>;

const author: Resolver<object, { id: string }> = (_parent, { id }, context, info) =>
  context.load(authorById, { id }, info);
const authorFields: ResolversOf<Row<Author, 'id'>> = {
  books: relation(booksOfAuthor, { authorId: 'id' }),
  bookPage: relation(bookPageOfAuthor, { authorId: 'id' }),
};
const bookFields: ResolversOf<Row<Book, 'id'>> = { author: relation(authorById, { id: 'authorId' }) };

const resolvers = {
  Query: { author },
  Author: { __resolveReference: reference(authorById), ...authorFields },
  Book: { __resolveReference: reference(bookById), ...bookFields },
};

export async function serve(plugins: readonly SubgraphPlugin[]): Promise<string> {
  const config = configFrom(process.env);
  const subgraph = await startSubgraph(
    {
      name: 'library',
      schema: pathToFileURL(config.schemaPath ?? ''),
      resolvers,
      store: { entities: [Author, Book], migrations: [] },
      plugins,
    },
    config,
  );
  await subgraph.ready;
  return subgraph.url;
}
