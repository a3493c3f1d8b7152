/** How plans go between entities: by their parents, around in circles, and over long ways. */
import { describeCases } from './cases.js';

interface Node {
  readonly id: string;
}

const resolveType = ({ __typename }: { __typename: string }) => __typename;
const reference = (value: object) => value;

// `Category` has no key where its details are: the way is by its product, again (parent entity call).
const products = {
  typeDefs: `
    type Query { products: [Product!]! }
    type Product @key(fields: "id pid") { id: ID! pid: ID category: Category @shareable }
    type Category @shareable { name: String }
  `,
  resolvers: {
    Query: {
      products: () => ['1', '2'].map((id) => ({ id, pid: `p${id}`, category: { name: `category ${id}` } })),
    },
  },
};
const details = {
  typeDefs: `
    type Product @key(fields: "id pid") { id: ID! pid: ID category: Category @shareable }
    type Category { details: Details name: String @shareable }
    type Details { count: Int parent: Category }
  `,
  resolvers: {
    Product: {
      __resolveReference: reference,
      category: ({ pid }: { pid: string }) => ({
        name: `category ${pid.slice(1)}`,
        details: { count: Number(pid.slice(1)) },
      }),
    },
    Details: { parent: ({ count }: { count: number }) => ({ name: `parent ${count}` }) },
  },
};

describeCases('a part that only its parent entity leads to', { products, details }, [
  {
    title: 'alone',
    query: '{ products { category { details { count } } } }',
    data: { products: [1, 2].map((count) => ({ category: { details: { count } } })) },
  },
  {
    title: 'beside what is already there',
    query: '{ products { id category { name details { count parent { name } } } } }',
    data: {
      products: [1, 2].map((count) => ({
        id: `${count}`,
        category: { name: `category ${count}`, details: { count, parent: { name: `parent ${count}` } } },
      })),
    },
  },
  {
    title: 'twice under aliases',
    query: '{ products { a: category { name } b: category { details { count } } } }',
    data: {
      products: [1, 2].map((count) => ({ a: { name: `category ${count}` }, b: { details: { count } } })),
    },
  },
]);

// Lists with keys of lists of entities, each completed elsewhere.
const tops = {
  typeDefs: `
    type Query { top: List! }
    type List @key(fields: "products { id pid }") { products: [Item!]! @shareable }
    type Item @key(fields: "id") @key(fields: "id pid") { id: ID! pid: ID @shareable }
  `,
  resolvers: { Query: { top: () => ({ products: [item('2'), item('1')] }) } },
};
const picks = {
  typeDefs: `
    type List @key(fields: "products { id pid }") { products: [Item!]! @shareable first: Item selected: Item }
    type Item @key(fields: "id pid") { id: ID! pid: ID @shareable }
  `,
  resolvers: {
    List: {
      __resolveReference: reference,
      first: ({ products: [one] }: { products: Node[] }) => one,
      selected: ({ products: [, two] }: { products: Node[] }) => two,
    },
  },
};
const costs = {
  typeDefs: `
    type Item @key(fields: "id pid category { id tag }") { id: ID! pid: ID @shareable category: Group @shareable price: Price }
    type Group @key(fields: "id tag") { id: ID! @shareable tag: String @shareable }
    type Price { amount: Int }
  `,
  resolvers: {
    Item: {
      __resolveReference: reference,
      price: ({ id, category: { tag } }: { id: string; category: { tag: string } }) => ({
        amount: Number(id) * (tag === 't1' ? 10 : 100),
      }),
    },
  },
};
const groups = {
  typeDefs: `
    type Item @key(fields: "id") { id: ID! pid: ID @shareable category: Group @shareable }
    type Group @key(fields: "id") @key(fields: "id tag") { id: ID! tag: String @shareable main: Item }
  `,
  resolvers: {
    Item: {
      __resolveReference: ({ id }: Node) => item(id),
      category: ({ id }: Node) => ({ id: `g${id}`, tag: `t${id}` }),
    },
    Group: { __resolveReference: reference, main: () => item('1') },
  },
};
function item(id: string) {
  return { id, pid: `p${id}` };
}
groups.typeDefs = groups.typeDefs.replace('{ id: ID! tag', '{ id: ID! @shareable tag');

