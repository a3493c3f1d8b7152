/** What is kept of answers whose shape is not plain, and what is not. */
import { expect, test } from 'vitest';
import { cachedSubgraph } from '../testing/cached-subgraph.js';

const typeDefs = `
  scalar JSON
  type Query { search(text: String): [Found!]!  media: Media  settings: JSON  tree(depth: Int): Node }
  union Found = Book | Film
  interface Media { id: ID!  title: String! }
  type Book implements Media @key(fields: "id") { id: ID!  title: String!  pages: Int!  data: JSON }
  type Film implements Media @key(fields: "id") { id: ID!  title: String!  minutes: Int! }
  type Node { name: String!  child: Node  children: [Node!]! }
`;
const book = { __typename: 'Book', id: 'b', title: 'book', pages: 10, data: { id: 1, deep: { x: [1] } } };
const film = { __typename: 'Film', id: 'f', title: 'film', minutes: 90 };
const resolvers = {
  Query: {
    search: () => [book, film],
    media: () => film,
    settings: () => ({ theme: { dark: true } }),
    tree: () => ({ name: 'root', child: null, children: [{ name: 'leaf', child: null, children: [] }] }),
  },
  Book: { __resolveReference: () => book },
};

const start = () => cachedSubgraph({ typeDefs, resolvers, maxBytes: 0 });

test('a name that means another field in each type is kept for each', async () => {
  const { fetch, asked } = start();
  const text = '{search{__typename ...on Book{size:pages} ...on Film{size:minutes}}}';
  const expected = {
    search: [
      { __typename: 'Book', size: 10 },
      { __typename: 'Film', size: 90 },
    ],
  };
  expect((await fetch(text)).data).toEqual(expected);
  expect((await fetch(text)).data).toEqual(expected);
  expect((await fetch('{search{__typename ...on Film{minutes}}}')).data).toEqual({
    search: [{ __typename: 'Book' }, { __typename: 'Film', minutes: 90 }],
  });
  expect(asked).toHaveLength(1);
  expect((await fetch('{search{__typename ...on Media{title}}}')).data).toEqual({
    search: [
      { __typename: 'Book', title: 'book' },
      { __typename: 'Film', title: 'film' },
    ],
  });
  expect(asked).toHaveLength(2);
});

test('does not keep what does not say of which type it is, where that matters', async () => {
  const { fetch, asked } = start();
  const text = '{media{...on Film{minutes}}}';
  expect((await fetch(text)).data).toEqual({ media: { minutes: 90 } });
  expect((await fetch(text)).data).toEqual({ media: { minutes: 90 } });
  expect(asked).toHaveLength(2);
  await fetch('{media{title}}');
  expect((await fetch('{media{title}}')).data).toEqual({ media: { title: 'film' } });
  expect(asked).toHaveLength(3);
});

test('does not look into a scalar, whatever it holds', async () => {
  const { fetch, entities, asked } = start();
  await fetch('{settings}');
  expect((await fetch('{mine:settings}')).data).toEqual({ mine: { theme: { dark: true } } });
  const text =
    'query($representations:[_Any!]!){_entities(representations:$representations){...on Book{data}}}';
  await entities(text, [{ __typename: 'Book', id: 'b' }]);
  expect((await entities(text, [{ __typename: 'Book', id: 'b' }])).entities).toEqual([{ data: book.data }]);
  expect(asked).toHaveLength(2);
});

test('nulls and empty lists have all that may be asked of them; objects only what was', async () => {
  const { fetch, asked } = start();
  await fetch('{tree{name child{name} children{name children{name}}}}');
  const text = '{tree{child{name child{name}} children{children{child{name}}}}}';
  expect((await fetch(text)).data).toEqual({ tree: { child: null, children: [{ children: [] }] } });
  expect(asked).toHaveLength(1);
  await fetch('{tree{children{child{name}}}}');
  expect(asked).toHaveLength(2);
});

test('two names for one field', async () => {
  const { fetch, asked } = start();
  const text = '{one:tree{name} other:tree{name}}';
  await fetch(text);
  expect((await fetch(text)).data).toEqual({ one: { name: 'root' }, other: { name: 'root' } });
  expect(asked).toHaveLength(1);
});

test('what is left out by a variable is not asked for', async () => {
  const { fetch, asked } = start();
  const text = 'query($with:Boolean!){tree{name child @include(if:$with){name}} settings @skip(if:$with)}';
  expect((await fetch(text, { with: false })).data).toEqual({
    tree: { name: 'root' },
    settings: { theme: { dark: true } },
  });
  expect((await fetch(text, { with: false })).data).toEqual({
    tree: { name: 'root' },
    settings: { theme: { dark: true } },
  });
  expect(asked).toHaveLength(1);
  expect((await fetch(text, { with: true })).data).toEqual({ tree: { name: 'root', child: null } });
  expect(asked).toHaveLength(2);
});
