// Every federation feature that the shop uses, shown to do something: a row names the feature, a client's query, and what
// breaks. The suite asks the running router, takes the feature out of the subgraph's schema, composes again, restarts the
// subgraph with what is left, and asks again. Where what is left does not compose, the row names composition's error.
import { parse, print, visit, type ASTNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compose,
  schemaOf,
  startSystem,
  subgraphNames,
  type Answer,
  type SubgraphName,
  type System,
} from './system.js';

interface Feature {
  readonly feature: string;
  readonly subgraph: SubgraphName;
  /** Where the directive stands (`Type` or `Type.field`), or how the schema's text changes. */
  readonly remove:
    | { readonly directive: string; readonly at: string; readonly nth?: number }
    | { readonly text: string; readonly by: string };
  readonly query: string;
  /** What the query's answer shows with the feature. */
  readonly before: (answer: Answer) => void;
  /** What it shows without; or the code with which composition refuses what is left. */
  readonly breaks: ((answer: Answer) => void) | string;
  /** What it shows where the subgraph is deployed although what is left does not compose. */
  readonly deployedAnyway?: (answer: Answer) => void;
  /** A subgraph that is down for both questions. */
  readonly down?: SubgraphName;
  /** A tag that the supergraph's contract excludes. */
  readonly contract?: string;
}

const firstNode = (answer: Answer, field: string): unknown => {
  const connection = answer.data?.[field] as { nodes: Record<string, unknown>[] } | null | undefined;
  return connection?.nodes[0];
};
const refusedWith = (code: string) => (answer: Answer) => {
  expect(answer.errors.map(({ extensions }) => extensions?.['code'])).toContain(code);
};
const answersWell = (answer: Answer): void => {
  expect(answer.errors).toEqual([]);
  expect(answer.data).toBeTruthy();
};