describeCases('keys of lists of entities, and keys of keys', { tops, picks, costs, groups }, [
  {
    title: 'all of it',
    query:
      '{ top { products { id pid price { amount } category { main { id } tag } } selected { id price { amount } } first { price { amount } } } }',
    data: {
      top: {
        products: [
          { id: '2', pid: 'p2', price: { amount: 200 }, category: { main: { id: '1' }, tag: 't2' } },
          { id: '1', pid: 'p1', price: { amount: 10 }, category: { main: { id: '1' }, tag: 't1' } },
        ],
        selected: { id: '1', price: { amount: 10 } },
        first: { price: { amount: 200 } },
      },
    },
  },
  {
    title: 'only the end of the way',
    query: '{ top { selected { category { main { price { amount } } } } } }',
    data: { top: { selected: { category: { main: { price: { amount: 10 } } } } } },
  },
]);

// Circles: a requires what b requires of a; entities that refer to each other; an interface in a circle.
const circleA = {
  typeDefs: `
    type Query { feed: [Post!]! circle: Named }
    interface Named { next: Named }
    type Post implements Named @key(fields: "id") {
      id: ID! byNovice: Boolean! @external byExpert: Boolean! @requires(fields: "byNovice") next: Named author: Author!
    }
    type Author @key(fields: "id") { id: ID! name: String! posts: [Post!]! years: Int }
  `,
  resolvers: {
    Query: { feed: () => [post('1'), post('2')], circle: () => post('1') },
    Named: { __resolveType: resolveType },
    Post: {
      __resolveReference: (value: object) => ({ ...value, __typename: 'Post' }),
      byExpert: ({ byNovice }: { byNovice: boolean }) => !byNovice,
      next: ({ id }: Node) => post(id === '1' ? '2' : '1'),
      author: ({ id }: Node) => ({ id: `a${id}` }),
    },
    Author: {
      __resolveReference: reference,
      name: ({ id }: Node) => `author ${id}`,
      years: ({ id }: Node) => (id === 'a1' ? 1 : 20),
      posts: ({ id }: Node) => [post(id.slice(1))],
    },
  },
};
const circleB = {
  typeDefs: `
    type Post @key(fields: "id") { id: ID! author: Author! @external byNovice: Boolean! @requires(fields: "author { years }") likes: Int }
    type Author @key(fields: "id") { id: ID! years: Int @external favourite: Post }
  `,
  resolvers: {
    Post: {
      __resolveReference: reference,
      byNovice: ({ author }: { author: { years: number } }) => author.years < 10,
      likes: ({ id }: Node) => Number(id) * 3,
    },
    Author: { __resolveReference: reference, favourite: ({ id }: Node) => ({ id: id === 'a1' ? '2' : '1' }) },
  },
};
function post(id: string) {
  return { __typename: 'Post', id };
}

describeCases('circles', { circleA, circleB }, [
  {
    title: 'a requirement that comes back by the other subgraph',
    query: '{ feed { byExpert } }',
    data: { feed: [{ byExpert: false }, { byExpert: true }] },
  },
  {
    title: 'with all in between',
    query: '{ feed { byExpert byNovice author { years } } }',
    data: {
      feed: [
        { byExpert: false, byNovice: true, author: { years: 1 } },
        { byExpert: true, byNovice: false, author: { years: 20 } },
      ],
    },
  },
  {
    title: 'entities that refer to each other, to and fro',
    query: '{ feed { author { favourite { author { favourite { likes byExpert } } } } } }',
    data: {
      feed: [
        { author: { favourite: { author: { favourite: { likes: 3, byExpert: false } } } } },
        { author: { favourite: { author: { favourite: { likes: 6, byExpert: true } } } } },
      ],
    },
  },
  {
    title: 'the same, with nothing required on the way',
    query: '{ feed { author { favourite { author { favourite { likes author { name } } } } } } }',
    data: {
      feed: ['1', '2'].map((id) => ({
        author: {
          favourite: { author: { favourite: { likes: Number(id) * 3, author: { name: `author a${id}` } } } },
        },
      })),
    },
  },
  {
    title: 'an interface that refers to itself',
    query: '{ circle { next { next { next { ... on Post { likes id } } } } } }',
    data: { circle: { next: { next: { next: { likes: 6, id: '2' } } } } },
  },
]);
