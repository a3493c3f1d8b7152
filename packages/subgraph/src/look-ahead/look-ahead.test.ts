// Which columns the statements name, for what the operation selects: the SQL itself is looked at.
import { buildSchema, execute, parse, type GraphQLResolveInfo } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorId } from '../testing/library.js';
import { startLibrary, type RunningLibrary } from '../testing/running-library.js';
import { withNeeds } from './needs.js';
import { noteResolvers } from './own-resolvers.js';
import { selectedOfPage, selectedProperties } from './selected-properties.js';

let library: RunningLibrary;
beforeAll(async () => {
  library = await startLibrary();
});
afterAll(() => library.stop());

/** Of each table, the properties that the operation's statements read. */
async function columnsRead(query: string, variables: object = {}): Promise<Record<string, string[]>> {
  let body: unknown;
  const statements = await library.statementsOf(async () => {
    ({ body } = await library.post({ query, variables }));
  });
  expect(body).not.toHaveProperty('errors');
  const read: Record<string, string[]> = {};
  for (const text of statements) {
    const table = /FROM "(\w+)" t/.exec(text)?.[1] ?? text;
    read[table] = [...text.matchAll(/t\."\w+" AS "([a-z]\w*)"/gi)]
      .flatMap(([, name]) => name ?? [])
      .filter((name) => !/^s\d$/.test(name));
  }
  return read;
}

const one = `author(id: "${authorId(1)}")`;
const entities = (selection: string): string =>
  `query($r: [_Any!]!) { _entities(representations: $r) { ${selection} } }`;
const author = { __typename: 'Author', id: authorId(1) };

describe('a statement reads what is selected and the key, no more', () => {
  it.each<[string, Record<string, string[]>]>([
    [`{ ${one} { lastName } }`, { authors: ['id', 'lastName'] }],
    [`{ ${one} { __typename } }`, { authors: ['id'] }],
    [`{ ${one} { name: firstName other: lastName } }`, { authors: ['id', 'firstName', 'lastName'] }],
    [`{ ${one} { fullName } }`, { authors: ['id', 'firstName', 'lastName'] }],
    [`{ ${one} { isBestseller } }`, { authors: ['id'] }],
    [`{ ${one} { initials } }`, { authors: ['id', 'email', 'firstName', 'lastName', 'bio'] }],
    [
      `{ ${one} { ...F } } fragment F on Author { ...G } fragment G on Author { bio }`,
      { authors: ['id', 'bio'] },
    ],
    [`{ ${one} { ... on Named { firstName } ... { email } } }`, { authors: ['id', 'email', 'firstName'] }],
    [
      `{ named(id: "${authorId(1)}") { firstName ... on Author { bio } } }`,
      { authors: ['id', 'firstName', 'bio'] },
    ],
    [`{ ${one} { bio @include(if: false) email @skip(if: true) } }`, { authors: ['id'] }],
    [`{ a: ${one} { bio } b: author(id: "${authorId(2)}") { email } }`, { authors: ['id', 'email', 'bio'] }],
    ['{ book(id: "1") { publisher { id } } }', { books: ['id', 'publisherId'] }],
    [
      '{ book(id: "1") { title author { bio } } }',
      { books: ['id', 'authorId', 'title'], authors: ['id', 'bio'] },
    ],
    [`{ ${one} { allBooks { pages } } }`, { authors: ['id'], books: ['authorId', 'id', 'pages'] }],
    [
      `{ ${one} { books(first: 1) { edges { node { title } } nodes { genre } pageInfo { endCursor } } } }`,
      { authors: ['id'], books: ['id', 'title', 'genre'] },
    ],
    [
      '{ books(first: 1) { ...Page } } fragment Page on BookConnection { edges { ...Edge } } fragment Edge on BookEdge { cursor node { author { email } } }',
      { books: ['id', 'authorId'], authors: ['id', 'email'] },
    ],
    ['{ books(first: 1) { pageInfo { hasNextPage } } }', { books: ['id'] }],
    ['mutation { renameBook(id: "1", title: "T") { book { title } } }', { books: ['id', 'title'] }],
  ])('%s', async (query, columns) => {
    expect(await columnsRead(query)).toEqual(columns);
  });

  it.each<[string, object[], Record<string, string[]>]>([
    ['... on Author { lastName }', [author], { authors: ['id', 'lastName'] }],
    ['... on Author { fullName }', [author], { authors: ['id', 'firstName', 'lastName'] }],
    [
      '... on Author { lastName @include(if: false) bio @skip(if: false) }',
      [author],
      { authors: ['id', 'bio'] },
    ],
    ['... on Author { bio } ... on Book { title }', [author], { authors: ['id', 'bio'] }],
    [
      '... on Author { bio }',
      [{ __typename: 'Author', email: 'author1@example.com' }],
      { authors: ['email', 'id', 'bio'] },
    ],
    [
      '... on Copy { shelf book { title } }',
      [{ __typename: 'Copy', branch: 'branch1', shelf: 1 }],
      { copies: ['branch', 'shelf', 'bookId'], books: ['id', 'title'] },
    ],
  ])('of _entities: %s', async (selection, r, columns) => {
    expect(await columnsRead(entities(selection), { r })).toEqual(columns);
  });

  it('under @include and @skip with variables, each time as the variables say', async () => {
    const query = `query($a: Boolean!, $b: Boolean!) { ${one} { ...F @include(if: $a) email @skip(if: $b) } } fragment F on Author { bio }`;
    expect(await columnsRead(query, { a: true, b: true })).toEqual({ authors: ['id', 'bio'] });
    expect(await columnsRead(query, { a: false, b: false })).toEqual({ authors: ['id', 'email'] });
    expect(await columnsRead(query, { a: false, b: true })).toEqual({ authors: ['id'] });
    const twice = `query($a: Boolean!) { ${one} { bio } ...G @include(if: $a) } fragment G on Query { ${one} { email } }`;
    expect(await columnsRead(twice, { a: false })).toEqual({ authors: ['id', 'bio'] });
    expect(await columnsRead(twice, { a: true })).toEqual({ authors: ['id', 'email', 'bio'] });
    const page = 'query($c: Boolean!) { books(first: 1) { totalCount @include(if: $c) nodes { id } } }';
    const statements = (c: boolean): Promise<string[]> =>
      library.statementsOf(() => library.post({ query: page, variables: { c } }));
    expect(await statements(true)).toHaveLength(2);
    expect(await statements(false)).toHaveLength(1);
  });
});