const features: readonly Feature[] = [
  {
    feature: '@key, single: the way into User.reviews from a user',
    subgraph: 'reviews',
    remove: { directive: 'key', at: 'User' },
    query: '{ users(first: 1) { nodes { reviews(first: 1) { nodes { title } } } } }',
    before: answersWell,
    breaks: 'INVALID_FIELD_SHARING',
    deployedAnyway: refusedWith('GRAPHQL_VALIDATION_FAILED'),
  },
  {
    feature: '@key, composite: the way from an order line to the shelf that it is taken from',
    subgraph: 'inventory',
    remove: { directive: 'key', at: 'StockLevel' },
    query: '{ me { orders(first: 1) { nodes { lines { fulfilledFrom { available } } } } } }',
    before: answersWell,
    breaks: 'INVALID_FIELD_SHARING',
    deployedAnyway: refusedWith('GRAPHQL_VALIDATION_FAILED'),
  },
  {
    feature: '@key, repeated: inventory knows products by sku, reviews by id',
    subgraph: 'catalog',
    remove: { directive: 'key', at: 'Product', nth: 1 },
    query: '{ warehouses { stockLevels(first: 1) { nodes { product { name averageRating } } } } }',
    before: answersWell,
    breaks: 'INVALID_FIELD_SHARING',
  },
  {
    feature: '@requires: a parcel is oversized by the weight and length that the catalogue knows',
    subgraph: 'inventory',
    remove: { directive: 'requires', at: 'Product.isOversized' },
    query: '{ products(first: 1) { nodes { isOversized } } }',
    before: (answer) => {
      expect(firstNode(answer, 'products')).toEqual({ isOversized: expect.any(Boolean) as boolean });
    },
    breaks: (answer) => {
      expect(firstNode(answer, 'products')).toEqual({ isOversized: null });
    },
  },
  {
    feature: '@provides: who wrote a review is answered even while accounts is down',
    subgraph: 'reviews',
    remove: { directive: 'provides', at: 'Review.author' },
    query: '{ recentReviews(first: 1) { nodes { author { username } } } }',
    down: 'accounts',
    before: answersWell,
    breaks: refusedWith('SUBREQUEST_HTTP_ERROR'),
  },
  {
    feature: '@external: reviews provides the username, and does not own it',
    subgraph: 'reviews',
    remove: { directive: 'external', at: 'User.username' },
    query: '{ recentReviews(first: 1) { nodes { author { username } } } }',
    before: answersWell,
    breaks: 'PROVIDES_FIELDS_MISSING_EXTERNAL',
  },
  {
    feature: '@shareable: every service makes its own Money',
    subgraph: 'catalog',
    remove: { directive: 'shareable', at: 'Money' },
    query: '{ products(first: 1) { nodes { price { amount } shippingEstimate { amount } } } }',
    before: answersWell,
    breaks: 'INVALID_FIELD_SHARING',
  },
  {
    feature: '@inaccessible: the length is for inventory to compute with, not for clients',
    subgraph: 'catalog',
    remove: { directive: 'inaccessible', at: 'Product.lengthMm' },
    query: '{ products(first: 1) { nodes { lengthMm } } }',
    before: refusedWith('GRAPHQL_VALIDATION_FAILED'),
    breaks: answersWell,
  },
  {
    feature: '@tag: the partners’ contract hides what is tagged internal',
    subgraph: 'accounts',
    remove: { directive: 'tag', at: 'User.riskScore' },
    contract: 'internal',
    query: '{ users(first: 1) { nodes { riskScore } } }',
    before: refusedWith('GRAPHQL_VALIDATION_FAILED'),
    breaks: answersWell,
  },
  {
    feature: '@override: stock is what the warehouses have, not what the catalogue printed',
    subgraph: 'inventory',
    remove: { directive: 'override', at: 'Product.inStock' },
    query: '{ products(first: 90, orderBy: NAME) { nodes { inStock totalAvailable } } }',
    before: (answer) => {
      expect(stockLies(answer)).toBe(0);
    },
    breaks: (answer) => {
      expect(stockLies(answer)).toBeGreaterThan(0);
    },
  },
  {
    feature: '@interfaceObject: accounts names ways to pay without knowing their kinds',
    subgraph: 'accounts',
    remove: { directive: 'interfaceObject', at: 'PaymentMethod' },
    query: '{ me { paymentMethods { __typename nickname label } } }',
    before: (answer) => {
      const { paymentMethods } = answer.data?.['me'] as {
        paymentMethods: { __typename: string; label: string; nickname: string }[];
      };
      expect(paymentMethods[0]).toEqual({
        __typename: expect.stringMatching(/^(Card|Wallet|Invoice)PaymentMethod$/) as string,
        nickname: expect.any(String) as string,
        label: expect.any(String) as string,
      });
    },
    breaks: 'INVALID_GRAPHQL',
  },
  {
    feature: 'an entity interface: its @key lets the router ask payments for the kind',
    subgraph: 'payments',
    remove: { directive: 'key', at: 'PaymentMethod' },
    query: '{ me { paymentMethods { label } } }',
    before: answersWell,
    breaks: 'SATISFIABILITY_ERROR',
  },
  {
    feature: 'an interface across subgraphs: whatever came into being has createdAt',
    subgraph: 'reviews',
    remove: { text: 'type Review implements Timestamped', by: 'type Review' },
    query: '{ recentReviews(first: 1) { nodes { ... on Timestamped { createdAt } } } }',
    before: answersWell,
    breaks: refusedWith('GRAPHQL_VALIDATION_FAILED'),
  },
  {
    feature: 'a union across subgraphs: reviews adds what it finds to what the catalogue finds',
    subgraph: 'reviews',
    remove: { text: 'union SearchResult = Review | Product', by: 'union SearchResult = Product' },
    query: '{ search(text: "bed") { __typename ... on Review { title } ... on Category { name } } }',
    before: answersWell,
    breaks: refusedWith('GRAPHQL_VALIDATION_FAILED'),
  },
  {
    feature: '@cacheControl: the operator’s grant lets clients keep what the schema allows',
    subgraph: 'catalog',
    remove: { directive: 'cacheControl', at: 'Product' },
    query: '{ product(sku: "none") { name } }',
    before: (answer) => {
      expect(answer.headers.get('cache-control')).toBe('max-age=60, public');
    },
    breaks: (answer) => {
      expect(answer.headers.get('cache-control')).not.toContain('max-age');
    },
  },
  {
    feature: '@cost: six searches are more than a request may cost',
    subgraph: 'catalog',
    remove: { directive: 'cost', at: 'Query.search' },
    query:
      '{ a: search(text: "a") { __typename } b: search(text: "b") { __typename } c: search(text: "c") { __typename } d: search(text: "d") { __typename } e: search(text: "e") { __typename } f: search(text: "f") { __typename } }',
    before: refusedWith('COST_ESTIMATED_TOO_EXPENSIVE'),
    breaks: answersWell,
  },
  {
    feature: '@listSize: what a list costs is what `first` asks for',
    subgraph: 'catalog',
    remove: { directive: 'listSize', at: 'Query.products' },
    query: '{ products(first: 100) { nodes { sku price { amount } category { slug } } } }',
    before: refusedWith('COST_ESTIMATED_TOO_EXPENSIVE'),
    breaks: answersWell,
  },
];

