/**
 * Plans rename and set values on the way: a response name that would conflict inside one subgraph's schema although not in
 * the supergraph's is fetched under another and renamed (output); an implementation is entered as an interface object
 * under the interface's name (input).
 */
import { describeCases } from './cases.js';

interface Media {
  readonly id: string;
  readonly __typename: string;
}

const resolveType = ({ __typename }: Media) => __typename;
const reference = (value: object) => value;
const all: readonly Media[] = [
  { __typename: 'Book', id: 'b' },
  { __typename: 'Film', id: 'f' },
  { __typename: 'Song', id: 's' },
];
// Book.size is non-null and Film.size is not; elsewhere neither is, so clients may ask for both under one name.
const a = {
  typeDefs: `
    type Query { media: [Media] named: [Named!]! grid: [[Media]] }
    union Media = Book | Film | Song
    interface Named { id: ID! }
    type Book implements Named @key(fields: "id") { id: ID! size: Int! @shareable parts: [Part!]! @shareable next: Media size2(by: Int = 1): Int! @shareable }
    type Film implements Named @key(fields: "id") { id: ID! size: Int @shareable parts: [Part] @shareable next: Media size2(by: Int = 1): Int @shareable }
    type Song implements Named @key(fields: "id") { id: ID! size: Int @shareable parts: [Part!] @shareable }
    type Part @shareable { n: Int! }
  `,
  resolvers: {
    Query: { media: () => [...all, null], named: () => all, grid: () => [[all[0], null], null, [all[1]]] },
    Media: { __resolveType: resolveType },
    Named: { __resolveType: resolveType },
    Book: {
      size: () => 1,
      size2: (_: unknown, { by }: { by: number }) => by,
      parts: () => [{ n: 1 }],
      next: () => all[1],
    },
    Film: {
      size: () => null,
      size2: (_: unknown, { by }: { by: number }) => by * 10,
      parts: () => [null, { n: 2 }],
      next: () => all[0],
    },
    Song: {
      size: () => {
        throw new Error('no size of a song');
      },
      parts: () => null,
    },
  },
};
const b = {
  typeDefs: `
    type Query { other: [Media] }
    union Media = Book | Film | Song
    type Book @key(fields: "id") { id: ID! size: Int @shareable parts: [Part] @shareable size2(by: Int = 1): Int @shareable extra: Int }
    type Film @key(fields: "id") { id: ID! size: Int @shareable parts: [Part] @shareable size2(by: Int = 1): Int @shareable extra: Int }
    type Song @key(fields: "id") { id: ID! size: Int @shareable parts: [Part] @shareable extra: Int }
    type Part @shareable { n: Int! }
  `,
  resolvers: {
    Query: { other: () => all },
    Media: { __resolveType: resolveType },
    Book: {
      __resolveReference: reference,
      size: () => 1,
      parts: () => [{ n: 1 }],
      extra: () => 11,
      size2: () => 5,
    },
    Film: {
      __resolveReference: reference,
      size: () => null,
      parts: () => [],
      extra: () => 22,
      size2: () => 6,
    },
    Song: { __resolveReference: reference, size: () => 3, parts: () => [], extra: () => 33 },
  },
};

