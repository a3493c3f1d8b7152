// The compiled path against its yardstick, graphql-js, on one store: the same bodies and headers, with errors and without.
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildSchema } from '../schema/build-schema.js';
import type { SubgraphPlugin } from '../server/apollo.js';
import { authorId, libraryResolvers, librarySchema } from '../testing/library.js';
import { startLibrary, type RunningLibrary } from '../testing/running-library.js';
import { compileEntities } from './compile.js';
import { CompiledEntities } from './compiled-entities.js';

const { schema } = buildSchema({ sdl: librarySchema, resolvers: libraryResolvers });

const entities = (selection: string, variables = ''): string =>
  `query($r: [_Any!]!${variables}) { _entities(representations: $r) { ${selection} } }`;
const author = (selection: string, variables = ''): string =>
  entities(`... on Author { ${selection} }`, variables);
const authors = (...indexes: number[]): object[] =>
  indexes.map((index) => ({ __typename: 'Author', id: authorId(index) }));

/** What a router sends, with variables of which some cannot be answered without an error. */
const compiledOperations: readonly [query: string, variables: Record<string, unknown>][] = [
  [author('id firstName bio'), { r: authors(2, 99, 1, 2) }],
  [author('name: firstName __typename kind: __typename'), { r: authors(1) }],
  [
    entities('__typename ... on Author { email } ... on Copy { shelf }'),
    { r: [...authors(1), { __typename: 'Copy', branch: 'branch1', shelf: 1 }] },
  ],
  [author('allBooks { title publishedAt publisher { id __typename } }'), { r: authors(1) }],
  [author('allBooks { author { allBooks { id } } }'), { r: authors(0, 1, 99) }],
  [
    author('books(first: 2) { nodes { title author { email } } pageInfo { hasNextPage endCursor } }'),
    { r: authors(0, 1, 99) },
  ],
  [
    author(
      'books(last: 2) { edges { cursor node { id genre } } totalCount pageInfo { hasPreviousPage startCursor } }',
    ),
    { r: authors(3, 4) },
  ],
  [
    author('all: books { nodes { id } __typename } one: books(first: 1) { nodes { pages } }'),
    { r: authors(5) },
  ],
  [author('books(first: $n, after: $c) { nodes { id } }', ', $n: Int, $c: String'), { r: authors(5), n: 1 }],
  [author('books(first: $n) { nodes { id } }', ', $n: Int!'), { r: authors(5), n: 'two' }],
  [author('books(first: $n) { nodes { id } }', ', $n: Int'), { r: authors(5), n: 101 }],
  [author('books(first: 0) { nodes { id } pageInfo { startCursor endCursor } }'), { r: authors(5) }],
  [author('books(after: "nonsense") { nodes { id } }'), { r: authors(5, 6) }],
  [author('firstName'), { r: [{ __typename: 'Author', id: 'no uuid' }, ...authors(1)] }],
  [author('firstName'), { r: [{ __typename: 'Author' }, null, 5] }],
  [author('firstName'), { r: authors(1), unknown: 1 }],
  [author('firstName'), {}],
  [entities('... on Book { publisher { id } }'), { r: [{ __typename: 'Book', id: '3' }] }],
  [entities('... on Copy { book { title } }'), { r: [{ __typename: 'Copy', branch: 'branch1', shelf: 1 }] }],
];

/** What only graphql-js does. */
const otherOperations: readonly string[] = [
  author('fullName'),
  author('initials books { nodes { secretNote } }'),
  author('firstName @include(if: true)'),
  author('firstName firstName'),
  author('__proto__: firstName'),
  author('... on Named { firstName }'),
  author('books(first: $n) { nodes { id } }', ', $n: Int = 1'),
  `${author('...F')} fragment F on Author { firstName }`,
  'query($r: [_Any!]!) { a: _entities(representations: $r) { __typename } b: __typename }',
  'query($r: [_Any!]!) { __proto__: _entities(representations: $r) { ... on Author { id } } }',
  '{ _entities(representations: []) { ... on Author { id } } }',
  '{ book(id: "1") { title } }',
  author('nothing'),
  'query {',
];

describe('compileEntities', () => {
  it.each(compiledOperations)('compiles %s', (query) => {
    expect(compileEntities(schema, query)).not.toBeNull();
  });

  it.each(otherOperations)('leaves %s to graphql-js', (query) => {
    expect(compileEntities(schema, query)).toBeNull();
  });
});

