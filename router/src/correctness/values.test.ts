/** Leaf values arrive as they were sent: scalars of one's own, numbers at their ends, strings with everything in them. */
import { GraphQLScalarType } from 'graphql';
import { describeCases } from './cases.js';

const any = new GraphQLScalarType({ name: 'Any' });
const big = new GraphQLScalarType({ name: 'BigInt' });
const strings = {
  plain: 'plain',
  empty: '',
  quotes: '" \\ / \b \f \n \r \t',
  control: '\u0000\u0001\u001f\u007f\u0085',
  separators: '\u2028\u2029',
  surrogates: '\ud83d\ude00 \ud834\udd1e',
  loneHigh: 'a\ud800b',
  loneLow: 'a\udc00b',
  atTheEnd: 'x\ud83d',
  combining: 'e\u0301 \u00e9 \u0627\u0644 \ufeff \u200f',
  markup: "</script><!-- & ' -->",
};
const numbers = [
  0, -0, 1, -1, 2147483647, -2147483648, 0.1, -1.5e-7, 5e-324, 1.7976931348623157e308, 1e21, 9007199254740991,
  3.0,
];
const tree = {
  a: [1, 'x', null, { __proto__: null, b: [[], {}] }, true, 1e21],
  __typename: 'NotAType',
  'a b-c': '\u2028',
  '': 0,
};
const a = {
  typeDefs: `
    scalar Any
    scalar BigInt
    type Query {
      text(name: String!): String texts: [String!]! echo(text: String): String list(texts: [String]): [String]
      floats: [Float!]! ints: [Int!]! big: BigInt bigs: [BigInt] any: Any anys: [Any] back(any: Any): Any
      id(id: ID!): ID bool(b: Boolean): Boolean thing: Thing
    }
    type Thing @key(fields: "key") { key: Any! id: ID! }
  `,
  resolvers: {
    Any: any,
    BigInt: big,
    Query: {
      text: (_: unknown, { name }: { name: keyof typeof strings }) => strings[name],
      texts: () => Object.values(strings),
      echo: (_: unknown, { text }: { text?: string }) => text,
      list: (_: unknown, { texts }: { texts: string[] }) => texts,
      floats: () => numbers,
      ints: () => numbers.filter((n) => Number.isInteger(n) && Math.abs(n) < 2 ** 31 + 1),
      big: () => 9007199254740991,
      bigs: () => ['123456789012345678901234567890', 9007199254740991, -1],
      any: () => tree,
      anys: () => [tree, null, [], 'text', 1.5, false],
      back: (_: unknown, args: { any?: unknown }) => args.any,
      id: (_: unknown, { id }: { id: string }) => id,
      bool: (_: unknown, { b }: { b?: boolean }) => b,
      thing: () => ({ key: { parts: ['\u2028', 1, null] }, id: 12 }),
    },
  },
};
const b = {
  typeDefs: `
    scalar Any
    type Thing @key(fields: "key") { key: Any! seen: String }
  `,
  resolvers: {
    Any: any,
    Thing: {
      __resolveReference: (value: object) => value,
      seen: ({ key }: { key: unknown }) => JSON.stringify(key),
    },
  },
};

describeCases('values', { a, b }, [
  ...Object.entries(strings).map(([name, text]) => ({
    title: `a string: ${name}`,
    query: '{ text(name: "' + name + '") }',
    data: { text },
  })),
  { title: 'all strings in a list', query: '{ texts }', data: { texts: Object.values(strings) } },
  ...Object.entries(strings).map(([name, text]) => ({
    title: `a string there and back by a variable: ${name}`,
    query: 'query ($text: String) { echo(text: $text) list(texts: [$text, "x", $text]) }',
    variables: { text },
    data: { echo: text, list: [text, 'x', text] },
  })),
  {
    title: 'literals with escapes, and a block string',
    query:
      '{ a: echo(text: "\\u0041\\u{1F600}\\"\\\\\\n") b: echo(text: """\n  block "quoted"\n    deeper\n  """) }',
    data: { a: 'A\u{1F600}"\\\n', b: 'block "quoted"\n  deeper' },
  },
  {
    title: 'a literal with separators of lines',
    query: '{ echo(text: "\u2028\u00e9\u{1F600}") }',
    data: { echo: '\u2028\u00e9\u{1F600}' },
  },
  { title: 'floats', query: '{ floats }', data: { floats: numbers } },
  {
    title: 'ints',
    query: '{ ints }',
    data: { ints: [0, -0, 1, -1, 2147483647, -2147483648, 3] },
  },
  {
    title: 'big integers as numbers and as strings',
    query: '{ big bigs }',
    data: { big: 9007199254740991, bigs: ['123456789012345678901234567890', 9007199254740991, -1] },
  },
  {
    title: 'a scalar that is a tree',
    query: '{ any anys }',
    data: { any: tree, anys: [tree, null, [], 'text', 1.5, false] },
  },
  {
    title: 'a tree there and back',
    query:
      'query ($t: Any) { a: back(any: $t) b: back(any: { a: [1, "x", $t], b: null }) c: back(any: null) }',
    variables: { t: { x: [{ y: null }], __proto_: 1 } },
    data: {
      a: { x: [{ y: null }], __proto_: 1 },
      b: { a: [1, 'x', { x: [{ y: null }], __proto_: 1 }], b: null },
      c: null,
    },
  },
  {
    title: 'a tree as a key',
    query: '{ thing { seen id } }',
    data: { thing: { seen: '{"parts":["\u2028",1,null]}', id: '12' } },
  },
  {
    title: 'ids of numbers, and what is coerced',
    query: 'query ($id: ID!) { a: id(id: $id) b: id(id: 7) c: id(id: "007") }',
    variables: { id: 5 },
    data: { a: '5', b: '7', c: '007' },
  },
  {
    title: 'a boolean, null and nothing',
    query: 'query ($b: Boolean) { a: bool(b: true) b: bool(b: null) c: bool d: bool(b: $b) }',
    data: { a: true, b: null, c: null, d: null },
  },
]);
