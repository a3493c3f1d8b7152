/** `@inaccessible`: subgraphs use it among themselves; a client never learns of it, by data, by schema or by an error. */
import { describeCases } from './cases.js';

interface Thing {
  readonly id: string;
}

const a = {
  typeDefs: `
    type Query {
      things(filter: Filter, internalflag: Boolean @inaccessible): [Thing!]!
      thing(id: ID!): Thing
      anything: [Any]
      nodes: [Named!]!
      hiddenroot: Int @inaccessible
      echo(kind: Kind): Kind
      kinds: [Kind]
      must: Kind!
      fails: String
      failsMore: String
    }
    input Filter { text: String hiddeninput: Int @inaccessible }
    enum Kind { OPEN CLOSED HIDDENVALUE @inaccessible }
    interface Named { name: String }
    union Any = Thing | Hiddentype
    type Thing implements Named @key(fields: "id") @key(fields: "hiddenkey") {
      id: ID! hiddenkey: ID! @inaccessible name: String hiddenfield: Int @inaccessible kind: Kind hiddenobject: Hiddentype @inaccessible
    }
    type Hiddentype implements Named @inaccessible { name: String }
  `,
  resolvers: {
    Query: {
      things: () => [thing('1'), thing('2')],
      thing: (_: unknown, { id }: Thing) => thing(id),
      anything: () => [thing('1'), { __typename: 'Hiddentype', name: 'x' }],
      nodes: () => [thing('1')],
      echo: (_: unknown, { kind }: { kind: string }) => kind,
      kinds: () => ['OPEN', 'HIDDENVALUE', 'CLOSED'],
      must: () => 'HIDDENVALUE',
      fails: () => {
        throw new Error('Cannot return null for non-nullable field Thing.hiddenfield.');
      },
      failsMore: () => {
        throw new Error('expected a Hiddentype with HIDDENVALUE but got none');
      },
    },
    Any: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
    Named: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
    Thing: { __resolveReference: ({ id }: Thing) => thing(id) },
  },
};
const b = {
  typeDefs: `
    type Thing @key(fields: "hiddenkey") {
      hiddenkey: ID! hiddenfield: Int @external
      size: Int @requires(fields: "hiddenfield")
      sure: Int! @requires(fields: "hiddenfield")
    }
  `,
  resolvers: {
    Thing: {
      __resolveReference: (reference: object) => reference,
      size: ({ hiddenfield }: { hiddenfield: number }) => hiddenfield * 2,
      sure: ({ hiddenkey }: { hiddenkey: string }) => (hiddenkey === 'k2' ? null : 1),
    },
  },
};
function thing(id: string) {
  return {
    __typename: 'Thing',
    id,
    hiddenkey: `k${id}`,
    name: `thing ${id}`,
    hiddenfield: Number(id),
    kind: id === '1' ? 'OPEN' : 'HIDDENVALUE',
  };
}

const never = ['hidden', 'internalflag'];
const invalid = [{ code: 'GRAPHQL_VALIDATION_FAILED' }];

describeCases('@inaccessible', { a, b }, [
  {
    title: 'a hidden key and a hidden requirement are used',
    query: '{ things { id size } }',
    data: {
      things: [
        { id: '1', size: 2 },
        { id: '2', size: 4 },
      ],
    },
    never,
  },
  {
    title: 'a hidden enum value is null',
    query: '{ things { id kind } }',
    data: {
      things: [
        { id: '1', kind: 'OPEN' },
        { id: '2', kind: null },
      ],
    },
    never,
  },
  {
    title: 'a hidden enum value in a list',
    query: '{ kinds }',
    data: { kinds: ['OPEN', null, 'CLOSED'] },
    never,
  },
  {
    title: 'a hidden enum value where there may be no null',
    query: '{ must }',
    data: null,
    errors: [{ path: ['must'] }],
    never,
  },
  {
    title: 'a hidden member of a union is null',
    query: '{ anything { __typename ... on Thing { name } } }',
    data: { anything: [{ __typename: 'Thing', name: 'thing 1' }, null] },
    never,
  },
  {
    title: 'fields beside hidden implementations',
    query: '{ nodes { __typename name } }',
    data: { nodes: [{ __typename: 'Thing', name: 'thing 1' }] },
    never,
  },
  {
    title: 'a hidden field is unknown',
    query: '{ thing(id: 1) { hiddenfiel } }',
    errors: invalid,
    never: ['hiddenfield'],
  },
  { title: 'a root field is not suggested', query: '{ hiddenroo }', errors: invalid, never: ['hiddenroot'] },
  {
    title: 'an argument is not suggested',
    query: '{ things(internalfla: true) { id } }',
    errors: invalid,
    never: ['internalflag'],
  },
  {
    title: 'an enum value is not suggested',
    query: '{ echo(kind: HIDDENVALU) }',
    errors: invalid,
    never: ['HIDDENVALUE'],
  },
  {
    title: 'an enum value in a variable is not suggested',
    query: 'query ($k: Kind) { echo(kind: $k) }',
    variables: { k: 'HIDDENVALU' },
    errors: [{ code: 'BAD_USER_INPUT' }],
    never: ['HIDDENVALUE'],
  },
  {
    title: 'an input field is not suggested',
    query: '{ things(filter: { hiddeninpu: 1 }) { id } }',
    errors: invalid,
    never: ['hiddeninput'],
  },
  {
    title: 'an input field in a variable is not suggested',
    query: 'query ($f: Filter) { things(filter: $f) { id } }',
    variables: { f: { hiddeninpu: 1 } },
    errors: [{ code: 'BAD_USER_INPUT' }],
    never: ['hiddeninput'],
  },
  {
    title: 'a type is not suggested',
    query: '{ nodes { ... on Hiddentyp { name } } }',
    errors: invalid,
    never: ['Hiddentype'],
  },
  {
    title: 'the types of a fragment that fits another are not suggested',
    query: '{ nodes { nam } }',
    errors: invalid,
    never,
  },
  {
    title: 'a hidden value of the enum is refused as input, as if there was none',
    query: 'query ($k: Kind) { echo(kind: $k) }',
    variables: { k: 'HIDDENVALUE' },
    errors: [{ code: 'BAD_USER_INPUT' }],
  },
  {
    title:
      "a null that takes its entity in a subgraph that was entered by a hidden key: the client's path only",
    query: '{ thing(id: 2) { sure } }',
    data: { thing: null },
    errors: [{ path: ['thing', 'sure'] }],
    never,
  },
  {
    title: "a subgraph's message that names a hidden field",
    query: '{ fails }',
    data: { fails: null },
    errors: [{ path: ['fails'] }],
    never,
  },
  {
    title: "a subgraph's message that names a hidden type and value",
    query: '{ failsMore }',
    data: { failsMore: null },
    errors: [{ path: ['failsMore'] }],
    never,
  },
]);
