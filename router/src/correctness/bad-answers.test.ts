/** Subgraphs that answer with what their schema does not allow: the answer to the client still fits its schema. */
import type { ExecutionResult } from 'graphql';
import { describeCases } from './cases.js';

interface Media {
  readonly id: string;
  readonly __typename: string;
}

const media = ['Book', 'Film', 'Song'].map((__typename, n) => ({ __typename, id: `${n}`, title: `t${n}` }));
const honest = {
  typeDefs: `
    type Query { media: [Media] one: Named book: Book }
    interface Named { id: ID! title: String }
    union Media = Book | Film | Song
    type Book implements Named @key(fields: "id") { id: ID! title: String }
    type Film implements Named @key(fields: "id") { id: ID! title: String }
    type Song implements Named @key(fields: "id") { id: ID! title: String }
  `,
  resolvers: {
    Query: { media: () => media, one: () => media[0], book: () => media[0] },
    Media: { __resolveType: ({ __typename }: Media) => __typename },
    Named: { __resolveType: ({ __typename }: Media) => __typename },
    Book: { __resolveReference: ({ id }: Media) => media[Number(id)] },
  },
};
const extra = {
  typeDefs: `
    type Book @key(fields: "id") { id: ID! pages: Int twin: Book }
    type Film @key(fields: "id") { id: ID! pages: Int }
    type Song @key(fields: "id") { id: ID! pages: Int }
  `,
  resolvers: {
    Book: { pages: () => 100, twin: () => ({ id: '0' }) },
    Film: { pages: () => 200 },
    Song: { pages: () => 300 },
  },
};

/** Replaces what `change` gives something for, anywhere in the answer's data. */
function rewriting(change: (object: Record<string, unknown>) => Record<string, unknown>) {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return change(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner)])));
  };
  return (answer: ExecutionResult): unknown => ({ ...answer, data: visit({ ...answer.data }) });
}

const noTypename = rewriting(({ __typename, ...rest }) =>
  __typename === 'Film' ? rest : { __typename, ...rest },
);
const unknownTypename = rewriting((object) =>
  object['__typename'] === 'Film' ? { ...object, __typename: 'Tape' } : object,
);
const wrongTypename = rewriting((object) =>
  object['__typename'] === 'Book' ? { ...object, __typename: 'Query' } : object,
);
const entityOtherwise = rewriting((object) =>
  '_entities' in object ? { _entities: [{ __typename: 'Song', pages: 9 }] } : object,
);

describeCases('an object without its __typename', { honest: { ...honest, rewrite: noTypename }, extra }, [
  {
    title: 'in a union: null there, the others as they are',
    query:
      '{ media { ... on Book { title pages } ... on Film { title pages } ... on Song { title pages } } }',
    data: { media: [{ title: 't0', pages: 100 }, null, { title: 't2', pages: 300 }] },
  },
  {
    title: 'where the type is sure and __typename is not asked for',
    query: '{ book { title pages } }',
    data: { book: { title: 't0', pages: 100 } },
  },
]);

describeCases(
  'an object with a __typename that is not in the schema',
  { honest: { ...honest, rewrite: unknownTypename }, extra },
  [
    {
      title: 'in a union: null there, the others as they are',
      query: '{ media { __typename ... on Book { title pages } ... on Song { pages } } }',
      data: {
        media: [{ __typename: 'Book', title: 't0', pages: 100 }, null, { __typename: 'Song', pages: 300 }],
      },
    },
    {
      title: 'where it does not occur',
      query: '{ one { id title } }',
      data: { one: { id: '0', title: 't0' } },
    },
  ],
);

describeCases(
  'an object with a __typename of another type of the schema',
  { honest: { ...honest, rewrite: wrongTypename }, extra },
  [
    {
      title: 'in a union that does not have it: null there',
      query: '{ media { __typename ... on Film { pages } } }',
      data: { media: [null, { __typename: 'Film', pages: 200 }, { __typename: 'Song' }] },
    },
    {
      title: 'in an interface that it does not implement: null',
      query: '{ one { __typename id } }',
      data: { one: null },
    },
  ],
);

describeCases(
  'an entity that comes back as another type',
  { honest, extra: { ...extra, rewrite: entityOtherwise } },
  [
    {
      title: 'does not change the type that is known',
      query: '{ book { __typename title pages } }',
      data: { book: { __typename: 'Book', title: 't0', pages: 9 } },
    },
  ],
);

// Leaves and shapes that do not fit.
const shapes = {
  typeDefs: `type Query { list: [Int] object: Box leaf: String count: Int sure: Int! flag: Boolean kind: Kind more: [Box!] } type Box { a: Int } enum Kind { A B }`,
  resolvers: {
    Query: {
      list: () => [1],
      object: () => ({ a: 1 }),
      leaf: () => 'x',
      count: () => 1,
      sure: () => 1,
      flag: () => true,
      kind: () => 'A',
      more: () => [{ a: 1 }],
    },
  },
};
const wrong: Readonly<Record<string, unknown>> = {
  list: 5,
  object: 'text',
  leaf: { not: 'a leaf' },
  count: 'many',
  sure: 'surely',
  flag: 'yes',
  kind: 'C',
  more: { a: 1 },
};
const misshapen = rewriting((object) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, key in wrong ? wrong[key] : value])),
);

describeCases('values that do not fit', { shapes: { ...shapes, rewrite: misshapen } }, [
  ...['list', 'object', 'more'].map((field) => ({
    title: `${field}: null, with an error`,
    query: `{ ${field}${field === 'object' || field === 'more' ? ' { a }' : ''} }`,
    data: { [field]: null },
    errors: [{ path: [field], code: 'SUBREQUEST_MALFORMED_RESPONSE' }],
  })),
  ...['leaf', 'count', 'flag', 'kind'].map((field) => ({
    title: `${field}: null`,
    query: `{ ${field} }`,
    data: { [field]: null },
  })),
  {
    title: 'sure: no data, with an error',
    query: '{ sure }',
    data: null,
    errors: [{ path: ['sure'] }],
  },
]);
