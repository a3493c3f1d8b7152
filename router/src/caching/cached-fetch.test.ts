import { expect, test } from 'vitest';
import { cachedSubgraph } from '../testing/cached-subgraph.js';

const typeDefs = `
  type Query { product(id: ID!): Product  products(first: Int): [Product!]! }
  type Product @key(fields: "id") { id: ID!  name: String!  price: Int  reviews(first: Int = 2): [Review!]! }
  type Review { id: ID!  body: String! }
`;

const productOf = (id: string) =>
  id.startsWith('no') ? null : { __typename: 'Product', id, name: `name of ${id}`, price: id.length };

const resolvers = {
  Query: {
    product: (_: unknown, { id }: { id: string }) => productOf(id),
    products: (_: unknown, { first }: { first?: number }) => ['a', 'b', 'c'].slice(0, first).map(productOf),
  },
  Product: {
    __resolveReference: ({ id }: { id: string }) => productOf(id),
    reviews: ({ id }: { id: string }, { first }: { first: number }) =>
      Array.from({ length: first }, (_, index) => ({
        id: `${id}${index}`,
        body: `review ${index} of ${id}`,
      })),
  },
};

const entities = (fields: string) =>
  `query($representations:[_Any!]!){_entities(representations:$representations){... on Product{${fields}}}}`;
const product = (id: string) => ({ __typename: 'Product', id });

test('asks once for an entity that may be kept', async () => {
  const { entities: ask, asked } = cachedSubgraph({ typeDefs, resolvers });
  const first = await ask(entities('name price'), [product('a'), product('b')]);
  const second = await ask(entities('name price'), [product('b'), product('a')]);
  expect(first.entities).toEqual([
    { name: 'name of a', price: 1 },
    { name: 'name of b', price: 1 },
  ]);
  expect(second.entities).toEqual([...first.entities].reverse());
  expect(asked).toHaveLength(1);
});

test('asks for entities that are not there, and not for those that are', async () => {
  const { entities: ask, asked } = cachedSubgraph({ typeDefs, resolvers });
  await ask(entities('name'), [product('a')]);
  const { entities: got } = await ask(entities('name'), [product('b'), product('a'), product('no')]);
  expect(got).toEqual([{ name: 'name of b' }, { name: 'name of a' }, null]);
  expect(asked[1]?.representations).toEqual([product('b'), product('no')]);
  await ask(entities('name'), [product('no')]);
  expect(asked).toHaveLength(2);
});

test('asks for fields that are not there, and not for those that are, whatever they are called', async () => {
  const { entities: ask, asked } = cachedSubgraph({ typeDefs, resolvers, maxBytes: 0 });
  await ask(entities('name reviews(first: 1){id body}'), [product('a')]);
  const { entities: got } = await ask(entities('title:name price some:reviews(first: 1){text:body}'), [
    product('a'),
  ]);
  expect(got).toEqual([{ title: 'name of a', price: 1, some: [{ text: 'review 0 of a' }] }]);
  expect(asked[1]?.query).toContain('{...on Product{price}}');
  const variables = { count: 1 };
  const text = `query($representations:[_Any!]!,$count:Int){_entities(representations:$representations){... on Product{reviews(first:$count){body}}}}`;
  expect((await ask(text, [product('a')], variables)).entities).toEqual([
    { reviews: [{ body: 'review 0 of a' }] },
  ]);
  expect(asked).toHaveLength(2);
});

test('keeps root fields each by its arguments', async () => {
  const { fetch, asked } = cachedSubgraph({ typeDefs, resolvers, maxBytes: 0 });
  await fetch('{product(id:"a"){name}}');
  const { data } = await fetch('{__typename one:product(id:"a"){name} products(first:2){id}}');
  expect(data).toEqual({
    __typename: 'Query',
    one: { name: 'name of a' },
    products: [{ id: 'a' }, { id: 'b' }],
  });
  expect(asked[1]?.query).toBe('{__typename products(first:2){id}}');
  await fetch('query($n:Int,$id:ID!){products(first:$n){id} product(id:$id){name}}', { n: 2, id: 'a' });
  expect(asked).toHaveLength(2);
});
