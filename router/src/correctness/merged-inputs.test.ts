/** Enums and input types of which subgraphs know different parts: input is what all know, output what any knows. */
import { describeCases } from './cases.js';

interface Filter {
  readonly first?: number;
  readonly text?: string;
  readonly kind?: string;
  readonly nested?: Filter;
}

const a = {
  typeDefs: `
    type Query {
      search(filter: Filter): String
      many(filters: [Filter!]! = [{ first: 1 }]): String
      user: User
      byRole(role: Input = ONE): String
      both(x: Int): String @shareable
    }
    input Filter { first: Int! text: String = "t" onlyA: Int kind: Input = TWO nested: Filter }
    enum Role { READER WRITER }
    enum Input { ONE TWO ONLY_A }
    enum Both { X Y }
    type User @key(fields: "id") { id: ID! role: Role both(b: Both = X): Both @shareable }
  `,
  resolvers: {
    Query: {
      search: (_: unknown, { filter }: { filter?: Filter }) => show(filter),
      many: (_: unknown, { filters }: { filters: Filter[] }) => filters.map(show).join(),
      user: () => ({ id: '1', role: 'READER' }),
      byRole: (_: unknown, { role }: { role: string }) => role,
      both: (_: unknown, { x }: { x?: number }) => `x ${String(x)}`,
    },
    User: { both: (_: unknown, { b }: { b: string }) => b },
  },
};
const b = {
  typeDefs: `
    type Query { find(filter: Filter!): String users: [User!]! both(x: Int, y: Int): String @shareable }
    input Filter { first: Int text: String = "t" onlyB: String kind: Input = TWO nested: Filter }
    enum Role { READER ADMIN }
    enum Input { ONE TWO ONLY_B }
    enum Both { X Y }
    type User @key(fields: "id") { id: ID! second: Role both(b: Both = X): Both @shareable limit(filter: Filter): String }
  `,
  resolvers: {
    Query: {
      find: (_: unknown, { filter }: { filter: Filter }) => show(filter),
      users: () => [{ id: '1' }],
      both: (_: unknown, { x }: { x?: number }) => `x ${String(x)}`,
    },
    User: {
      second: () => 'ADMIN',
      both: (_: unknown, { b: value }: { b: string }) => value,
      limit: (_: unknown, { filter }: { filter?: Filter }) => show(filter),
    },
  },
};
function show(filter?: Filter | null): string {
  if (filter == null) return String(filter);
  const { first, text, kind, nested } = filter;
  return [first, text, kind, ...(nested === undefined ? [] : [`(${show(nested)})`])].map(String).join(' ');
}

const invalid = [{ code: 'GRAPHQL_VALIDATION_FAILED' }];

describeCases('enums and inputs merged', { a, b }, [
  {
    title: 'an input with defaults',
    query: '{ search(filter: { first: 3 }) find(filter: { first: 4, text: "x" }) }',
    data: { search: '3 t TWO', find: '4 x TWO' },
  },
  {
    title: 'an input by a variable, in two subgraphs',
    query: 'query ($f: Filter!) { search(filter: $f) find(filter: $f) users { limit(filter: $f) } }',
    variables: { f: { first: 5, kind: 'ONE' } },
    data: { search: '5 t ONE', find: '5 t ONE', users: [{ limit: '5 t ONE' }] },
  },
  {
    title: 'a variable inside an input, and one that is missing',
    query: 'query ($n: Int!, $t: String, $k: Input) { search(filter: { first: $n, text: $t, kind: $k }) }',
    variables: { n: 1 },
    data: { search: '1 t TWO' },
  },
  {
    title: 'null is not the default',
    query:
      'query ($t: String) { search(filter: { first: 1, text: $t }) find(filter: { first: 1, text: null }) }',
    variables: { t: null },
    data: { search: '1 null TWO', find: '1 null TWO' },
  },
  {
    title: 'nested inputs with variables deep in them',
    query: 'query ($n: Int!) { search(filter: { first: 1, nested: { first: $n, nested: { first: 3 } } }) }',
    variables: { n: 2 },
    data: { search: '1 t TWO (2 t TWO (3 t TWO))' },
  },
  {
    title: 'a list of inputs: its default, one for a list, an empty one',
    query: '{ a: many b: many(filters: { first: 2 }) c: many(filters: []) }',
    data: { a: '1 t TWO', b: '2 t TWO', c: '' },
  },
  {
    title: 'what one requires is required of all',
    query: '{ find(filter: { text: "x" }) }',
    errors: invalid,
  },
  {
    title: 'a field of the input that one does not know',
    query: '{ search(filter: { first: 1, onlyA: 2 }) }',
    errors: invalid,
  },
  {
    title: 'the same in a variable',
    query: 'query ($f: Filter!) { search(filter: $f) }',
    variables: { f: { first: 1, onlyB: 'x' } },
    errors: [{ code: 'BAD_USER_INPUT' }],
  },
  {
    title: 'an enum value of input that one does not know',
    query: '{ byRole(role: ONLY_A) }',
    errors: invalid,
  },
  {
    title: 'an argument that one does not know',
    query: '{ both(y: 1) }',
    errors: invalid,
  },
  {
    title: 'an enum argument and its default',
    query: '{ byRole two: byRole(role: TWO) }',
    data: { byRole: 'ONE', two: 'TWO' },
  },
  {
    title: 'an enum of output has the values of all',
    query: '{ user { role second } __type(name: "Role") { enumValues { name } } }',
    data: {
      user: { role: 'READER', second: 'ADMIN' },
      __type: { enumValues: [{ name: 'READER' }, { name: 'WRITER' }, { name: 'ADMIN' }] },
    },
  },
  {
    title: 'an enum of both directions',
    query: 'query ($b: Both) { users { both(b: $b) d: both } }',
    variables: { b: 'Y' },
    data: { users: [{ both: 'Y', d: 'X' }] },
  },
  {
    title: 'a value that is not of the enum',
    query: 'query ($b: Both) { users { both(b: $b) } }',
    variables: { b: 'Z' },
    errors: [{ code: 'BAD_USER_INPUT' }],
  },
]);
