/** `@requires`: nested, chained, with arguments, with fragments, of interfaces, and where a requirement cannot be met. */
import { describeCases } from './cases.js';

interface Post {
  readonly id: string;
  readonly comments?: readonly { readonly text: string }[] | null;
  readonly price?: number | null;
  readonly box?: { readonly size?: { readonly width: number; readonly height: number } | null } | null;
}

const content = {
  typeDefs: `
    type Query { posts: [Post!]! post(id: ID!): Post }
    type Post @key(fields: "id") {
      id: ID!
      comments(limit: Int!, flat: Boolean = false): [Comment!]
      price: Int
      box: Box
      parts: [Part!]!
      maker: Maker
      owner: Owner!
    }
    type Comment { text: String! by(short: Boolean): String }
    type Box { size: Size label: String }
    type Size { width: Int! height: Int! }
    type Part { weight: Int! name: String }
    interface Maker { country: String }
    type Firm implements Maker { country: String vat: Int }
    type Person implements Maker { country: String age: Int }
    union Owner = Firm | Person
  `,
  resolvers: {
    Query: {
      posts: () => [{ id: '1' }, { id: '2' }],
      post: (_: unknown, { id }: Post) => ({ id }),
    },
    Post: {
      __resolveReference: (reference: object) => reference,
      comments: ({ id }: Post, { limit, flat }: { limit: number; flat: boolean }) =>
        Array.from({ length: limit }, (_, n) => ({ text: `${flat ? 'flat ' : ''}${id}.${n}` })),
      price: ({ id }: Post) => (id === '9' ? null : Number(id) * 10),
      box: ({ id }: Post) =>
        id === '9' ? null : { size: { width: Number(id), height: 3 }, label: `box ${id}` },
      parts: ({ id }: Post) => [1, 2].map((n) => ({ weight: Number(id) * n, name: `part ${n}` })),
      maker: maker,
      owner: maker,
    },
    Comment: { by: (_: unknown, { short }: { short?: boolean }) => (short === true ? 'A' : 'Ada') },
    Maker: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
    Owner: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  },
};
function maker({ id }: Post) {
  return id === '1'
    ? { __typename: 'Firm', country: 'DE', vat: 19 }
    : { __typename: 'Person', country: 'FR', age: 40 };
}

const sales = {
  typeDefs: `
    type Query { bestseller: Post }
    type Post @key(fields: "id") {
      id: ID!
      comments(limit: Int!, flat: Boolean = false): [Comment!] @external
      price: Int @external
      box: Box @external
      parts: [Part!]! @external
      maker: Maker @external
      owner: Owner! @external
      first: String @requires(fields: "comments(limit: 3) { text }")
      second: String @requires(fields: "comments(limit: 2, flat: true) { text by(short: true) }")
      doubled: Int @requires(fields: "price")
      area(unit: Int! = 1): Int @requires(fields: "box { size { width height } }")
      total: Int @requires(fields: "parts { weight }")
      tax: String @requires(fields: "maker { country ... on Firm { vat } ... on Person { age } }")
      owned: String @requires(fields: "owner { __typename ... on Firm { vat } ... on Person { country age } }")
      all: String @requires(fields: "price box { size { width } } parts { name }")
    }
    type Comment { text: String! @external by(short: Boolean): String @external }
    type Box { size: Size @external }
    type Size { width: Int! @external height: Int! @external }
    type Part { weight: Int! @external name: String @external }
    interface Maker { country: String }
    type Firm implements Maker { country: String @external vat: Int @external }
    type Person implements Maker { country: String @external age: Int @external }
    union Owner = Firm | Person
  `,
  resolvers: {
    Query: { bestseller: () => ({ id: '3' }) },
    Post: {
      __resolveReference: (reference: object) => reference,
      first: texts,
      second: texts,
      doubled: ({ price }: Post) => (price == null ? null : price * 2),
      area: ({ box }: Post, { unit }: { unit: number }) =>
        box?.size ? box.size.width * box.size.height * unit : null,
      total: ({ parts }: { parts: { weight: number }[] }) =>
        parts.reduce((sum, { weight }) => sum + weight, 0),
      tax: ({ maker: { country, vat, age } }: { maker: { country: string; vat?: number; age?: number } }) =>
        `${country} ${vat ?? ''}${age ?? ''}`,
      owned: ({ owner }: { owner: object }) => JSON.stringify(owner, ['__typename', 'vat', 'country', 'age']),
      all: (required: Post) => JSON.stringify(required, ['box', 'parts', 'price', 'size', 'width', 'name']),
    },
  },
};
function texts({ comments }: Post) {
  if (comments === undefined) throw new Error('asked without what it requires');
  return comments?.map(({ text }) => text).join(' ') ?? null;
}

