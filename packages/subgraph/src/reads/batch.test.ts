// What one tick asks for is one statement, whoever asks; and what goes wrong for one key goes wrong for it alone.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RequestInputs } from '../caching/request-inputs.js';
import type { KitContext } from '../context.js';
import { aggregateBy, find, findBy, findOneBy } from '../index.js';
import { subgraphContext } from '../operation-context.js';
import {
  allBooks,
  allBooksOfAuthor,
  Author,
  authorById,
  authorId,
  Book,
  bookById,
  booksOfAuthor,
  Copy,
  totalsOfAuthor,
} from '../testing/library.js';
import { startLibrary, type RunningLibrary } from '../testing/running-library.js';
import type { ReadDefinition } from './read.js';

let library: RunningLibrary;
let context: KitContext;
const newContext = (): KitContext =>
  subgraphContext({
    store: library.store,
    inputs: new RequestInputs({}, null),
    deadline: { at: null, until: null },
    coverage: null,
  });
beforeAll(async () => {
  library = await startLibrary();
});
afterAll(() => library.stop());
beforeEach(() => {
  context = newContext();
});

const allCopies = find(Copy, { order: { shelf: 'ASC' } });
const indexes = Array.from({ length: 10 }, (_, index) => index);
const nodes = { properties: ['title'], wantsCount: false };

/** How many statements it takes. */
const count = async (work: () => Promise<unknown>): Promise<number> =>
  (await library.statementsOf(work)).length;

describe('n parents', () => {
  it.each<[string, () => Promise<unknown>[], unknown]>([
    [
      'one row each',
      () => indexes.map((index) => context.load(authorById, { id: authorId(index) }, ['firstName'])),
      1,
    ],
    [
      'a list each',
      () => indexes.map((index) => context.load(allBooksOfAuthor, { authorId: authorId(index) }, ['title'])),
      1,
    ],
    [
      'values each',
      () => indexes.map((index) => context.load(totalsOfAuthor, { authorId: authorId(index) })),
      1,
    ],
    [
      'a page each',
      () =>
        indexes.map((index) =>
          context.loaders.loadPage(booksOfAuthor, { authorId: authorId(index) }, { first: 2 }, nodes),
        ),
      1,
    ],
    [
      'a page and its count each',
      () =>
        indexes.map((index) =>
          context.loaders.loadPage(
            booksOfAuthor,
            { authorId: authorId(index) },
            { first: 2 },
            { ...nodes, wantsCount: true },
          ),
        ),
      2,
    ],
    [
      'one row each, some asking for other columns, some for a list of keys',
      () => [
        ...indexes.map((index) =>
          context.load(authorById, { id: authorId(index) }, index % 2 === 0 ? ['bio'] : ['email']),
        ),
        context.loaders.loadList(
          authorById,
          indexes.map((index) => ({ id: authorId(index) })),
          ['lastName'],
        ),
      ],
      1,
    ],
    ['the whole list', () => indexes.map(() => context.load(allCopies, {}, ['bookId'])), 1],
  ])('reading %s', async (_what, load, statements) => {
    expect(await count(() => Promise.all(load()))).toBe(statements);
  });

  it('asking for pages of different sizes take one statement a size', async () => {
    const pages = indexes.map((index) =>
      context.loaders.loadPage(
        booksOfAuthor,
        { authorId: authorId(index) },
        { first: 1 + (index % 2) },
        nodes,
      ),
    );
    expect(await count(() => Promise.all(pages))).toBe(2);
    expect((await Promise.all(pages)).map(({ nodes: books }) => books.length)).toEqual(
      indexes.map((index) => 1 + (index % 2)),
    );
  });

  it('get what is theirs: rows in key order, null, [] or null values where there are none', async () => {
    const keys = [authorId(3), authorId(77), authorId(1), authorId(3)];
    const ids = keys.map((id) => ({ id }));
    const owners = keys.map((id) => ({ authorId: id }));
    const { loaders } = context;
    const [ones, lists, values, pages] = await Promise.all([
      loaders.loadList(authorById, ids, ['firstName']),
      loaders.loadList(allBooksOfAuthor, owners, []),
      loaders.loadList(totalsOfAuthor, owners, []),
      Promise.all(owners.map((key) => loaders.loadPage(booksOfAuthor, key, { first: 2 }, nodes))),
    ]);
    const first = (index: number): object => ({ id: authorId(index), firstName: `First${index}` });
    expect(ones).toEqual([first(3), null, first(1), first(3)]);
    const books = (index: number): object[] =>
      [0, 1, 2].map((nth) => ({ id: String(3 * index + nth), authorId: authorId(index) }));
    expect(lists).toEqual([books(3), [], books(1), books(3)]);
    expect(values).toEqual(
      [{ pages: 303 }, null, { pages: 303 }, { pages: 303 }].map(
        (value, index) => value && { ...value, authorId: keys[index] },
      ),
    );
    expect(pages.map((page) => page.nodes.map((node) => node['id']))).toEqual([
      ['9', '10'],
      [],
      ['3', '4'],
      ['9', '10'],
    ]);
  });
});

