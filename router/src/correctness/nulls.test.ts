/** Nulls: where they stand, how far they reach, and the one error that each place has (GraphQL specification, 6.4.4). */
import { describeCases, type Case } from './cases.js';

interface Item {
  readonly id: string | null;
}

const catalog = {
  typeDefs: `
    type Query {
      items: [Item] strict: [Item!]! optional: [Item!] item(id: ID!): Item sure(id: ID!): Item! grid: [[Item!]!] rows: [[Item!]] nothing: [Item!]
      keyless: [Item] boxes: [Box!] empty: [Item!]! bad: String fine: String
    }
    type Item @key(fields: "id") { id: ID name: String parent: Item }
    type Box { item: Item! label: String }
  `,
  resolvers: {
    Query: {
      items: () => [item('1'), null, item('2'), item('3')],
      strict: () => [item('1'), item('2')],
      optional: () => [item('1'), item('2')],
      item: (_: unknown, { id }: { id: string }) => item(id),
      sure: (_: unknown, { id }: { id: string }) => item(id),
      grid: () => [[item('1'), item('2')], [], [item('3')]],
      rows: () => [[item('1')], null, [item('2'), item('3')]],
      nothing: () => null,
      keyless: () => [item('1'), item(null), item('3')],
      boxes: () => [{ item: item('1') }, { item: item('2'), label: 'second' }],
      empty: () => [],
      bad: () => {
        throw new Error('bad');
      },
      fine: () => 'fine',
    },
    Item: {
      name: ({ id }: Item) => `item ${String(id)}`,
      parent: ({ id }: Item) => (id === '1' ? null : item('1')),
    },
  },
};
// 2 does not exist here; 3 exists but cannot say its weight.
const stock = {
  typeDefs: `
    type Item @key(fields: "id") {
      id: ID count: Int size: Int! weight: Int heavy: Int! parts: [Part!] tags: [String!]! matrix: [[Int!]!] spare: Item
      place: Place! maybe: Place
    }
    type Part { id: ID code: String! }
    type Place { row: Int! shelf: String }
  `,
  resolvers: {
    Item: {
      __resolveReference: (reference: Item) => (reference.id === '2' ? null : reference),
      count: ({ id }: Item) => Number(id) * 10,
      size: ({ id }: Item) => (id === '3' ? null : 5),
      weight: fails('weight'),
      heavy: fails('heavy'),
      parts: ({ id }: Item) => (id === '3' ? [{ code: 'a' }, { code: null }] : [{ code: 'b' }]),
      tags: ({ id }: Item) => (id === '3' ? ['x', null] : []),
      matrix: ({ id }: Item) => (id === '3' ? [[1], [2, null]] : [[1, 2], []]),
      spare: ({ id }: Item) => item(id === '1' ? '2' : '1'),
      place: ({ id }: Item) => (id === '3' ? null : { row: 1 }),
      maybe: ({ id }: Item) => (id === '3' ? { row: null, shelf: 'top' } : { row: 1 }),
    },
  },
};
function item(id: string | null) {
  return { id };
}
function fails(field: string) {
  return ({ id }: Item) => {
    if (id === '3') throw new Error(`no ${field}`);
    return 7;
  };
}

const missing = 'SUBREQUEST_MALFORMED_RESPONSE';

