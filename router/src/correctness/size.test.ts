/** Answers of a size: very long lists, deep nesting, many fields, and the same entity very often. */
import { describeCases } from './cases.js';

interface Node {
  readonly id: string;
}

const length = 10_000;
const items = Array.from({ length }, (_, n) => ({ id: String(n) }));
const a = {
  typeDefs: `
    type Query { items: [Item!]! same: [Item]! chain: Item grid: [[Item!]!]! }
    type Item @key(fields: "id") { id: ID! name: String next: Item }
  `,
  resolvers: {
    Query: {
      items: () => items,
      same: () => items.map((_, n) => (n % 3 === 0 ? null : { id: String(n % 5) })),
      chain: () => ({ id: '0' }),
      grid: () => Array.from({ length: 100 }, (_, row) => items.slice(row * 10, row * 10 + 10)),
    },
    Item: {
      __resolveReference: (value: object) => value,
      name: ({ id }: Node) => `item ${id}`,
      next: ({ id }: Node) => ({ id: String(Number(id) + 1) }),
    },
  },
};
const b = {
  typeDefs: `type Item @key(fields: "id") { id: ID! count: Int fragile: Int ${fields('f')} }`,
  resolvers: {
    Item: {
      count: ({ id }: Node) => Number(id) * 2,
      fragile: ({ id }: Node) => {
        if (id.endsWith('999')) throw new Error(`no ${id}`);
        return 1;
      },
    },
  },
};
function fields(prefix: string) {
  return Array.from({ length: 200 }, (_, n) => `${prefix}${n}: Int`).join(' ');
}

const depth = 60;
const deepQuery = (open: string, leaf: string) =>
  `{ chain { ${`next { ${open} `.repeat(depth)}${leaf}${' }'.repeat(depth)} } }`;
function deepData(leaf: object, at: (level: number) => object): object {
  let data = leaf;
  for (let level = depth; level >= 1; level -= 1) data = { next: { ...at(level), ...data } };
  return { chain: data };
}

describeCases('answers of a size', { a, b }, [
  {
    title: 'a list of 10,000 entities, completed after a hop, in order',
    query: '{ items { id count } }',
    data: { items: items.map(({ id }) => ({ id, count: Number(id) * 2 })) },
  },
  {
    title: '10,000 places of five entities, with nulls',
    query: '{ same { count name } }',
    data: {
      same: items.map((_, n) => (n % 3 === 0 ? null : { count: (n % 5) * 2, name: `item ${n % 5}` })),
    },
  },
  {
    title: 'errors deep in a long list have their indexes',
    query: '{ items { fragile } }',
    data: { items: items.map(({ id }) => ({ fragile: id.endsWith('999') ? null : 1 })) },
    errors: items
      .filter(({ id }) => id.endsWith('999'))
      .map(({ id }) => ({ message: `no ${id}`, path: ['items', Number(id), 'fragile'] })),
  },
  {
    title: 'a grid of lists',
    query: '{ grid { id count } }',
    data: {
      grid: Array.from({ length: 100 }, (_, row) =>
        items.slice(row * 10, row * 10 + 10).map(({ id }) => ({ id, count: Number(id) * 2 })),
      ),
    },
  },
  {
    title: 'sixty levels in one subgraph',
    query: deepQuery('', 'name'),
    data: deepData({ name: `item ${depth}` }, () => ({})),
  },
  {
    title: 'twelve hops, one below the other',
    query: `{ chain { ${'count next { '.repeat(12)}count${' }'.repeat(12)} } }`,
    data: {
      chain: Array.from({ length: 12 }, (_, level) => 11 - level).reduce<object>(
        (next, level) => ({ count: level * 2, next }),
        { count: 24 },
      ),
    },
  },
  {
    title: 'two hundred fields',
    query: `{ chain { ${Array.from({ length: 200 }, (_, n) => `f${n}`).join(' ')} } }`,
    data: { chain: Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`f${n}`, null])) },
  },
  {
    title: 'two hundred aliases of one field after a hop',
    query: `{ chain { ${Array.from({ length: 200 }, (_, n) => `a${n}: count`).join(' ')} } }`,
    data: { chain: Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`a${n}`, 0])) },
  },
]);