describe('the compiled path', () => {
  const seen: string[] = [];
  const logging: SubgraphPlugin = {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ source }) => Promise.resolve(void seen.push(source)),
        willSendResponse: ({ response }) => Promise.resolve(void seen.push(response.body.kind)),
      }),
  };
  const watching: SubgraphPlugin = {
    requestDidStart: () =>
      Promise.resolve({
        executionDidStart: () =>
          Promise.resolve({ willResolveField: ({ info }) => void seen.push(info.fieldName) }),
      }),
  };
  let compiled: RunningLibrary;
  let logged: RunningLibrary;
  let executed: RunningLibrary;

  beforeAll(async () => {
    compiled = await startLibrary();
    const config = { databaseUrl: compiled.databaseUrl };
    [logged, executed] = await Promise.all([
      startLibrary({ config, plugins: [logging] }),
      startLibrary({ config, plugins: [logging, watching] }),
    ]);
    await Promise.all([logged.ready, executed.ready]);
  });
  afterAll(async () => {
    await Promise.all([logged.stop(), executed.stop()]);
    await compiled.stop();
  });
  afterEach(() => {
    seen.length = 0;
    vi.restoreAllMocks();
  });

  it.each(compiledOperations)('answers %s as graphql-js does, for %j', async (query, variables) => {
    const expected = await executed.post({ query, variables });
    for (const library of [compiled, logged]) {
      const { status, headers, body } = await library.post({ query, variables });
      expect({ status, body }).toEqual({ status: expected.status, body: expected.body });
      expect(headers.get('cache-control')).toBe(expected.headers.get('cache-control'));
      expect(headers.get('content-type')).toBe(expected.headers.get('content-type'));
    }
  });

  it('writes the fields in the order in which they are selected', async () => {
    const query = author('allBooks { pages id } firstName');
    const { body } = await compiled.post({ query, variables: { r: authors(0) } });
    const expected = await executed.post({ query, variables: { r: authors(0) } });
    expect(JSON.stringify(body)).toBe(JSON.stringify(expected.body));
  });

  it('reads each level in one statement', async () => {
    const query = author('email allBooks { author { books(first: 1) { nodes { publisher { id } } } } }');
    const statements = await compiled.statementsOf(() =>
      compiled.post({ query, variables: { r: authors(0, 1, 2) } }),
    );
    expect(statements).toHaveLength(4);
  });

  it('answers an array of operations, and an operation by its name only', async () => {
    const query = `query Mine($r: [_Any!]!) { _entities(representations: $r) { ... on Author { firstName } } }`;
    const operation = { query, variables: { r: authors(1) } };
    const batch = [
      { ...operation, operationName: 'Mine' },
      operation,
      { ...operation, operationName: 'Other' },
    ];
    const { body } = await compiled.post(batch);
    expect(body).toEqual((await executed.post(batch)).body);
    expect(body).toMatchObject([{ data: {} }, { data: {} }, { errors: [{}] }]);
  });

  it('is there for plugins, which see the operation and its answer', async () => {
    const answer = vi.spyOn(CompiledEntities.prototype, 'answer');
    const query = author('firstName');
    await logged.post({ query, variables: { r: authors(1) } });
    expect(seen).toEqual([query, 'single']);
    expect(await answer.mock.results[0]?.value).toMatchObject({
      data: { _entities: [{ firstName: 'First1' }] },
    });
  });

  it('gives way to graphql-js for a plugin that watches executions', async () => {
    const answer = vi.spyOn(CompiledEntities.prototype, 'answer');
    await executed.post({ query: author('firstName'), variables: { r: authors(1) } });
    expect(seen).toContain('firstName');
    expect(answer).not.toHaveBeenCalled();
  });

  it('keeps a plugin’s own methods and private state', async () => {
    class Counting implements SubgraphPlugin {
      #count = 0;
      serverWillStart(): Promise<void> {
        this.#count += 1;
        return Promise.resolve();
      }
      get count(): number {
        return this.#count;
      }
    }
    const plugin = new Counting();
    const library = await startLibrary({ config: { databaseUrl: compiled.databaseUrl }, plugins: [plugin] });
    await library.ready;
    await library.stop();
    expect(plugin.count).toBe(1);
  });
});
