// A small subgraph that uses every part of the kit: the fixture of its tests. `running-library.ts` starts it in the test's own
// process, `library-process.ts` in one of its own.
import { Column, Entity, PrimaryColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import {
  aggregateBy,
  DateTime,
  entityRef,
  findBy,
  findOneBy,
  findPage,
  insertRows,
  reads,
  reference,
  relation,
  type PageArguments,
  type Row,
  type SeedContext,
  type SubgraphContext,
} from '../index.js';
import type { GraphQLResolveInfo } from 'graphql';

@Entity('authors')
export class Author {
  @PrimaryColumn('uuid') id!: string;
  @Column({ type: 'text', unique: true }) email!: string;
  @Column({ type: 'text', name: 'first_name' }) firstName!: string;
  @Column({ type: 'text', name: 'last_name' }) lastName!: string;
  @Column({ type: 'text', nullable: true }) bio!: string | null;

  /** A getter: selecting it hydrates the row. */
  get initials(): string {
    return `${this.firstName.charAt(0)}${this.lastName.charAt(0)}`;
  }
}

@Entity('books')
export class Book {
  @PrimaryColumn('bigint') id!: string;
  @Column({ type: 'uuid', name: 'author_id' }) authorId!: string;
  @Column({ type: 'text' }) title!: string;
  @Column({ type: 'integer' }) pages!: number;
  @Column({ type: 'uuid', name: 'publisher_id', nullable: true }) publisherId!: string | null;
  @Column({ type: 'timestamptz', name: 'published_at' }) publishedAt!: Date;
  /** Stored in upper case, met in lower case. */
  @Column({
    type: 'text',
    transformer: { from: (value: string) => value.toLowerCase(), to: (value: string) => value.toUpperCase() },
  })
  genre!: string;
}

@Entity('copies')
export class Copy {
  @PrimaryColumn({ type: 'text' }) branch!: string;
  @PrimaryColumn({ type: 'integer' }) shelf!: number;
  @Column({ type: 'bigint', name: 'book_id' }) bookId!: string;
}

class CreateLibrary1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE authors (id uuid PRIMARY KEY, email text NOT NULL UNIQUE, first_name text NOT NULL,
      last_name text NOT NULL, bio text)`);
    await runner.query(`CREATE TABLE books (id bigint PRIMARY KEY, author_id uuid NOT NULL REFERENCES authors,
      title text NOT NULL, pages integer NOT NULL, publisher_id uuid, published_at timestamptz NOT NULL, genre text NOT NULL)`);
    await runner.query('CREATE INDEX ON books (author_id, published_at, id)');
    await runner.query(
      'CREATE TABLE copies (branch text, shelf integer, book_id bigint NOT NULL, PRIMARY KEY (branch, shelf))',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE copies, books, authors');
  }
}

/** Held by a test, these advisory locks stop a process in the middle of its second migration, or of its seed. */
export const migrationGate = 4_711;
export const seedGate = 4_712;

class CreateReaders1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE readers (id uuid PRIMARY KEY, name text NOT NULL)');
    await runner.query(`SELECT pg_advisory_xact_lock(${migrationGate})`);
    await runner.query('CREATE INDEX ON readers (name)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE readers');
  }
}

export const librarySchema = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@interfaceObject"])
directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
enum CacheControlScope { PUBLIC PRIVATE }
scalar DateTime
type Query {
  author(id: ID!): Author
  book(id: ID!): Book
  named(id: ID!): Named
  books(first: Int, after: String, last: Int, before: String): BookConnection!
  whoAmI: String
  fail: String
}
type Mutation { renameBook(id: ID!, title: String!): RenameBookPayload! }
type RenameBookPayload { book: Book! }
interface Named { firstName: String! }
type Author implements Named @key(fields: "id") @key(fields: "email") @cacheControl(maxAge: 60) {
  id: ID!
  email: String!
  firstName: String!
  lastName: String!
  fullName: String!
  initials: String!
  bio: String
  sales: Int @external
  isBestseller: Boolean @requires(fields: "sales")
  books(first: Int, after: String, last: Int, before: String): BookConnection!
  allBooks: [Book!]!
  pagesWritten: Int!
}
type Book @key(fields: "id") @cacheControl(maxAge: 30) {
  id: ID!
  title: String!
  pages: Int!
  genre: String!
  publishedAt: DateTime!
  author: Author!
  publisher: Publisher
  secretNote: String @cacheControl(maxAge: 10, scope: PRIVATE)
}
type Copy @key(fields: "branch shelf") { branch: ID! shelf: Int! book: Book! }
type Publisher @key(fields: "id", resolvable: false) { id: ID! }
type BookConnection { edges: [BookEdge!]! nodes: [Book!]! pageInfo: PageInfo! totalCount: Int! }
type BookEdge { cursor: String! node: Book! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
`;

export const authorById = findOneBy(Author, 'id');
const authorByEmail = findOneBy(Author, 'email');
export const bookById = findOneBy(Book, 'id');
export const booksOfAuthor = findPage(Book, { by: 'authorId', order: { publishedAt: 'ASC', id: 'ASC' } });
export const allBooksOfAuthor = findBy(Book, 'authorId', { order: { id: 'ASC' } });
export const allBooks = findPage(Book, { order: { pages: 'DESC', id: 'ASC' } });
const copyByKey = findOneBy(Copy, ['branch', 'shelf']);
export const totalsOfAuthor = aggregateBy(Book, 'authorId', { pages: 'sum(pages)::int4' });

type AuthorRow = Row<Author, 'id'>;
type BookRow = Row<Book, 'id'>;
type Resolver<Args, Parent = object> = (
  parent: Parent,
  args: Args,
  context: SubgraphContext,
  info: GraphQLResolveInfo,
) => unknown;
/** What codegen would type field by field. */
type ResolversOf<Parent> = Record<string, Resolver<PageArguments, Parent>>;

const query: Record<string, Resolver<{ id: string; first?: number; after?: string }>> = {
  author: (_parent, { id }, context, info) => context.load(authorById, { id }, info),
  book: (_parent, { id }, context, info) => context.load(bookById, { id }, info),
  named: (_parent, { id }, context, info) => context.load(authorById, { id }, info),
  books: (_parent, args, context, info) => context.page(allBooks, {}, args, info),
  whoAmI: (_parent, _args, context) => context.viewer?.username ?? null,
  fail: () => {
    throw new Error('the password is hunter2');
  },
};

const authorResolvers: ResolversOf<AuthorRow & { sales?: number | null }> = {
  fullName: reads(['firstName', 'lastName'], (author) => `${author.firstName} ${author.lastName}`),
  isBestseller: (author) => (author.sales == null ? null : author.sales > 1_000),
  books: relation(booksOfAuthor, { authorId: 'id' }),
  allBooks: relation(allBooksOfAuthor, { authorId: 'id' }),
  pagesWritten: async (author, _args, context, info) =>
    (await context.load(totalsOfAuthor, { authorId: author.id }, info))?.pages ?? 0,
};

const bookResolvers: ResolversOf<BookRow> = {
  author: relation(authorById, { id: 'authorId' }),
  publisher: entityRef('Publisher', { id: 'publisherId' }),
  secretNote: () => 'for your eyes only',
};

const copyResolvers: ResolversOf<Row<Copy>> = {
  book: relation(bookById, { id: 'bookId' }),
};

const payloadResolvers: ResolversOf<{ bookId: string }> = { book: relation(bookById, { id: 'bookId' }) };

export const libraryResolvers = {
  DateTime,
  Query: query,
  Mutation: {
    renameBook: async (
      _parent: object,
      { id, title }: { id: string; title: string },
      context: SubgraphContext,
    ) => {
      await context.transaction((manager) => manager.update(Book, { id }, { title }));
      return { bookId: id };
    },
  },
  RenameBookPayload: payloadResolvers,
  Named: { __resolveType: () => 'Author' },
  Author: {
    __resolveReference: reference<Author, 'id' | 'email'>(authorById, authorByEmail),
    ...authorResolvers,
  },
  Book: { __resolveReference: reference(bookById), ...bookResolvers },
  Copy: { __resolveReference: reference(copyByKey), ...copyResolvers },
};

export const authorId = (index: number): string =>
  `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** `scale` authors with three books each; the publication times differ by microseconds only. */
async function seedLibrary({ manager, scale }: Pick<SeedContext, 'manager' | 'scale'>): Promise<void> {
  const indexes = Array.from({ length: scale }, (_, index) => index);
  await insertRows(
    manager,
    Author,
    indexes.map((index) => ({
      id: authorId(index),
      email: `author${index}@example.com`,
      firstName: `First${index}`,
      lastName: `Last${index}`,
      bio: index % 2 === 0 ? null : `Bio of ${index}`,
    })),
  );
  await manager.query(`SELECT pg_advisory_xact_lock(${seedGate})`);
  await insertRows(
    manager,
    Book,
    indexes.flatMap((index) =>
      [0, 1, 2].map((book) => ({
        id: String(index * 3 + book),
        authorId: authorId(index),
        title: `Book ${index * 3 + book} "quoted" \\ é`,
        pages: 100 + book,
        publisherId: book === 0 ? null : authorId(900 + book),
        publishedAt: new Date(Date.UTC(2026, 0, 1)),
        genre: 'novel',
      })),
    ),
  );
  await manager.query(`UPDATE books SET published_at = published_at + id * interval '1 microsecond'`);
  await manager.query(`INSERT INTO copies SELECT 'branch' || (id % 2), id, id FROM books`);
}

export const libraryDefinition = {
  name: 'library',
  resolvers: libraryResolvers,
  store: {
    entities: [Author, Book, Copy],
    migrations: [CreateLibrary1700000000000, CreateReaders1700000000001],
    seed: seedLibrary,
  },
};
