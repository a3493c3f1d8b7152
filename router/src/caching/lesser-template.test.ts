/** The text of a fetch for some of its fields: asked for as before, without what is only for the others. */
import { OperationTypeNode, parse, validate } from 'graphql';
import { buildSubgraphSchema } from '@apollo/subgraph';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requestTemplate } from '../execution/request-template.js';
import { compose, withFederationLink } from '../testing/compose.js';
import { ShapedTemplate, type FetchShape } from './fetch-shape.js';
import { lesserOperation } from './lesser-template.js';
import { SubgraphTypes } from './subgraph-types.js';

const typeDefs = `
  type Query { one(id: ID, size: Int): Thing  many(first: Int): [Thing!]!  count: Int }
  type Thing @key(fields: "id") { id: ID!  name(length: Int): String  maker: Maker  parts(first: Int): [Thing!]! }
  type Maker { id: ID!  name: String }
`;
const types = new SubgraphTypes(
  'Query',
  parse(compose([{ name: 's', url: 'http://127.0.0.1/s', typeDefs }])),
  'S',
);
const schema = buildSubgraphSchema([{ typeDefs: parse(withFederationLink(typeDefs)) }]);

function shapeOf(
  query: string,
  variables: Readonly<Record<string, unknown>>,
  isEntityFetch: boolean,
): FetchShape {
  const node = {
    kind: 'Fetch' as const,
    serviceName: 's',
    operation: query,
    operationKind: OperationTypeNode.QUERY,
    operationName: undefined,
    variableUsages: Object.keys(variables),
    ...(isEntityFetch && { requires: [] }),
  };
  const template = new ShapedTemplate(requestTemplate(node, []), types);
  return template.shapeFor(JSON.stringify(variables).slice(1, -1));
}

function lesser(
  shape: FetchShape,
  type: string,
  keys: readonly string[],
  representations: readonly string[] | null,
) {
  const fields = (shape.wanted.fieldsOf(type) ?? []).filter(({ responseKey }) => keys.includes(responseKey));
  const { template, variables } = lesserOperation(shape, fields, representations);
  expect(validate(schema, parse(template.query))).toEqual([]);
  return { query: template.query, variables, template };
}

describe('of an entity', () => {
  const query = `query($representations:[_Any!]!,$l:Int,$f:Int=2){_entities(representations:$representations){
    ...on Thing{__typename id short:name(length:$l) maker{...m} parts(first:$f){id maker{id}}}}} fragment m on Maker{id name}`;
  const shape = shapeOf(query, { l: 3, f: 1 }, true);

  test('has its fields, and no variable or fragment that only others use', () => {
    const { query: text, variables } = lesser(shape, 'Thing', ['id'], ['{}']);
    expect(text).toBe(
      'query($representations:[_Any!]!){_entities(representations:$representations){...on Thing{__typename id}}}',
    );
    expect(variables).toBe('');
  });

  test('keeps aliases, variables with their defaults, and fragments below', () => {
    const named = lesser(shape, 'Thing', ['short', 'parts'], ['{}']);
    expect(named.query).toContain('short:name(length:$l)');
    expect(named.query).toContain('$f:Int=2');
    expect(named.query).not.toContain('fragment');
    expect(JSON.parse(`{${named.variables}}`)).toEqual({ l: 3, f: 1 });
    expect(lesser(shape, 'Thing', ['maker'], ['{}']).query).toContain('fragment m on Maker{id name}');
  });

  test('is made once', () => {
    const first = lesser(shape, 'Thing', ['id', 'maker'], ['{}']).template;
    expect(lesser(shape, 'Thing', ['id', 'maker'], []).template).toBe(first);
    expect(lesser(shape, 'Thing', ['maker'], []).template).not.toBe(first);
  });
});

test('a condition stays with what it is of, also on a fragment', () => {
  const query = `query($on:Boolean!){count @include(if:$on) ...q @skip(if:$on)} fragment q on Query{one{id} many{id}}`;
  const shape = shapeOf(query, { on: false }, false);
  const { query: text, variables } = lesser(shape, 'Query', ['many'], null);
  expect(text).toBe('query($on:Boolean!){...on Query@skip(if:$on){many{id}}}');
  expect(variables).toBe('"on":false');
});

test('whatever is left out, what remains is a valid operation that has just the fields that are lacking', () => {
  const all = ['one', 'two', 'many', 'count', 'c2'];
  const query =
    'query($id:ID,$n:Int,$x:Int){one(id:$id){name(length:$n)} two:one(size:$x){...t} many(first:$n){...t} count c2:count} ' +
    'fragment t on Thing{id maker{...m}} fragment m on Maker{name}';
  const shape = shapeOf(query, { id: '1', n: 2 }, false);
  fc.assert(
    fc.property(fc.subarray(all, { minLength: 1 }), (keys) => {
      const { template, variables } = lesser(shape, 'Query', keys, null);
      expect([...template.rootKeys].sort()).toEqual([...keys].sort());
      const given = Object.keys(JSON.parse(`{${variables}}`) as object);
      expect(given.sort()).toEqual(template.variables.filter((name) => name !== 'x').sort());
      for (const name of ['id', 'n', 'x'])
        expect(template.query.includes(`$${name}`)).toBe(template.variables.includes(name));
    }),
  );
});
