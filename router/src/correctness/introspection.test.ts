/** Introspection by itself and mixed with data; it shows the API schema and never asks a subgraph. */
import {
  buildClientSchema,
  getIntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
  type IntrospectionQuery,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeCases } from './cases.js';
import { federate, type Federation } from './federate.js';

const a = {
  typeDefs: `
    type Query { thing: Thing hidden: Int @inaccessible old: Int @deprecated(reason: "use thing") }
    "A thing."
    type Thing @key(fields: "id") { id: ID! name(upper: Boolean = false): String kind: Kind secret: Int @inaccessible }
    enum Kind { GOOD BAD @deprecated SECRET @inaccessible }
    input Filter { text: String = "x" kind: Kind = GOOD secret: Int @inaccessible }
    type Mutation { change(filter: Filter): Thing }
    type Hidden @inaccessible { id: ID }
  `,
  resolvers: { Query: { thing: () => ({ id: '1', name: 'one', kind: 'GOOD' }) } },
};
const b = {
  typeDefs: `type Thing @key(fields: "id") { id: ID! size: Int }`,
  resolvers: { Thing: { size: () => 3 } },
};
const names = (fields: readonly string[]) => fields.map((name) => ({ name }));

describeCases('introspection', { a, b }, [
  {
    title: 'alone',
    query: '{ __schema { queryType { name } mutationType { name } subscriptionType { name } } }',
    data: {
      __schema: { queryType: { name: 'Query' }, mutationType: { name: 'Mutation' }, subscriptionType: null },
    },
    unasked: ['a', 'b'],
  },
  {
    title: 'mixed with data, first',
    query: '{ __type(name: "Thing") { name kind description } thing { id size } }',
    data: { __type: { name: 'Thing', kind: 'OBJECT', description: 'A thing.' }, thing: { id: '1', size: 3 } },
  },
  {
    title: 'mixed with data, between',
    query: '{ thing { size } __schema { queryType { name } } again: thing { name } }',
    data: { thing: { size: 3 }, __schema: { queryType: { name: 'Query' } }, again: { name: 'one' } },
  },
  {
    title: 'under aliases, twice',
    query:
      '{ one: __type(name: "Thing") { n: name } two: __type(name: "Kind") { n: name } s: __schema { q: queryType { n: name } } }',
    data: { one: { n: 'Thing' }, two: { n: 'Kind' }, s: { q: { n: 'Query' } } },
    unasked: ['a', 'b'],
  },
  {
    title: 'a variable',
    query: 'query ($n: String!) { __type(name: $n) { name } }',
    variables: { n: 'Filter' },
    data: { __type: { name: 'Filter' } },
  },
  {
    title: "a variable's default, mixed with data",
    query: 'query ($n: String! = "Kind") { t: __type(name: $n) { name } thing { id } }',
    data: { t: { name: 'Kind' }, thing: { id: '1' } },
  },
  {
    title: 'a variable for data and one for introspection',
    query: 'query ($n: String!, $u: Boolean) { thing { name(upper: $u) } __type(name: $n) { name } }',
    variables: { n: 'Thing', u: true },
    data: { thing: { name: 'one' }, __type: { name: 'Thing' } },
  },
  { title: 'a type that there is not', query: '{ __type(name: "None") { name } }', data: { __type: null } },
  {
    title: 'a type named like a prototype member',
    query: '{ a: __type(name: "constructor") { name } b: __type(name: "__proto__") { name } }',
    data: { a: null, b: null },
  },
  {
    title: 'a type that is inaccessible',
    query: '{ __type(name: "Hidden") { name } }',
    data: { __type: null },
  },
  {
    title: 'fields without those that are inaccessible or deprecated',
    query: '{ q: __type(name: "Query") { fields { name } } t: __type(name: "Thing") { fields { name } } }',
    data: { q: { fields: names(['thing']) }, t: { fields: names(['id', 'name', 'kind', 'size']) } },
  },
  {
    title: 'fields that are deprecated, by a variable',
    query:
      'query ($d: Boolean) { __type(name: "Query") { fields(includeDeprecated: $d) { name isDeprecated deprecationReason } } }',
    variables: { d: true },
    data: {
      __type: {
        fields: [
          { name: 'thing', isDeprecated: false, deprecationReason: null },
          { name: 'old', isDeprecated: true, deprecationReason: 'use thing' },
        ],
      },
    },
  },
  {
    title: 'enum values and input fields without those that are inaccessible',
    query:
      '{ k: __type(name: "Kind") { enumValues(includeDeprecated: true) { name } } f: __type(name: "Filter") { inputFields { name defaultValue } } }',
    data: {
      k: { enumValues: names(['GOOD', 'BAD']) },
      f: {
        inputFields: [
          { name: 'text', defaultValue: '"x"' },
          { name: 'kind', defaultValue: 'GOOD' },
        ],
      },
    },
  },
  {
    title: '@skip and @include on it',
    query:
      'query ($y: Boolean!) { __schema @include(if: $y) { queryType { name } } thing @skip(if: $y) { id } __typename }',
    variables: { y: false },
    data: { thing: { id: '1' }, __typename: 'Query' },
  },
  {
    title: 'skipped inside',
    query: 'query ($y: Boolean!) { __type(name: "Thing") { name @include(if: $y) kind } }',
    variables: { y: false },
    data: { __type: { kind: 'OBJECT' } },
  },
  {
    title: 'in fragments',
    query:
      '{ ...Q } fragment Q on Query { __schema { queryType { ...T } } thing { __typename } } fragment T on __Type { name __typename }',
    data: {
      __schema: { queryType: { name: 'Query', __typename: '__Type' } },
      thing: { __typename: 'Thing' },
    },
  },
  {
    title: 'in fragments under conditions, beside data',
    query: `query ($yes: Boolean = true, $no: Boolean = false) {
      ...Q @include(if: $yes) ... @include(if: $no) { thing { id } }
    } fragment Q on Query { __schema @skip(if: $no) { queryType { name } } thing { size } type: __type(name: "Kind") { name } }`,
    data: { __schema: { queryType: { name: 'Query' } }, thing: { size: 3 }, type: { name: 'Kind' } },
  },
  {
    title: 'in fragments under conditions, alone',
    query: 'query ($yes: Boolean = true) { ... @include(if: $yes) { __schema { queryType { name } } } }',
    data: { __schema: { queryType: { name: 'Query' } } },
  },
  {
    title: 'in fragments under conditions, left out',
    query:
      'query ($yes: Boolean = true) { ... @skip(if: $yes) { __schema { queryType { name } } thing { id } } }',
    data: {},
    unasked: ['a', 'b'],
  },
  {
    title: 'an unknown field of it',
    query: '{ __schema { nothing } }',
    errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }],
  },
]);

describe('the whole schema', () => {
  let federation: Federation;
  beforeAll(async () => {
    federation = await federate({ a, b });
  });
  afterAll(() => federation.stop());

  test('is the API schema, without federation and without what is inaccessible', async () => {
    const { data, errors } = await federation.router.query(getIntrospectionQuery());
    expect(errors).toBeUndefined();
    const schema = lexicographicSortSchema(buildClientSchema(data as unknown as IntrospectionQuery));
    const text = printSchema(schema);
    expect(text).toContain(
      'type Thing {\n  id: ID!\n  kind: Kind\n  name(upper: Boolean = false): String\n  size: Int\n}',
    );
    for (const word of ['hidden', 'secret', '_entities', '_service', 'join__', 'link__', '_Any'])
      expect(text.toLowerCase()).not.toContain(word.toLowerCase());
  });
});