const reports = {
  typeDefs: `
    type Post @key(fields: "id") {
      id: ID!
      doubled: Int @external
      price: Int @external
      quadrupled: Int @requires(fields: "doubled")
      sum: Int @requires(fields: "doubled price")
    }
  `,
  resolvers: {
    Post: {
      __resolveReference: (reference: object) => reference,
      quadrupled: ({ doubled }: { doubled?: number | null }) => (doubled == null ? null : doubled * 2),
      sum: ({ doubled, price }: { doubled?: number; price?: number }) => Number(doubled) + Number(price),
    },
  },
};
const summary = {
  typeDefs: `
    type Post @key(fields: "id") {
      id: ID!
      quadrupled: Int @external
      total: Int @external
      score: String @requires(fields: "quadrupled total")
    }
  `,
  resolvers: {
    Post: {
      __resolveReference: (reference: object) => reference,
      score: ({ quadrupled, total }: { quadrupled?: number | null; total?: number }) =>
        `${String(quadrupled)}/${String(total)}`,
    },
  },
};

describeCases('@requires', { content, sales, reports, summary }, [
  { title: 'a field', query: '{ posts { doubled } }', data: { posts: [{ doubled: 20 }, { doubled: 40 }] } },
  {
    title: 'beside the required field itself, in both orders',
    query: '{ a: post(id: 1) { price doubled } b: post(id: 2) { doubled price } }',
    data: { a: { price: 10, doubled: 20 }, b: { doubled: 40, price: 20 } },
  },
  { title: 'nested', query: '{ posts { area } }', data: { posts: [{ area: 3 }, { area: 6 }] } },
  {
    title: 'nested, beside another part of the same object',
    query: '{ posts { box { label } area } }',
    data: {
      posts: [
        { box: { label: 'box 1' }, area: 3 },
        { box: { label: 'box 2' }, area: 6 },
      ],
    },
  },
  {
    title: 'a field with arguments of its own, twice',
    query: '{ post(id: 2) { area big: area(unit: 100) } }',
    data: { post: { area: 6, big: 600 } },
  },
  { title: 'objects in a list', query: '{ posts { total } }', data: { posts: [{ total: 3 }, { total: 6 }] } },
  {
    title: 'a chain over three subgraphs',
    query: '{ posts { quadrupled } }',
    data: { posts: [{ quadrupled: 40 }, { quadrupled: 80 }] },
  },
  {
    title: 'a chain over four, joined with a second branch',
    query: '{ posts { score } }',
    data: { posts: [{ score: '40/3' }, { score: '80/6' }] },
  },
  {
    title: 'a chain entered by the subgraph of its middle',
    query: '{ bestseller { quadrupled } }',
    data: { bestseller: { quadrupled: 120 } },
  },
  {
    title: 'the same, with the middle and what it requires',
    query: '{ bestseller { sum doubled score price quadrupled } }',
    data: { bestseller: { sum: 90, doubled: 60, score: '120/9', price: 30, quadrupled: 120 } },
  },
  {
    title: 'every link of the chain asked for as well',
    query: '{ post(id: 1) { score quadrupled doubled price total sum } }',
    data: { post: { score: '40/3', quadrupled: 40, doubled: 20, price: 10, total: 3, sum: 30 } },
  },
  {
    title: 'several objects and lists in one requirement',
    query: '{ post(id: 1) { all } }',
    data: {
      post: { all: '{"box":{"size":{"width":1}},"parts":[{"name":"part 1"},{"name":"part 2"}],"price":10}' },
    },
  },
  {
    title: 'fragments on an interface',
    query: '{ posts { tax } }',
    data: { posts: [{ tax: 'DE 19' }, { tax: 'FR 40' }] },
  },
  {
    title: "fragments on an interface, beside the client's own on it",
    query: '{ posts { maker { ... on Person { age } } tax } }',
    data: {
      posts: [
        { maker: {}, tax: 'DE 19' },
        { maker: { age: 40 }, tax: 'FR 40' },
      ],
    },
  },
  {
    title: 'fragments on a union, with __typename',
    query: '{ posts { owned } }',
    data: {
      posts: [
        { owned: '{"__typename":"Firm","vat":19}' },
        { owned: '{"__typename":"Person","country":"FR","age":40}' },
      ],
    },
  },
  {
    title: 'a requirement that is null is given as null',
    query: '{ post(id: 9) { doubled area } }',
    data: { post: { doubled: null, area: null } },
  },
  {
    title: 'a chain whose first link is null',
    query: '{ post(id: 9) { quadrupled score } }',
    data: { post: { quadrupled: null, score: 'null/27' } },
  },
  {
    title: 'a field with arguments',
    query: '{ posts { first } }',
    data: { posts: [{ first: '1.0 1.1 1.2' }, { first: '2.0 2.1 2.2' }] },
  },
  {
    title: 'a field with two arguments and one with arguments below it',
    query: '{ post(id: 1) { second } }',
    data: { post: { second: 'flat 1.0 flat 1.1' } },
  },
  {
    title: "beside the client's own use with the same arguments",
    query: '{ post(id: 1) { first comments(limit: 3) { text } } }',
    data: { post: { first: '1.0 1.1 1.2', comments: [{ text: '1.0' }, { text: '1.1' }, { text: '1.2' }] } },
  },
  {
    title: "beside the client's own use with other arguments",
    query: '{ post(id: 1) { comments(limit: 1) { text } first } }',
    data: { post: { comments: [{ text: '1.0' }], first: '1.0 1.1 1.2' } },
  },
  {
    title: "the same, the client's use last",
    query: '{ post(id: 1) { first comments(limit: 1) { by } } }',
    data: { post: { first: '1.0 1.1 1.2', comments: [{ by: 'Ada' }] } },
  },
  {
    title: "the same, the client's arguments by variables",
    query: 'query ($n: Int!, $s: Boolean) { posts { comments(limit: $n) { text by(short: $s) } first } }',
    variables: { n: 1, s: true },
    data: {
      posts: ['1', '2'].map((id) => ({
        comments: [{ text: `${id}.0`, by: 'A' }],
        first: `${id}.0 ${id}.1 ${id}.2`,
      })),
    },
  },
  {
    title: 'the same, by a variable that happens to be equal to what is required',
    query: 'query ($n: Int!) { post(id: 1) { comments(limit: $n) { text } first } }',
    variables: { n: 3 },
    data: { post: { comments: [{ text: '1.0' }, { text: '1.1' }, { text: '1.2' }], first: '1.0 1.1 1.2' } },
  },
  {
    title: "the client's use under an alias",
    query: '{ post(id: 1) { few: comments(limit: 1) { text } first } }',
    data: { post: { few: [{ text: '1.0' }], first: '1.0 1.1 1.2' } },
  },
  {
    title: "the client's alias is the required field's name",
    query: '{ post(id: 1) { comments: price first } }',
    data: { post: { comments: 10, first: '1.0 1.1 1.2' } },
  },
  {
    title: 'two requirements of one field with different arguments',
    query: '{ post(id: 1) { first second } }',
    data: { post: { first: '1.0 1.1 1.2', second: 'flat 1.0 flat 1.1' } },
  },
  {
    title: "the two and the client's own third",
    query: '{ posts { first second comments(limit: 1) { text } } }',
    data: {
      posts: ['1', '2'].map((id) => ({
        first: `${id}.0 ${id}.1 ${id}.2`,
        second: `flat ${id}.0 flat ${id}.1`,
        comments: [{ text: `${id}.0` }],
      })),
    },
  },
  {
    title: "only below: the client's argument of a field inside what is required",
    query: '{ post(id: 1) { second comments(limit: 2, flat: true) { by } } }',
    data: { post: { second: 'flat 1.0 flat 1.1', comments: [{ by: 'Ada' }, { by: 'Ada' }] } },
  },
  {
    title: 'under @include, both ways at once',
    query:
      'query ($y: Boolean!) { a: post(id: 1) { doubled @include(if: $y) } b: post(id: 1) { doubled @skip(if: $y) area } }',
    variables: { y: false },
    data: { a: {}, b: { doubled: 20, area: 3 } },
  },
  {
    title: 'in a fragment under a condition, which holds for the requirement too',
    query: `query ($y: Boolean!) {
      bestseller { first ... on Post @skip(if: $y) { second } ...More @include(if: $y) }
    }
    fragment More on Post { doubled ... { total @skip(if: $y) } }`,
    variables: { y: true },
    data: { bestseller: { first: '3.0 3.1 3.2', doubled: 60 } },
  },
  {
    title: 'the same, where all conditions hold',
    query: `query ($n: Boolean!, $y: Boolean!) {
      bestseller { first ... on Post @skip(if: $n) { ... @include(if: $y) { second } ...More } }
    }
    fragment More on Post { box { size { width } } area @include(if: $y) }`,
    variables: { n: false, y: true },
    data: {
      bestseller: { first: '3.0 3.1 3.2', second: 'flat 3.0 flat 3.1', box: { size: { width: 3 } }, area: 9 },
    },
  },
]);
