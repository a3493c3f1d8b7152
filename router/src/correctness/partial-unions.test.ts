/** Unions of which each subgraph has other members, below types that are shared. */
import { describeCases } from './cases.js';

const resolveType = ({ __typename }: { __typename: string }) => __typename;
const common = { __typename: 'Common', label: 'common' };
const left = side('Left', [common, { __typename: 'Left', left: 'left' }]);
const right = side('Right', [common, { __typename: 'Right', right: 'right' }]);

function side(name: 'Left' | 'Right', things: readonly object[]) {
  const field = name.toLowerCase();
  return {
    typeDefs: `
      type Query { ${field}: Holder shared: Holder @shareable }
      type Holder @key(fields: "id") { id: ID! box: Box @shareable ${field}Box: Box }
      type Box @shareable { things: [Thing!]! }
      union Thing = Common | ${name}
      type Common @shareable { label: String }
      type ${name} { ${field}: String }
    `,
    resolvers: {
      Query: { [field]: () => ({ id: 'h' }), shared: () => ({ id: 's', box: { things: [common] } }) },
      Holder: {
        __resolveReference: (value: object) => value,
        box: (holder: { box?: object }) => holder.box ?? { things },
        [`${field}Box`]: () => ({ things }),
      },
      Thing: { __resolveType: resolveType },
    },
  };
}

const everything =
  '{ things { __typename ... on Common { label } ... on Left { left } ... on Right { right } } }';
const dropped =
  "Apollo's planner drops the fragment on a member that the other subgraphs of a shared type do not have";

describeCases('unions with other members each, below shared types', { left, right }, [
  {
    title: 'the members of the first',
    query: `{ left { box ${everything} } }`,
    data: { left: { box: { things: [common, { __typename: 'Left', left: 'left' }] } } },
    fails: dropped,
  },
  {
    title: 'the members of the second',
    query: `{ right { box ${everything} } }`,
    data: { right: { box: { things: [common, { __typename: 'Right', right: 'right' }] } } },
    fails: dropped,
  },
  {
    title: 'a member that the answering subgraph does not have',
    query: '{ left { box { things { __typename ... on Right { right } } } } }',
    data: { left: { box: { things: [{ __typename: 'Common' }, { __typename: 'Left' }] } } },
  },
  {
    title: 'what both have',
    query: `{ shared { box ${everything} } }`,
    data: { shared: { box: { things: [common] } } },
  },
  {
    title: 'after a hop, by a field that one has alone',
    query: `{ left { rightBox ${everything} } }`,
    data: { left: { rightBox: { things: [common, { __typename: 'Right', right: 'right' }] } } },
  },
]);
