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
      type ${name} { ${field}: String owner: User buyer: User }
      type User @key(fields: "id") { id: ID! ${field}Name: String }
    `,
    resolvers: {
      Query: { [field]: () => ({ id: 'h' }), shared: () => ({ id: 's', box: { things: [common] } }) },
      Holder: {
        __resolveReference: (value: object) => value,
        box: (holder: { box?: object }) => holder.box ?? { things },
        [`${field}Box`]: () => ({ things }),
      },
      [name]: { owner: () => ({ id: 'o' }), buyer: () => ({ id: 'b' }) },
      User: {
        __resolveReference: (reference: object) => reference,
        [`${field}Name`]: ({ id }: { id: string }) => `${id} in ${field}`,
      },
      Thing: { __resolveType: resolveType },
    },
  };
}

const everything =
  '{ things { __typename ... on Common { label } ... on Left { left } ... on Right { right } } }';

describeCases('unions with other members each, below shared types', { left, right }, [
  {
    title: 'the members of the first',
    query: `{ left { box ${everything} } }`,
    data: { left: { box: { things: [common, { __typename: 'Left', left: 'left' }] } } },
  },
  {
    title: 'the members of the second',
    query: `{ right { box ${everything} } }`,
    data: { right: { box: { things: [common, { __typename: 'Right', right: 'right' }] } } },
  },
  {
    title: 'a member that the answering subgraph does not have',
    query: '{ left { box { things { __typename ... on Right { right } } } } }',
    data: { left: { box: { things: [{ __typename: 'Common' }, { __typename: 'Left' }] } } },
  },
  {
    title: 'entities below a member, that the other subgraph knows more of',
    query:
      '{ left { box { things { ... on Common { label } ... on Left { owner { rightName } buyer { rightName } } } } } }',
    data: {
      left: {
        box: {
          things: [
            { label: 'common' },
            { owner: { rightName: 'o in right' }, buyer: { rightName: 'b in right' } },
          ],
        },
      },
    },
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

const tom = { __typename: 'Cat', name: 'Tom' };
const rex = { __typename: 'Dog', name: 'Rex', walks: [{ to: 'park' }] };
const cow = { __typename: 'Cow', id: 'c', name: 'Ida' };
const pen = { __typename: 'Pen', name: 'pen', animals: [tom, rex] };

/** An interface of which each subgraph has other implementations: one an entity, one with arguments and types of its own. */
const farm = {
  zoo: {
    typeDefs: `
      type Query { cage: Cage either: Cage @shareable }
      type Cage @key(fields: "id") { id: ID! animals: [Animal!]! @shareable place: Place @shareable room: Room @shareable }
      type Room { animals: [Animal!]! @shareable zooSize: Int }
      interface Animal { name: String }
      type Cat implements Animal @shareable { name: String }
      type Dog implements Animal { name: String walks(how: How, filter: Filter): [Walk!]! next: Animal }
      type Walk { to: String }
      enum How { SLOW FAST }
      input Filter { to: String = "park" how: How }
      type Cow @key(fields: "id") { id: ID! milk: Int }
      union Place = Pen | Rock
      type Rock @shareable { height: Int }
      type Pen implements Animal { name: String animals: [Animal!]! }
    `,
    resolvers: {
      Query: { cage: () => ({ id: 'z' }), either: () => ({ id: 'e' }) },
      Cage: {
        __resolveReference: (cage: object) => cage,
        animals: ({ id }: { id: string }) => (id === 'e' ? [tom] : [tom, rex]),
        place: () => pen,
        room: () => ({ animals: [tom, rex], zooSize: 1 }),
      },
      Animal: { __resolveType: resolveType },
      Place: { __resolveType: resolveType },
      Dog: { next: () => tom },
      Cow: { __resolveReference: (reference: object) => reference, milk: () => 9 },
    },
  },
  farm: {
    typeDefs: `
      type Query { pasture: Cage either: Cage @shareable }
      type Cage @key(fields: "id") { id: ID! animals: [Animal!]! @shareable place: Place @shareable inside: Inside room: Room @shareable }
      type Inside { animals: [Animal!]! }
      type Room { animals: [Animal!]! @shareable farmSize: Int }
      interface Animal { name: String }
      type Cat implements Animal @shareable { name: String }
      type Cow implements Animal @key(fields: "id") { id: ID! name: String }
      union Place = Field | Rock
      type Rock @shareable { height: Int }
      type Field { crop(how: Speed): String }
      enum Speed { HIGH }
    `,
    resolvers: {
      Query: { pasture: () => ({ id: 'f' }), either: () => ({ id: 'e' }) },
      Cage: {
        __resolveReference: (cage: object) => cage,
        animals: ({ id }: { id: string }) => (id === 'e' ? [tom] : [tom, cow]),
        place: () => ({ __typename: 'Field' }),
        room: () => ({ animals: [tom, cow], farmSize: 2 }),
        inside: () => ({ animals: [tom, cow] }),
      },
      Animal: { __resolveType: resolveType },
      Place: { __resolveType: () => 'Field' },
      Field: { crop: () => 'rye' },
      Cow: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'Ida' }) },
    },
  },
};

describeCases('interfaces with other implementations each, below shared fields', farm, [
  {
    title:
      'a field of one implementation, with arguments, variables and types that the other subgraph has not',
    query: `query ($how: How, $to: String) {
      cage { animals { name ... on Dog { walks(how: $how, filter: { to: $to, how: FAST }) { to } next { name } } } }
    }`,
    variables: { how: 'SLOW', to: 'park' },
    data: {
      cage: { animals: [{ name: 'Tom' }, { name: 'Rex', walks: [{ to: 'park' }], next: { name: 'Tom' } }] },
    },
    unasked: ['farm'],
  },
  {
    title: 'implementations of both, from the one that can be asked',
    query: '{ cage { animals { __typename ... on Cow { id name milk } ... on Dog { walks { to } } } } }',
    data: { cage: { animals: [{ __typename: 'Cat' }, { __typename: 'Dog', walks: [{ to: 'park' }] }] } },
    unasked: ['farm'],
  },
  {
    title: 'an entity, that the other subgraph knows otherwise, with a field from there',
    query: '{ cage { inside { animals { name ... on Cow { id milk } ... on Dog { walks { to } } } } } }',
    data: { cage: { inside: { animals: [{ name: 'Tom' }, { name: 'Ida', id: 'c', milk: 9 }] } } },
  },
  {
    title: 'a variable that only what is left out uses',
    query: `query ($how: How, $speed: Speed) {
      cage { inside { animals { name ... on Dog { walks(how: $how) { to } } } } place { ... on Field { crop(how: $speed) } } }
    }`,
    variables: { how: 'SLOW', speed: 'HIGH' },
    data: { cage: { inside: { animals: [{ name: 'Tom' }, { name: 'Ida' }] }, place: {} } },
  },
  {
    title: 'a union, with the interface below it',
    query: '{ cage { place { ... on Field { crop } ... on Pen { name animals { name } } } } }',
    data: { cage: { place: { name: 'pen', animals: [{ name: 'Tom' }, { name: 'Rex' }] } } },
  },
  {
    title: 'fragments on the interface around those on its implementations',
    query:
      '{ cage { place { ... on Animal { name ... on Pen { animals { ... on Animal { ... on Dog { name } } } } } } } }',
    data: { cage: { place: { name: 'pen', animals: [{}, { name: 'Rex' }] } } },
  },
  {
    title: 'the same entity, where the other subgraph could be asked as well',
    query: '{ pasture { animals { name ... on Cow { id milk } } } }',
    data: { pasture: { animals: [{ name: 'Tom' }, { name: 'Ida', id: 'c', milk: 9 }] } },
  },
  {
    title: 'beside a field of the shared type that the other subgraph alone has',
    query:
      '{ cage { room { farmSize zooSize animals { name ... on Dog { walks { to } } ... on Cow { milk } } } } }',
    data: {
      cage: {
        room: {
          farmSize: 2,
          zooSize: 1,
          animals: [{ name: 'Tom' }, { name: 'Rex', walks: [{ to: 'park' }] }],
        },
      },
    },
  },
  {
    title: 'where both could be asked',
    query: '{ either { animals { __typename name ... on Cow { milk } ... on Dog { walks { to } } } } }',
    data: { either: { animals: [{ __typename: 'Cat', name: 'Tom' }] } },
  },
]);