/** Runs an operation on a schema of text alone, and gives what the look-ahead says in each call of a field. */
async function lookAhead(
  sdl: string,
  query: string,
  field: string,
  look: (info: GraphQLResolveInfo) => unknown,
  needs: Readonly<Record<string, readonly string[]>> = {},
): Promise<unknown[]> {
  const schema = buildSchema(sdl);
  for (const [coordinate, properties] of Object.entries(needs)) {
    const [type = '', name = ''] = coordinate.split('.');
    const target = schema.getType(type);
    if (target !== undefined && 'getFields' in target) {
      const definition = target.getFields()[name];
      if (definition !== undefined && 'args' in definition)
        definition.resolve = withNeeds(() => null, properties);
    }
  }
  noteResolvers(schema);
  const seen: unknown[] = [];
  const rootValue = {
    pets: [
      {
        __typename: 'Dog',
        owner: (_args: object, _context: unknown, info: GraphQLResolveInfo) => note('owner', info),
      },
      {
        __typename: 'Cat',
        owner: (_args: object, _context: unknown, info: GraphQLResolveInfo) => note('owner', info),
      },
    ],
    toys: (_args: object, _context: unknown, info: GraphQLResolveInfo) => note('toys', info),
  };
  const note = (name: string, info: GraphQLResolveInfo): null => {
    if (name === field) seen.push(look(info));
    return null;
  };
  await execute({ schema, document: parse(query), rootValue });
  return seen;
}

describe('the look-ahead', () => {
  const pets = `
    type Query { pets: [Pet] toys: ToyConnection }
    interface Pet { owner: Person }
    interface Person { name: String! home: String }
    type Dog implements Pet { owner: Walker }
    type Cat implements Pet { owner: Servant }
    type Walker implements Person { name: String! home: String leash: String }
    type Servant implements Person { name: String! home: String }
    type ToyConnection { edges: [ToyEdge] nodes: [Toy] totalCount: Int }
    type ToyEdge { node: Toy }
    type Toy { id: ID! colour: String sound: String }
  `;

  it('tells a field of a fragment on an interface apart by the type that it is met on', async () => {
    const query = '{ pets { owner { name } } }';
    const needs = { 'Walker.name': ['firstName', 'lastName'], 'Servant.name': ['title'] };
    expect(await lookAhead(pets, query, 'owner', selectedProperties, needs)).toEqual([
      ['firstName', 'lastName'],
      ['title'],
    ]);
  });

  it('takes a fragment on an interface for the type that is known, and leaves out fragments on others', async () => {
    const query = '{ pets { ... on Dog { owner { ... on Person { home } ... on Walker { leash } } } } }';
    const needs = { 'Servant.home': ['address'] };
    expect(await lookAhead(pets, query, 'owner', selectedProperties, needs)).toEqual([['home', 'leash']]);
  });

  it('passes over what is selected on other types', async () => {
    const query = '{ pets { owner { ... on Walker { leash } ... on Servant { home } } } }';
    expect(await lookAhead(pets, query, 'owner', selectedProperties)).toEqual([['leash'], ['home']]);
  });

  it('joins the nodes of a field that an operation mentions twice', async () => {
    const query = '{ toys { nodes { colour } } toys { edges { node { sound } } totalCount } }';
    expect(await lookAhead(pets, query, 'toys', selectedOfPage)).toEqual([
      { properties: ['colour', 'sound'], wantsCount: true },
    ]);
  });
});
