/** The same operations, over the same subgraphs, through stock ApolloGateway and through this router. */
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMemoryShop, type MemoryShop } from '../testing/shop.js';
import { Cleanup, startTestRouter, type TestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
let shop: MemoryShop;
let router: TestRouter;
let stock: ApolloServer;

beforeAll(async () => {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
  shop = await cleanup.add(startMemoryShop(), (started) => started.stop());
  router = await cleanup.add(startTestRouter({ sdl: shop.sdl }), (started) => started.close(0));
  const silent = () => undefined;
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  stock = new ApolloServer({
    gateway: new ApolloGateway({ supergraphSdl: shop.sdl, logger }),
    logger,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
  await cleanup.add(stock.start(), () => stock.stop());
});
afterAll(() => cleanup.run());

interface Comparable {
  readonly data: unknown;
  readonly errors: readonly { readonly message: string; readonly path: unknown; readonly code: unknown }[];
}

async function ask(
  query: string,
  variables: Record<string, unknown>,
): Promise<{ ours: Comparable; stocks: Comparable }> {
  const answer = await router.query(query, variables);
  const { body } = await stock.executeOperation({ query, variables });
  if (body.kind !== 'single') throw new Error('expected a single result');
  return { ours: comparable(answer), stocks: comparable(body.singleResult) };
}

/** Data to the letter; of errors what a client acts on, in any order, for parallel fetches have none. */
function comparable({ data, errors = [] }: { data?: unknown; errors?: readonly unknown[] }): Comparable {
  const entries = (errors as { message: string; path?: unknown; extensions?: { code?: unknown } }[])
    .map(({ message, path, extensions }) => ({ message, path, code: extensions?.code }))
    .sort((left, right) => JSON.stringify(left).localeCompare(JSON.stringify(right)));
  return { data: JSON.parse(JSON.stringify(data ?? null)) as unknown, errors: entries };
}

describe('answers are those of stock ApolloGateway', () => {
  test.each<[string, Record<string, unknown>?]>([
    ['{ products { id name weight } }'],
    ['{ products(first: 5) { __typename id ... on Book { pages rating } ... on Chair { legs rating } } }'],
    [
      '{ products { ...P } } fragment P on Product { name ... on Book { reviews { text author { name email } } } }',
    ],
    ['{ products(first: 5) { ... on Book { shipping } ... on Chair { shipping weight } } }'],
    ['query ($n: Int!) { products(first: $n) { id } }', { n: 1 }],
    ['query ($n: Int = 4) { products(first: $n) { id ... on Book { reviews(first: $n) { id } } } }'],
    [
      'query ($yes: Boolean!) { products @include(if: $yes) { id } me @skip(if: $yes) { id } }',
      { yes: true },
    ],
    [
      'query ($yes: Boolean!) { products @include(if: $yes) { id } me @skip(if: $yes) { id } }',
      { yes: false },
    ],
    [
      'query ($b: Boolean!) { products { ... on Book @include(if: $b) { rating } id @skip(if: $b) } }',
      { b: true },
    ],
    ['{ a: product(id: 1) { name } b: product(id: 2) { n: name w: weight } c: product(id: 9) { id } }'],
    ['{ node(id: 2) { __typename id ... on Book { reviews { text } } } }'],
    [
      '{ search(text: "x") { __typename ... on Category { title products { name } } ... on Chair { legs rating } } }',
    ],
    ['{ echo(input: { text: "a" }) }'],
    ['query ($i: Echo!) { echo(input: $i) }', { i: { text: 'b', times: 3, kind: 'QUIET' } }],
    [
      '{ latest { text author { name reviewed friends { name email } } product { ... on Book { name pages } } } }',
    ],
    ['{ me { id name email friends { id name friends(first: 2) { id } } } users { name } }'],
    ['{ products(first: 5) { ... on Book { kind } } }'],
    ['{ product(id: 4) { ... on Book { rating name } } }'],
    ['{ __typename a: __typename products { __typename } }'],
    ['{ __schema { types { name kind fields { name } } } }'],
    ['{ __type(name: "Category") { fields { name type { name } } } me { name } }'],
    ['{ kind: __type(name: "Kind") { enumValues { name } } }'],
    [
      'mutation { a: rename(id: 1, name: "x") { id name ... on Chair { rating } } b: review(product: 2) { text author { name } } }',
    ],
    ['mutation { review(product: 1) { id } fail }'],
    ['query A { me { id } } fragment Unused on User { id }'],
    ['{ products { secret } }'],
    ['{ search(text: "x") { ... on Category { secret } } }'],
    ['query ($i: Echo!) { echo(input: $i) }', { i: { text: 'b', kind: 'HIDDEN' } }],
    ['query ($n: Int!) { products(first: $n) { id } }', { n: 'x' }],
    ['query ($n: Int!) { products(first: $n) { id } }', {}],
    ['{ products(first: "x") { id } }'],
    ['{'],
  ])('%s %j', async (query, variables = {}) => {
    const { ours, stocks } = await ask(query, variables);
    expect(ours).toEqual(stocks);
  });

  test.each([
    [
      'a null where the schema has none is an error; stock has it in extensions.valueCompletion',
      '{ product(id: 5) { ... on Chair { rating } } }',
      ['Cannot return null for non-nullable field Chair.rating.'],
    ],
    [
      'an operation name that is missing is a client error with its own code; stock says the same in other words',
      'query A { me { id } } query B { me { id } }',
      ['expected `operationName` to name one of several operations but it is missing'],
    ],
  ])('explained difference: %s', async (_, query, messages) => {
    const { ours, stocks } = await ask(query, {});
    expect(ours.data).toEqual(stocks.data);
    expect(ours.errors.map(({ message }) => message)).toEqual(messages);
    expect(stocks.errors.map(({ message }) => message)).not.toEqual(messages);
  });

  test('no subgraph is asked more often than stock asks it', async () => {
    const count = () => Object.values(shop.subgraphs).reduce((sum, { bodies }) => sum + bodies.length, 0);
    const query = '{ products(first: 5) { ... on Book { reviews { author { name } } } } me { name } }';
    const before = count();
    await router.query(query);
    const ours = count() - before;
    await stock.executeOperation({ query });
    expect(ours).toBe(count() - before - ours);
  });
});