describeCases('names that would conflict inside a subgraph', { a, b }, [
  {
    title: 'leaves that are non-null on one type only',
    query: '{ media { ... on Book { size } ... on Film { size } } }',
    data: { media: [{ size: 1 }, { size: null }, {}, null] },
  },
  {
    title: 'with an error, at the path of the client',
    query: '{ media { ... on Book { size } ... on Song { size } } }',
    data: { media: [{ size: 1 }, {}, { size: null }, null] },
    errors: [{ message: 'no size of a song', path: ['media', 2, 'size'] }],
  },
  {
    title: 'three types, all with __typename',
    query: '{ media { __typename ... on Book { size } ... on Film { size } ... on Song { id } } }',
    data: {
      media: [
        { __typename: 'Book', size: 1 },
        { __typename: 'Film', size: null },
        { __typename: 'Song', id: 's' },
        null,
      ],
    },
  },
  {
    title: 'lists of objects',
    query:
      '{ media { ... on Book { parts { n } } ... on Film { parts { n } } ... on Song { parts { n } } } }',
    data: { media: [{ parts: [{ n: 1 }] }, { parts: [null, { n: 2 }] }, { parts: null }, null] },
  },
  {
    title: 'under an alias of the client',
    query: '{ media { ... on Book { x: size y: parts { n } } ... on Film { y: parts { n } x: size } } }',
    data: { media: [{ x: 1, y: [{ n: 1 }] }, { y: [null, { n: 2 }], x: null }, {}, null] },
  },
  {
    title: 'with other arguments each',
    query: '{ media { ... on Book { size2(by: 3) } ... on Film { size2(by: 4) } } }',
    data: { media: [{ size2: 3 }, { size2: 40 }, {}, null] },
  },
  {
    title: 'by an interface and by fragments of its implementations',
    query: '{ named { ... on Book { size } ... on Film { size parts { n } } } }',
    data: { named: [{ size: 1 }, { size: null, parts: [null, { n: 2 }] }, {}] },
  },
  {
    title: 'in nested lists',
    query: '{ grid { ... on Book { size } ... on Film { size } } }',
    data: { grid: [[{ size: 1 }, null], null, [{ size: null }]] },
  },
  {
    title: 'at two levels',
    query:
      '{ media { ... on Book { size next { ... on Book { size } ... on Film { size } } } ... on Film { size next { ... on Book { size } ... on Film { size } } } } }',
    data: {
      media: [{ size: 1, next: { size: null } }, { size: null, next: { size: 1 } }, {}, null],
    },
  },
  {
    title: 'beside fields of the other subgraph, of all three types',
    query: '{ media { ... on Book { size extra } ... on Film { size extra } ... on Song { extra } } }',
    data: { media: [{ size: 1, extra: 11 }, { size: null, extra: 22 }, { extra: 33 }, null] },
  },
  {
    title: 'where there is no conflict',
    query: '{ other { ... on Book { size } ... on Film { size } ... on Song { size } } }',
    data: { other: [{ size: 1 }, { size: null }, { size: 3 }] },
  },
]);

const catalog = {
  typeDefs: `
    type Query { animals: [Animal!]! pets: [Pet!]! }
    interface Animal @key(fields: "id") @key(fields: "chip { code }") { id: ID! chip: Chip! }
    type Chip { code: ID! @shareable }
    type Cat implements Animal @key(fields: "id") @key(fields: "chip { code }") { id: ID! chip: Chip! @shareable lives: Int }
    type Dog implements Animal @key(fields: "id") @key(fields: "chip { code }") { id: ID! chip: Chip! @shareable trick: String }
    union Pet = Cat | Dog
  `,
  resolvers: {
    Query: { animals: () => animals, pets: () => animals },
    Animal: {
      __resolveType: resolveType,
      __resolveReference: ({ id, chip }: { id?: string; chip?: { code: string } }) =>
        animals.find((animal) => animal.id === id || animal.chip.code === chip?.code),
    },
    Cat: { __resolveReference: reference, lives: () => 9 },
    Dog: { __resolveReference: reference, trick: () => 'sit' },
    Pet: { __resolveType: resolveType },
  },
};
const animals = ['Cat', 'Dog'].map((__typename, n) => ({ __typename, id: `${n}`, chip: { code: `c${n}` } }));
const seen: string[] = [];
const chips = {
  typeDefs: `
    type Query { chipped: [Animal!]! }
    type Animal @key(fields: "chip { code }") @interfaceObject { chip: Chip! @shareable vet: String owner: Owner }
    type Chip { code: ID! @shareable }
    type Owner @key(fields: "name") { name: String! pets: [Animal!]! }
  `,
  resolvers: {
    Query: { chipped: () => [{ chip: { code: 'c1' } }] },
    Animal: {
      __resolveReference: (value: { __typename: string }) => {
        seen.push(value.__typename);
        return value;
      },
      vet: ({ chip }: { chip: { code: string } }) => `vet of ${chip.code}`,
      owner: () => ({ name: 'ada' }),
    },
    Owner: { pets: () => [{ chip: { code: 'c0' } }, { chip: { code: 'c1' } }] },
  },
};

describeCases('implementations entered under the name of their interface', { catalog, chips }, [
  {
    title: 'of an interface',
    query: '{ animals { vet } }',
    data: { animals: [{ vet: 'vet of c0' }, { vet: 'vet of c1' }] },
  },
  {
    title: 'of a union of implementations',
    query: '{ pets { __typename ... on Cat { vet lives } ... on Dog { vet trick } } }',
    data: {
      pets: [
        { __typename: 'Cat', vet: 'vet of c0', lives: 9 },
        { __typename: 'Dog', vet: 'vet of c1', trick: 'sit' },
      ],
    },
  },
  {
    title: 'out, by a nested key, and back to the real types',
    query: '{ chipped { __typename id vet owner { pets { __typename ... on Cat { lives } } } } }',
    data: {
      chipped: [
        {
          __typename: 'Dog',
          id: '1',
          vet: 'vet of c1',
          owner: { pets: [{ __typename: 'Cat', lives: 9 }, { __typename: 'Dog' }] },
        },
      ],
    },
  },
]);