describe('a key that cannot be one', () => {
  const keys = ['x', authorId(2), null, { $ne: 1 }, authorId(4)];

  it.each<[string, ReadDefinition, string]>([
    ['one', authorById, 'id'],
    ['many', allBooksOfAuthor, 'authorId'],
    ['aggregate', totalsOfAuthor, 'authorId'],
  ])('fails alone (%s)', async (_kind, read, property) => {
    const results = await context.loaders.loadList(
      read,
      keys.map((key) => ({ [property]: key })),
      [],
    );
    expect(results.map((result) => (result instanceof Error ? result.message : typeof result))).toEqual([
      expect.stringContaining('expected a uuid but got "x"'),
      'object',
      'object',
      expect.stringContaining('expected a uuid but got {"$ne":1}'),
      'object',
    ]);
  });

  it('fails alone (page)', async () => {
    const results = await context.loaders.loadPages(
      booksOfAuthor,
      keys.map((key) => ({ authorId: key })),
      { first: 1 },
      nodes,
    );
    expect(results.map((result) => (result instanceof Error ? 'error' : result.nodes.length))).toEqual([
      'error',
      1,
      0,
      'error',
      1,
    ]);
  });

  it('takes no statement where there is no other', async () => {
    expect(await count(() => context.loaders.loadList(authorById, [{ id: 'x' }, { id: null }], []))).toBe(0);
  });
});

describe('one request', () => {
  const load = (): Promise<unknown> => context.load(bookById, { id: '1' }, ['title']);
  const rename = (title: string): Promise<unknown> =>
    context.transaction((manager) => manager.update(Book, { id: '1' }, { title }));

  it('remembers what it loaded, until it writes', async () => {
    expect(
      await count(async () => {
        await load();
        await load();
      }),
    ).toBe(1);
    await rename('Once');
    expect(await load()).toMatchObject({ title: 'Once' });
    await rename('Twice');
    expect(await load()).toMatchObject({ title: 'Twice' });
  });

  it('forgets also what it loaded before a transaction that failed', async () => {
    await load();
    await context.transaction(() => Promise.reject(new Error('no'))).catch(() => undefined);
    expect(await count(load)).toBe(1);
  });

  it('does not remember another request’s answers, nor another selection’s', async () => {
    await load();
    context = newContext();
    expect(await count(load)).toBe(1);
    expect(await count(() => context.load(bookById, { id: '1' }, ['pages']))).toBe(1);
  });

  it('pages are read anew', async () => {
    const page = (): Promise<unknown> => context.loaders.loadPage(allBooks, {}, { first: 1 }, nodes);
    expect(
      await count(async () => {
        await page();
        await page();
      }),
    ).toBe(2);
  });
});

describe('a read', () => {
  it('with a constant `where` compares as the entity has the value, and finds nulls', async () => {
    const novelById = findOneBy(Book, 'id', { where: { genre: 'novel' } });
    const essayById = findOneBy(Book, 'id', { where: { genre: 'essay' } });
    const unpublished = findBy(Book, 'authorId', { where: { publisherId: null }, order: { id: 'ASC' } });
    const totals = aggregateBy(
      Book,
      'authorId',
      { books: 'count(*)::int4' },
      { where: { publisherId: null } },
    );
    const silent = find(Author, { where: { bio: null }, order: { id: 'ASC' } });
    const key = { authorId: authorId(2) };
    const answers = await Promise.all([
      context.load(novelById, { id: '1' }, ['genre']),
      context.load(essayById, { id: '1' }, ['genre']),
      context.load(unpublished, key, ['title']),
      context.load(totals, key),
      context.load(silent, {}, ['firstName']),
    ]);
    expect(answers).toMatchObject([
      { genre: 'novel' },
      null,
      [{ id: '6' }],
      { books: 1 },
      [0, 2, 4, 6, 8].map((index) => ({ firstName: `First${index}` })),
    ]);
  });
});
