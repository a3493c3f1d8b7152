/** Directives for operations that subgraphs define and compose: clients may write them where they are defined for. */
import { afterEach, describe, expect, test } from 'vitest';
import { Cleanup } from '../testing/test-router.js';
import { describeCases } from './cases.js';
import { federate } from './federate.js';

function subgraph(field: string, scope: string) {
  return {
    typeDefs: `
      extend schema
        @link(url: "https://specs.example.com/audience/v1.0", import: ["@audience"])
        @federation__composeDirective(name: "@audience")
      directive @audience(scope: Scope${scope}) on FIELD
      enum Scope { PUBLIC PRIVATE }
      type Query { ${field}: String }
    `,
    resolvers: { Query: { [field]: () => field } },
  };
}

describeCases(
  'directives of operations',
  { a: subgraph('a', '! = PUBLIC'), b: subgraph('b', '! = PUBLIC') },
  [
    { title: 'with its default', query: '{ a @audience b @audience }', data: { a: 'a', b: 'b' } },
    { title: 'with an argument', query: '{ a @audience(scope: PRIVATE) b }', data: { a: 'a', b: 'b' } },
    {
      title: 'with a variable that nothing else uses',
      query: 'query ($scope: Scope! = PRIVATE) { a b @audience(scope: $scope) }',
      data: { a: 'a', b: 'b' },
    },
    { title: 'beside @skip', query: '{ a @audience @skip(if: true) b @audience }', data: { b: 'b' } },
    { title: 'unknown', query: '{ a @nothing }', errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }] },
    {
      title: 'with a value that its argument does not have',
      query: '{ a @audience(scope: NOBODY) }',
      errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }],
    },
    {
      title: 'at a place that it is not for',
      query: '{ ... @audience { a } }',
      errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }],
    },
  ],
);

const note = 'extend schema @link(url: "https://specs.example.com/note/v1.0", import: ["@note"])';
const oneDefines = {
  // The other would refuse `@note`. Its argument's type is the feature's own, which Apollo hides as well.
  defining: {
    typeDefs: `
      ${note} @federation__composeDirective(name: "@note")
      directive @note(level: note__Level, text: String = "…") repeatable on FIELD | INLINE_FRAGMENT | OBJECT
      enum note__Level { LOW HIGH }
      type Query { here: Item }
      type Item @key(fields: "id") @note(level: LOW) { id: ID! name: String }
    `,
    resolvers: { Query: { here: () => ({ id: 1, name: 'n' }) } },
  },
  other: {
    typeDefs: 'enum note__Level { LOW HIGH } type Item @key(fields: "id") { id: ID! stock: Int }',
    resolvers: { Item: { __resolveReference: () => ({ stock: 2 }) } },
  },
};

describeCases('a directive that one subgraph alone defines', oneDefines, [
  {
    title: 'on fields of both, repeated, and on a fragment',
    query: '{ here @note { name @note @note(text: "b") stock @note ... @note(level: LOW) { id } } }',
    data: { here: { name: 'n', stock: 2, id: '1' } },
  },
  {
    title: 'with a variable of the feature’s own type',
    query: 'query ($level: note__Level) { here { stock @note(level: $level) } }',
    variables: { level: 'HIGH' },
    data: { here: { stock: 2 } },
  },
  {
    title: 'with a variable that does not fit',
    query: 'query ($level: note__Level) { here { stock @note(level: $level) } }',
    variables: { level: 'MIDDLE' },
    errors: [{ code: 'BAD_USER_INPUT' }],
  },
]);

describe('directives', () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  test('show in introspection as what operations may have', async () => {
    const { router } = await cleanup.add(federate(oneDefines), (started) => started.stop());
    const { data } = await router.query(
      '{ __schema { directives { name locations isRepeatable } } __type(name: "note__Level") { enumValues { name } } }',
    );
    expect(data).toMatchObject({
      __schema: {
        directives: expect.arrayContaining([
          { name: 'note', locations: ['FIELD', 'INLINE_FRAGMENT'], isRepeatable: true },
        ]) as unknown,
      },
      __type: { enumValues: [{ name: 'LOW' }, { name: 'HIGH' }] },
    });
  });

  test('are sent on where each subgraph defines them, and only there', async () => {
    const both = (field: string) => {
      const { typeDefs, resolvers } = subgraph(field, '! = PUBLIC');
      return { typeDefs: `${typeDefs} directive @plain(word: String) on FIELD`, resolvers };
    };
    const { router, subgraphs } = await cleanup.add(federate({ a: both('a'), b: both('b') }), (started) =>
      started.stop(),
    );
    const answer = await router.query(
      'query ($word: String) { a @audience @plain(word: $word) b @plain(word: "c") }',
      { word: 'd' },
    );
    expect(answer.data).toEqual({ a: 'a', b: 'b' });
    expect(subgraphs['a']?.bodies).toMatchObject([
      { query: expect.stringMatching(/\{a@plain\(word:\$word\)\}/) as unknown, variables: { word: 'd' } },
    ]);
    expect(subgraphs['b']?.bodies).toMatchObject([
      { query: expect.stringMatching(/\{b@plain\(word:"c"\)\}/) as unknown },
    ]);
  });
});
