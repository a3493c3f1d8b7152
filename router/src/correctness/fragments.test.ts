/** Fragments, on objects, interfaces and unions; type conditions that overlap, and response names that mean another type in each. */
import { describeCases } from './cases.js';

interface Animal {
  readonly id: string;
  readonly __typename: 'Cat' | 'Dog' | 'Fish';
}

const animals: readonly Animal[] = [
  { id: '1', __typename: 'Cat' },
  { id: '2', __typename: 'Dog' },
  { id: '3', __typename: 'Fish' },
];
const resolveType = ({ __typename }: Animal) => __typename;
const wildlife = {
  typeDefs: `
    type Query { animals: [Animal!]! pets: [Pet!]! any: [Any!]! cat: Cat }
    interface Animal { id: ID! name: String friend: Animal }
    interface Pet implements Animal { id: ID! name: String friend: Animal owner: Owner }
    union Any = Cat | Dog | Fish | Owner
    type Cat implements Pet & Animal @key(fields: "id") { id: ID! name: String friend: Animal owner: Owner value: Int lives: Int! }
    type Dog implements Pet & Animal @key(fields: "id") { id: ID! name: String friend: Animal owner: Owner value: String trick: String }
    type Fish implements Animal @key(fields: "id") { id: ID! name: String friend: Animal value: [Float!] }
    type Owner @key(fields: "id") { id: ID! }
  `,
  resolvers: {
    Query: {
      animals: () => animals,
      pets: () => animals.slice(0, 2),
      any: () => [...animals, { __typename: 'Owner', id: 'o9' }],
      cat: () => animals[0],
    },
    Animal: { __resolveType: resolveType },
    Pet: { __resolveType: resolveType },
    Any: { __resolveType: resolveType },
    Cat: { ...shared(), value: () => 7, lives: () => 9 },
    Dog: { ...shared(), value: () => 'seven', trick: () => 'sit' },
    Fish: { ...shared(), value: () => [7.5] },
  },
};
function shared() {
  return {
    name: ({ id, __typename }: Animal) => `${__typename} ${id}`,
    owner: ({ id }: Animal) => ({ id: `o${id}` }),
    friend: ({ id }: Animal) => animals[Number(id) % 3],
  };
}
const vet = {
  typeDefs: `
    type Query { patients: [Patient!]! }
    union Patient = Cat | Dog
    type Cat @key(fields: "id") { id: ID! weight: Float notes: [String!] }
    type Dog @key(fields: "id") { id: ID! weight: Float notes: String }
    type Fish @key(fields: "id") { id: ID! litres: Int }
    type Owner @key(fields: "id") { id: ID! phone: String }
  `,
  resolvers: {
    Query: { patients: () => animals.slice(0, 2) },
    Patient: { __resolveType: resolveType },
    Cat: { weight: () => 4.5, notes: () => ['soft'] },
    Dog: { weight: () => 20, notes: () => 'loud' },
    Fish: { litres: () => 60 },
    Owner: { phone: ({ id }: { id: string }) => `+${id}` },
  },
};

