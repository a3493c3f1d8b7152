/** However an operation is cut into parts: put together, they are the answer that it has without `@defer`. */
import {
  Kind,
  parse,
  print,
  visit,
  type DocumentNode,
  type InlineFragmentNode,
  type SelectionSetNode,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { payloadsOf } from '../testing/deferred-shop.js';
import { startMemoryShop, type MemoryShop } from '../testing/shop.js';
import { Cleanup, startTestRouter, type TestRouter } from '../testing/test-router.js';

const cleanup = new Cleanup();
let shop: MemoryShop;
let router: TestRouter;

beforeAll(async () => {
  shop = await cleanup.add(startMemoryShop(), (started) => started.stop());
  router = await cleanup.add(startTestRouter({ sdl: shop.sdl }), (started) => started.close(0));
});
afterAll(() => cleanup.run());

const operations: [string, Record<string, unknown>?][] = [
  ['{ products { id name weight } }'],
  ['{ products(first: 3) { __typename ... on Book { pages rating } ... on Chair { legs score: rating } } }'],
  [
    '{ products { ...P } } fragment P on Product { name ... on Book { reviews { text author { name reviewed } } } }',
  ],
  [
    '{ products(first: 4) { id ... on Book { shipping } ... on Chair { shipping weight reviews { id text } } } }',
  ],
  [
    'query ($b: Boolean!) { products { ... on Book @include(if: $b) { rating } id @skip(if: $b) } }',
    { b: true },
  ],
  [
    'query ($b: Boolean!) { products { ... on Book @include(if: $b) { rating } id @skip(if: $b) } }',
    { b: false },
  ],
  ['{ a: product(id: 1) { name } b: product(id: 2) { n: name w: weight } c: product(id: 9) { id } }'],
  [
    '{ node(id: 2) { __typename id ... on Book { reviews { text product { ... on Book { pages rating } } } } } }',
  ],
  [
    '{ search(text: "x") { __typename ... on Category { title products { name } } ... on Chair { legs rating } } }',
  ],
  [
    '{ latest { text author { name reviewed friends { name reviewed } } product { ... on Book { name pages } } } }',
  ],
  [
    '{ me { id name email friends { id name friends(first: 2) { id name reviewed } } } users { name reviewed } }',
  ],
  ['{ __typename me { name } __type(name: "Category") { fields { name } } }'],
];

type Fate = (selections: number) => boolean;

/** Moves some of the selections of each selection set into one deferred fragment, and marks some fragments themselves. */
function cut(document: DocumentNode, decide: Fate): DocumentNode {
  return visit(document, {
    SelectionSet: {
      leave(set): SelectionSetNode | undefined {
        const later = set.selections.filter(() => decide(set.selections.length));
        if (later.length === 0) return undefined;
        const rest = set.selections.filter((selection) => !later.includes(selection));
        return { ...set, selections: [...rest, deferred({ ...set, selections: later })] };
      },
    },
  });
}

function deferred(selectionSet: SelectionSetNode): InlineFragmentNode {
  const name = { kind: Kind.NAME, value: 'defer' } as const;
  return { kind: Kind.INLINE_FRAGMENT, directives: [{ kind: Kind.DIRECTIVE, name }], selectionSet };
}

async function inParts(accept: string, query: string, variables: Record<string, unknown>) {
  const response = await router.post({ query, variables }, { headers: { accept } });
  if (response.headers.get('content-type')?.startsWith('application/json') === true)
    return { data: ((await response.json()) as { data: unknown }).data, parts: 0 };
  let data: unknown;
  let parts = 0;
  let hasNext: unknown;
  const paths = new Map<unknown, Path>();
  for await (const payload of payloadsOf(response)) {
    ({ hasNext } = payload);
    if ('data' in payload) data = payload['data'];
    for (const { id, path } of (payload['pending'] ?? []) as Part[]) paths.set(id, path ?? []);
    for (const part of (payload['incremental'] ?? []) as Part[]) {
      parts += 1;
      mergeInto(at(data, part.path ?? paths.get(part.id)), part.data);
    }
  }
  expect(hasNext).toBe(false);
  return { data, parts };
}

type Path = readonly (string | number)[];
interface Part {
  readonly id: string;
  readonly path?: Path;
  readonly data: Record<string, unknown>;
}

function at(data: unknown, path: Path = []): unknown {
  return path.reduce((value: unknown, step) => (value as Record<string, unknown>)[step], data);
}

function mergeInto(target: unknown, source: unknown): void {
  const into = target as Record<string, unknown>;
  for (const [key, value] of Object.entries(source as Record<string, unknown>)) {
    const known = into[key];
    if (typeof known === 'object' && known !== null && typeof value === 'object' && value !== null)
      mergeInto(known, value);
    else into[key] = value;
  }
}

/** The same numbers each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe.each([['multipart/mixed;deferSpec=20220824'], ['multipart/mixed;incrementalSpec=v0.2']])(
  '%s',
  (format) => {
    test.each(operations)('%s %j', async (text, variables = {}) => {
      const document = parse(text);
      const whole = await router.query(text, variables);
      expect(whole.errors).toBeUndefined();
      let parts = 0;
      for (let seed = 1; seed <= 6; seed += 1) {
        const random = randomOf(seed * 7919);
        const share = seed === 1 ? 1 : 0.4;
        const query = print(cut(document, () => random() < share));
        const answer = await inParts(`${format},application/json`, query, variables);
        expect({ query, data: answer.data }).toEqual({ query, data: whole.data });
        parts += answer.parts;
        // And where it is not cut, the directives say nothing.
        const uncut = await router.query(query, variables);
        expect({ query, data: uncut.data }).toEqual({ query, data: whole.data });
      }
      expect(parts).toBeGreaterThan(3);
    });
  },
);