const inLists: readonly Case[] = [
  {
    title: 'a null in a list stays where it is',
    query: '{ items { id name } }',
    data: {
      items: [{ id: '1', name: 'item 1' }, null, { id: '2', name: 'item 2' }, { id: '3', name: 'item 3' }],
    },
  },
  {
    title: 'a null in a list, others completed after a hop',
    query: '{ items { id count } }',
    data: { items: [{ id: '1', count: 10 }, null, { id: '2', count: null }, { id: '3', count: 30 }] },
  },
  {
    title: 'a list that is null',
    query: '{ nothing { id count } }',
    data: { nothing: null },
    unasked: ['stock'],
  },
  { title: 'a list that is empty', query: '{ empty { id count } }', data: { empty: [] }, unasked: ['stock'] },
  {
    title: 'an entity that is null in a later fetch leaves its nullable fields null',
    query: '{ item(id: 2) { name count weight parts { code } } }',
    data: { item: { name: 'item 2', count: null, weight: null, parts: null } },
  },
  {
    title: 'an object that is null is not asked about',
    query: '{ item(id: 1) { name parent { name count } } }',
    data: { item: { name: 'item 1', parent: null } },
    unasked: ['stock'],
  },
  {
    title: 'a null key: the entity cannot be entered',
    query: '{ keyless { name count } }',
    data: {
      keyless: [
        { name: 'item 1', count: 10 },
        { name: 'item null', count: 0 },
        { name: 'item 3', count: 30 },
      ],
    },
  },
  {
    title: 'nested lists, completed after a hop',
    query: '{ grid { id weight count } }',
    data: {
      grid: [
        [
          { id: '1', weight: 7, count: 10 },
          { id: '2', weight: null, count: null },
        ],
        [],
        [{ id: '3', weight: null, count: 30 }],
      ],
    },
    errors: [{ message: 'no weight', path: ['grid', 2, 0, 'weight'] }],
  },
  {
    title: 'nested lists with a null list',
    query: '{ rows { id count } }',
    data: {
      rows: [
        [{ id: '1', count: 10 }],
        null,
        [
          { id: '2', count: null },
          { id: '3', count: 30 },
        ],
      ],
    },
  },
];

const propagation: readonly Case[] = [
  {
    title:
      'an entity that is null in a later fetch, with a non-null field of it: the nullable item becomes null',
    query: '{ item(id: 2) { name size } }',
    data: { item: null },
    errors: [{ path: ['item', 'size'], code: missing }],
  },
  {
    title: 'in a list of nullable items: that item',
    query: '{ items { id size } fine }',
    data: { items: [{ id: '1', size: 5 }, null, null, null], fine: 'fine' },
    errors: [{ path: ['items', 2, 'size'] }, { path: ['items', 3, 'size'], message: /Item\.size/ }],
  },
  {
    title: 'in a nullable list of non-null items: the list',
    query: '{ optional { id size } fine }',
    data: { optional: null, fine: 'fine' },
    errors: [{ path: ['optional', 1, 'size'], code: missing }],
  },
  {
    title: 'in a non-null list of non-null items: everything',
    query: '{ fine strict { id size } }',
    data: null,
    errors: [{ path: ['strict', 1, 'size'], code: missing }],
  },
  {
    title: 'of a non-null root field: everything',
    query: '{ fine sure(id: 2) { size } }',
    data: null,
    errors: [{ path: ['sure', 'size'], code: missing }],
  },
  {
    title: 'a nullable field in between stops it',
    query: '{ boxes { label item { name maybe { shelf row } } } }',
    data: {
      boxes: [
        { label: null, item: { name: 'item 1', maybe: { shelf: null, row: 1 } } },
        { label: 'second', item: { name: 'item 2', maybe: null } },
      ],
    },
  },
  {
    title: 'by a non-null field of a type without a key: up to the nearest nullable',
    query: '{ boxes { label item { name size } } fine }',
    data: { boxes: null, fine: 'fine' },
    errors: [{ path: ['boxes', 1, 'item', 'size'], code: missing }],
  },
  {
    title: 'nested non-null lists: the outer item',
    query: '{ rows { id size } }',
    data: { rows: [[{ id: '1', size: 5 }], null, null] },
    errors: [{ path: ['rows', 2, 1, 'size'] }, { path: ['rows', 2, 0, 'size'], optional: true }],
  },
  {
    title: 'nested lists that are non-null inside: the whole grid',
    query: '{ grid { size } fine }',
    data: { grid: null, fine: 'fine' },
    errors: [{ path: ['grid', 2, 0, 'size'] }, { path: ['grid', 0, 1, 'size'], optional: true }],
  },
  {
    title: 'a list of non-null leaves that has a null, of a subgraph that says so',
    query: '{ item(id: 3) { id parts { code } } }',
    data: { item: { id: '3', parts: null } },
    errors: [{ path: ['item', 'parts', 1, 'code'], message: /Part\.code/ }],
  },
  {
    title: 'a non-null list with a null takes its entity',
    query: '{ items { id tags } }',
    data: { items: [{ id: '1', tags: [] }, null, null, null] },
    errors: [{ path: ['items', 2, 'tags'] }, { path: ['items', 3, 'tags', 1] }],
  },
  {
    title: 'a matrix of leaves',
    query: '{ a: item(id: 1) { matrix } b: item(id: 3) { id matrix } }',
    data: { a: { matrix: [[1, 2], []] }, b: { id: '3', matrix: null } },
    errors: [{ path: ['b', 'matrix', 1, 1] }],
  },
];