describeCases('fragments', { wildlife, vet }, [
  {
    title: 'named',
    query: '{ cat { ...C } } fragment C on Cat { id lives weight }',
    data: { cat: { id: '1', lives: 9, weight: 4.5 } },
  },
  {
    title: 'named in named in named',
    query:
      '{ cat { ...A } } fragment A on Cat { id ...B } fragment B on Cat { lives ...C } fragment C on Cat { owner { phone } }',
    data: { cat: { id: '1', lives: 9, owner: { phone: '+o1' } } },
  },
  {
    title: 'named after a prototype member',
    query:
      '{ cat { ...constructor ...toString } } fragment constructor on Cat { id } fragment toString on Cat { weight }',
    data: { cat: { id: '1', weight: 4.5 } },
  },
  {
    title: 'one fragment at two places',
    query: '{ cat { ...C friend { ...C } } } fragment C on Animal { id name ... on Dog { notes } }',
    data: { cat: { id: '1', name: 'Cat 1', friend: { id: '2', name: 'Dog 2', notes: 'loud' } } },
  },
  {
    title: 'on an interface, of an object',
    query: '{ cat { ... on Pet { owner { id } ... on Animal { name } } } }',
    data: { cat: { owner: { id: 'o1' }, name: 'Cat 1' } },
  },
  {
    title: 'on objects, of an interface',
    query: '{ animals { id ... on Cat { lives weight } ... on Dog { trick } ... on Fish { litres } } }',
    data: {
      animals: [
        { id: '1', lives: 9, weight: 4.5 },
        { id: '2', trick: 'sit' },
        { id: '3', litres: 60 },
      ],
    },
  },
  {
    title: 'on a narrower interface',
    query: '{ animals { id ... on Pet { owner { phone } } } }',
    data: {
      animals: [{ id: '1', owner: { phone: '+o1' } }, { id: '2', owner: { phone: '+o2' } }, { id: '3' }],
    },
  },
  {
    title: 'on a wider interface',
    query: '{ pets { ... on Animal { id friend { id } } } }',
    data: {
      pets: [
        { id: '1', friend: { id: '2' } },
        { id: '2', friend: { id: '3' } },
      ],
    },
  },
  {
    title: 'overlapping conditions with a field in common',
    query: '{ animals { ... on Pet { name } ... on Cat { name lives } ... on Animal { id name } } }',
    data: {
      animals: [
        { name: 'Cat 1', lives: 9, id: '1' },
        { name: 'Dog 2', id: '2' },
        { id: '3', name: 'Fish 3' },
      ],
    },
  },
  {
    title: 'overlapping conditions whose objects merge across fetches',
    query:
      '{ animals { ... on Pet { owner { id } } ... on Cat { owner { phone } friend { name } } ... on Animal { friend { id } } } }',
    data: {
      animals: [
        { owner: { id: 'o1', phone: '+o1' }, friend: { name: 'Dog 2', id: '2' } },
        { owner: { id: 'o2' }, friend: { id: '3' } },
        { friend: { id: '1' } },
      ],
    },
  },
  {
    title: 'one response name on disjoint types, with the fields of another type each',
    query: '{ animals { ... on Cat { v: lives } ... on Dog { v: id } } }',
    errors: [{ message: /conflict/, code: 'GRAPHQL_VALIDATION_FAILED' }],
  },
  {
    title: 'one response name on disjoint types, of other fields with the same type',
    query: '{ animals { ... on Cat { x: name } ... on Dog { x: trick } ... on Fish { x: name } } }',
    data: { animals: [{ x: 'Cat 1' }, { x: 'sit' }, { x: 'Fish 3' }] },
  },
  {
    title: 'one response name on disjoint types, of other fields in two subgraphs',
    query: '{ any { ... on Dog { x: notes } ... on Cat { x: name } ... on Owner { x: phone } } }',
    data: { any: [{ x: 'Cat 1' }, { x: 'loud' }, {}, { x: '+o9' }] },
  },
  {
    title: 'fields of one name and another type each, under names of their own',
    query:
      '{ any { ... on Cat { c: value cn: notes } ... on Dog { d: value dn: notes } ... on Fish { f: value } } }',
    data: { any: [{ c: 7, cn: ['soft'] }, { d: 'seven', dn: 'loud' }, { f: [7.5] }, {}] },
  },
  {
    title: 'one response name for objects on disjoint types, with other selections',
    query: '{ animals { ... on Cat { o: owner { id } } ... on Dog { o: owner { phone } } } }',
    data: { animals: [{ o: { id: 'o1' } }, { o: { phone: '+o2' } }, {}] },
  },
  {
    title: 'one response name with other arguments or fields deep in disjoint types',
    query: '{ animals { ... on Cat { f: friend { n: id } } ... on Dog { f: friend { n: name } } } }',
    errors: [{ message: /conflict/ }],
  },
  {
    title: 'on a union, with a member of no fragment',
    query: '{ any { __typename ... on Cat { lives } } }',
    data: {
      any: [
        { __typename: 'Cat', lives: 9 },
        { __typename: 'Dog' },
        { __typename: 'Fish' },
        { __typename: 'Owner' },
      ],
    },
  },
  {
    title: 'an interface on a union',
    query: '{ any { ... on Animal { name } ... on Owner { phone } } }',
    data: { any: [{ name: 'Cat 1' }, { name: 'Dog 2' }, { name: 'Fish 3' }, { phone: '+o9' }] },
  },
  {
    title: 'an interface on a union of another subgraph, which does not know the interface',
    query: '{ patients { ... on Pet { name owner { phone } } ... on Dog { notes } } }',
    data: {
      patients: [
        { name: 'Cat 1', owner: { phone: '+o1' } },
        { name: 'Dog 2', owner: { phone: '+o2' }, notes: 'loud' },
      ],
    },
  },
  {
    title: 'a union on an interface',
    query: '{ animals { ... on Patient { __typename ... on Cat { weight } } } }',
    data: { animals: [{ __typename: 'Cat', weight: 4.5 }, { __typename: 'Dog' }, {}] },
  },
  {
    title: "a member that the first subgraph's union lacks",
    query: '{ patients { ... on Any { ... on Fish { litres } ... on Cat { weight } } } }',
    data: { patients: [{ weight: 4.5 }, {}] },
  },
  {
    title: 'no condition, nested, with a directive',
    query: 'query ($y: Boolean!) { animals { ... { ... @include(if: $y) { ... on Pet { ... { id } } } } } }',
    variables: { y: true },
    data: { animals: [{ id: '1' }, { id: '2' }, {}] },
  },
  {
    title: 'on the root type',
    query:
      '{ ...Q ... on Query { cat { lives } } } fragment Q on Query { cat { id } patients { __typename } }',
    data: { cat: { id: '1', lives: 9 }, patients: [{ __typename: 'Cat' }, { __typename: 'Dog' }] },
  },
  {
    title: 'with a variable',
    query:
      'query ($y: Boolean!) { cat { ...C } } fragment C on Cat { lives @include(if: $y) weight @skip(if: $y) }',
    variables: { y: false },
    data: { cat: { weight: 4.5 } },
  },
  {
    title: 'impossible',
    query: '{ cat { ... on Dog { trick } } }',
    errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }],
  },
  {
    title: 'impossible only by two steps',
    query: '{ cat { id ... on Animal { ... on Dog { trick notes } } } }',
    data: { cat: { id: '1' } },
  },
]);