const wholes = new Map<string, ReturnType<typeof compose>>();

/** Of the shop as it is: composed once for each contract. */
function wholeSupergraph(contract: readonly string[]): ReturnType<typeof compose> {
  const key = contract.join(' ');
  const composed = wholes.get(key) ?? compose({}, contract);
  wholes.set(key, composed);
  return composed;
}

/** How many products say that they are in stock while no warehouse has one, or the reverse. */
function stockLies(answer: Answer): number {
  const { nodes } = answer.data?.['products'] as { nodes: { inStock: boolean; totalAvailable: number }[] };
  return nodes.filter(({ inStock, totalAvailable }) => inStock !== totalAvailable > 0).length;
}

/** The schema without one feature; fails where there is nothing to take out. */
async function schemaWithout({ subgraph, remove }: Feature): Promise<string> {
  const sdl = await schemaOf(subgraph);
  if ('text' in remove) {
    expect(sdl).toContain(remove.text);
    return sdl.replace(remove.text, remove.by);
  }
  const [type, field] = remove.at.split('.');
  let removed = 0;
  let seen = 0;
  const without = visit(parse(sdl), {
    Directive(node, _key, _parent, _path, ancestors) {
      const named = ancestors.filter((ancestor): ancestor is ASTNode => 'kind' in ancestor);
      const names = named.flatMap((ancestor) => ('name' in ancestor ? [ancestor.name.value] : []));
      if (node.name.value !== remove.directive || names[0] !== type || names[1] !== field) return;
      seen += 1;
      if (seen - 1 !== (remove.nth ?? 0)) return;
      removed += 1;
      return null;
    },
  });
  expect(removed).toBe(1);
  return print(without);
}

describe('each feature of the shop’s supergraph does something', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({
      routerConfig: {
        client_cache: { max_age: '60s' },
        // What was kept would be served though the subgraph no longer has the feature.
        response_cache: { enabled: false },
        demand_control: {
          enabled: true,
          mode: 'enforce',
          strategy: { static_estimated: { list_size: 10, max: 220 } },
        },
      },
    });
  });
  afterAll(() => system.stop());

  const asked = async (feature: Feature): Promise<Answer> =>
    system.ask(feature.query, { token: system.tokens.customer });

  it.each(features.map((feature) => [feature.feature, feature] as const))('%s', async (_name, feature) => {
    const contract = feature.contract === undefined ? [] : ['--exclude-tag', feature.contract];
    const whole = await wholeSupergraph(contract);
    const rest = await compose({ [feature.subgraph]: await schemaWithout(feature) }, contract);
    if (!('supergraph' in whole)) throw new Error(whole.failure);
    await system.replaceSupergraph(whole.supergraph);
    if (feature.down !== undefined) await system.subgraph(feature.down).stop();
    feature.before(await asked(feature));
    if (typeof feature.breaks === 'string') {
      expect(rest).toEqual({ failure: expect.stringContaining(feature.breaks) as string });
      if (feature.deployedAnyway === undefined) return;
      await system.restart(feature.subgraph, await schemaWithout(feature));
      feature.deployedAnyway(await asked(feature));
    } else {
      if (!('supergraph' in rest)) throw new Error(rest.failure);
      await system.restart(feature.subgraph, await schemaWithout(feature));
      await system.replaceSupergraph(rest.supergraph);
      feature.breaks(await asked(feature));
    }
    await system.restart(feature.subgraph);
    if (feature.down !== undefined) await system.restart(feature.down);
  });
});

describe('the list of features', () => {
  it('has every directive that a schema of the shop uses', async () => {
    const used = new Set<string>();
    for (const name of subgraphNames) {
      visit(parse(await schemaOf(name)), { Directive: (node) => void used.add(node.name.value) });
    }
    const shown = new Set(
      features.flatMap(({ remove }) => ('directive' in remove ? [remove.directive] : [])),
    );
    // Not of federation, or about the document itself.
    const plain = new Set(['link', 'specifiedBy', 'deprecated']);
    expect([...used].filter((directive) => !shown.has(directive) && !plain.has(directive))).toEqual([]);
  });
});