const withErrors: readonly Case[] = [
  {
    title: 'a nullable field that fails is null, with the one error',
    query: '{ items { id weight } }',
    data: { items: [{ id: '1', weight: 7 }, null, { id: '2', weight: null }, { id: '3', weight: null }] },
    errors: [{ message: 'no weight', path: ['items', 3, 'weight'] }],
  },
  {
    title: "a non-null field that fails: its entity is null, with the subgraph's error and no other",
    query: '{ item(id: 3) { id heavy } }',
    data: { item: null },
    errors: [{ message: 'no heavy', path: ['item', 'heavy'] }],
  },
  {
    title: "a non-null field that fails in a list of non-null: everything, with the subgraph's error",
    query: '{ optional { id } item(id: 3) { heavy } }',
    data: { optional: [{ id: '1' }, { id: '2' }], item: null },
    errors: [{ message: 'no heavy', path: ['item', 'heavy'] }],
  },
  {
    title: 'a root field that fails beside one that does not',
    query: '{ bad fine }',
    data: { bad: null, fine: 'fine' },
    errors: [{ message: 'bad', path: ['bad'] }],
  },
  {
    title: 'the same entity at several places: one error for each',
    query: '{ items { id spare { id weight } } a: item(id: 3) { weight } b: item(id: 3) { weight } }',
    data: {
      items: [
        { id: '1', spare: { id: '2', weight: 7 } },
        null,
        { id: '2', spare: null },
        { id: '3', spare: { id: '1', weight: 7 } },
      ],
      a: { weight: null },
      b: { weight: null },
    },
    errors: [
      { message: 'no weight', path: ['a', 'weight'] },
      { message: 'no weight', path: ['b', 'weight'] },
    ],
  },
  {
    title: 'an entity in a list and in a nested list: one error for each place',
    query: '{ items { id weight } rows { weight } }',
    data: {
      items: [{ id: '1', weight: 7 }, null, { id: '2', weight: null }, { id: '3', weight: null }],
      rows: [[{ weight: 7 }], null, [{ weight: null }, { weight: null }]],
    },
    errors: [
      { message: 'no weight', path: ['items', 3, 'weight'] },
      { message: 'no weight', path: ['rows', 2, 1, 'weight'] },
    ],
  },
  {
    title: 'under aliases, the path has the response names',
    query: '{ all: items { w: weight } }',
    data: { all: [{ w: 7 }, null, { w: null }, { w: null }] },
    errors: [{ message: 'no weight', path: ['all', 3, 'w'] }],
  },
  {
    title: 'one field failing under two aliases: one error for each',
    query: '{ item(id: 3) { a: weight b: weight } }',
    data: { item: { a: null, b: null } },
    errors: [
      { message: 'no weight', path: ['item', 'a'] },
      { message: 'no weight', path: ['item', 'b'] },
    ],
  },
  {
    title: 'an error below a nullable object and a null beside it',
    query: '{ item(id: 3) { weight maybe { shelf row } } }',
    data: { item: { weight: null, maybe: null } },
    errors: [
      { message: 'no weight', path: ['item', 'weight'] },
      { message: /Place\.row/, path: ['item', 'maybe', 'row'] },
    ],
  },
];

const subgraphs = { catalog, stock };
describeCases('nulls in lists and in later fetches', subgraphs, inLists);
describeCases('nulls that propagate', subgraphs, propagation);
describeCases('errors and nulls', subgraphs, withErrors);
