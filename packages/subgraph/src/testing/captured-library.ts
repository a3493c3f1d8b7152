// The library with its writes captured, as a subgraph's migrations do it whose answers may be cached, and with fields that
// read what a router is to be told of.
import { cacheExtensionName, type CacheExtension } from '@selvedge/cache';
import { captureWrites } from '@selvedge/events';
import { Column, Entity, PrimaryColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import { findOneBy, type SubgraphContext } from '../index.js';
import { Book, libraryDefinition, libraryResolvers, librarySchema } from './library.js';
import type { Posted } from './running-library.js';

/** A table whose writes nobody captures. */
@Entity('readers')
class Reader {
  @PrimaryColumn('uuid') id!: string;
  @Column({ type: 'text' }) name!: string;
}

class CaptureLibrary1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await captureWrites(runner, { table: 'authors', contents: [['id'], ['email']], lists: [] });
    await captureWrites(runner, {
      table: 'books',
      contents: [['id'], ['author_id'], []],
      lists: [{ by: [], order: ['pages', 'id'] }],
    });
    await captureWrites(runner, { table: 'copies', contents: [['branch', 'shelf']], lists: [] });
  }

  async down(): Promise<void> {
    // Its tables go with the next.
  }
}

const readerById = findOneBy(Reader, 'id');

type Resolver = (parent: object, args: Record<string, string>, context: SubgraphContext) => unknown;

const query: Record<string, Resolver> = {
  greeting: (_parent, _args, context) => {
    const language = context.header('X-Language');
    return language === null ? 'hello' : `${language} ${context.header('x-dialect') ?? 'plain'}`;
  },
  titles: async (_parent, { text }, context) => {
    const found = await context.query<{ title: string | null }>(
      'SELECT title FROM books WHERE title ILIKE $1 ORDER BY id;',
      [`%${text ?? ''}%`],
      { reads: [Book] },
    );
    return found.map(({ title }) => title);
  },
  run: async (_parent, { text = '' }, context) =>
    JSON.stringify(await context.query(text, [], { reads: [Book] })),
  secretly: async (_parent, { text = '' }, context) => JSON.stringify(await context.query(text, [])),
  reader: async (_parent, { id = '' }, context) => (await context.load(readerById, { id }, ['name']))?.name,
  counted: (_parent, { id = '' }, context) =>
    context.transaction(async (manager) => {
      await manager.query('UPDATE books SET pages = pages + 1 WHERE id = $1', [id]);
      return 'counted';
    }),
};

const mutation: Record<string, Resolver> = {
  sql: (_parent, { text = '' }, context) =>
    context.transaction(async (manager) => {
      await manager.query(text);
      return 'done';
    }),
};

export const capturedLibrary = {
  ...libraryDefinition,
  sdl: `${librarySchema}
    extend type Query {
      greeting: String @cacheControl(maxAge: 60)
      titles(text: String!): [String!] @cacheControl(maxAge: 60)
      "Whatever one asks, of the books as it says itself."
      run(text: String!): String @cacheControl(maxAge: 60)
      secretly(text: String!): String @cacheControl(maxAge: 60)
      reader(id: ID!): String @cacheControl(maxAge: 60)
      counted(id: ID!): String @cacheControl(maxAge: 60)
    }
    extend type Mutation { sql(text: String!): String }`,
  resolvers: {
    ...libraryResolvers,
    Query: { ...libraryResolvers.Query, ...query },
    Mutation: { ...libraryResolvers.Mutation, ...mutation },
  },
  store: {
    ...libraryDefinition.store,
    entities: [...libraryDefinition.store.entities, Reader],
    migrations: [...libraryDefinition.store.migrations, CaptureLibrary1700000000002],
  },
};

/** What a router sends with an operation of which it wants to know. */
export const asking = { 'x-selvedge-cache': '1' };

/** What the router is told with an answer; undefined for one that says nothing. */
export function extensionOf({ body }: Pick<Posted, 'body'>): CacheExtension | undefined {
  return (body as { extensions?: Record<string, CacheExtension> }).extensions?.[cacheExtensionName];
}
