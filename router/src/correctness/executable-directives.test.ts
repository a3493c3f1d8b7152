/** Directives for operations that subgraphs define and compose: clients may write them where they are defined for. */
import { describeCases } from './cases.js';

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

const removed = 'the API schema has none of the composed directives, so validation does not know them';

describeCases(
  'directives of operations',
  { a: subgraph('a', '! = PUBLIC'), b: subgraph('b', '! = PUBLIC') },
  [
    {
      title: 'with its default',
      query: '{ a @audience b @audience }',
      data: { a: 'a', b: 'b' },
      fails: removed,
    },
    {
      title: 'with an argument',
      query: '{ a @audience(scope: PRIVATE) b }',
      data: { a: 'a', b: 'b' },
      fails: removed,
    },
    { title: 'unknown', query: '{ a @nothing }', errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }] },
    {
      title: 'at a place that it is not for',
      query: '{ ... @audience { a } }',
      errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }],
    },
  ],
);
