/** No answer crosses: who gets what another has got agrees with them in everything that shaped it. */
import { openInProcessBackend } from '@selvedge/cache';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cachedSubgraph, type Asked } from '../testing/cached-subgraph.js';
import { ResponseCache } from './response-cache.js';

const typeDefs = `
  type Query { greeting: String!  rows(ids: [ID!]!): [Row!]! }
  type Row @key(fields: "id") { id: ID!  text: String! }
`;

/** What resolvers read, which the kit records; the second header only where the first is there, claims only for some rows. */
class Reads {
  private readonly headers = new Set<string>();
  private isClaimed = false;

  constructor(private readonly given: Asked['headers']) {}

  header(name: string): string {
    this.headers.add(name);
    return this.given[name] ?? 'none';
  }

  claim(): string {
    this.isClaimed = true;
    return this.given['authorization'] ?? 'nobody';
  }

  get origin() {
    return { headers: [...this.headers], claims: this.isClaimed ? ['sub'] : [], isPrivate: this.isClaimed };
  }
}

const reads = new WeakMap<Asked, Reads>();

/** @param context what got to the subgraph */
function readsOf(context: unknown): Reads {
  const asked = context as Asked;
  const own = reads.get(asked) ?? new Reads(asked.headers);
  reads.set(asked, own);
  return own;
}

function greetingFor(own: Reads): string {
  const first = own.header('x-first');
  return first === 'none' ? 'hello' : `hello ${first} ${own.header('x-second')}`;
}

function textFor(own: Reads, id: string): string {
  return id.startsWith('own') ? `${id} of ${own.claim()}` : id;
}

const resolvers = {
  Query: { greeting: (_: unknown, __: unknown, asked: unknown) => greetingFor(readsOf(asked)) },
  Row: {
    __resolveReference: ({ id }: { id: string }, asked: unknown) => ({
      id,
      text: textFor(readsOf(asked), id),
    }),
  },
};

function start(maxBytes: number, subgraph = 's') {
  const backend = openInProcessBackend({ maxBytes: 10_000_000 });
  const options = { ttl: null, maxTtl: 60_000, staleWhileRevalidate: 0 };
  const newCache = () => new ResponseCache({ backend, subgraph: () => options, maxBytes });
  const origin = (asked: Asked) => readsOf(asked).origin;
  // Two routers on one backend, the second of which knows no names but what the first has left there.
  return [newCache(), newCache()].map((cache) => ({
    ...cachedSubgraph({ typeDefs, resolvers, origin, cache }),
    subgraph,
  }));
}

const headers = fc.record(
  {
    authorization: fc.constantFrom('alice', 'bob'),
    'x-first': fc.constantFrom('1', '2'),
    'x-second': fc.constantFrom('1', '2'),
    'x-other': fc.constantFrom('1', '2'),
  },
  { requiredKeys: [] },
);
const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'own-a', 'own-b'), { minLength: 1 });
const request = fc.record({ headers, router: fc.nat(1), ids: fc.option(ids, { nil: null }) });

const rowText =
  'query($representations:[_Any!]!){_entities(representations:$representations){...on Row{text}}}';

test.for([0, 10_000_000])(
  'everybody gets what a fetch of their own would have brought (%i bytes of memory)',
  async (maxBytes) => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 12 }), async (requests) => {
        const routers = start(maxBytes);
        for (const { headers: given, router: index, ids: asked } of requests) {
          const router = routers[index];
          if (router === undefined) continue;
          const own = new Reads(given);
          if (asked === null) {
            const { data } = await router.fetch('{greeting}', {}, given);
            expect(data).toEqual({ greeting: greetingFor(own) });
          } else {
            const rows = asked.map((id) => ({ __typename: 'Row', id }));
            const { entities } = await router.entities(rowText, rows, {}, given);
            expect(entities).toEqual(asked.map((id) => ({ text: textFor(own, id) })));
          }
        }
      }),
      { numRuns: 60 },
    );
  },
);

test('two requests share an entry exactly when all that shaped the answer is equal', async () => {
  await fc.assert(
    fc.asyncProperty(
      headers,
      headers,
      fc.constantFrom('a', 'own-a', 'greeting'),
      async (one, other, what) => {
        const [router] = start(0);
        if (router === undefined) return;
        const ask = (given: Asked['headers']) =>
          what === 'greeting'
            ? router.fetch('{greeting}', {}, given)
            : router.entities(rowText, [{ __typename: 'Row', id: what }], {}, given);
        const own = new Reads(one);
        if (what === 'greeting') greetingFor(own);
        else textFor(own, what);
        const { headers: names, claims } = own.origin;
        const shaping = [...names, ...(claims.length > 0 ? ['authorization'] : [])];
        const isEqual = shaping.every((name) => Reflect.get(one, name) === Reflect.get(other, name));
        await ask(one);
        await ask(other);
        expect(router.asked).toHaveLength(isEqual ? 1 : 2);
      },
    ),
    { numRuns: 60 },
  );
});

test('another router finds what is kept by names that it has not met', async () => {
  const [first, second] = start(0);
  const rows = [{ __typename: 'Row', id: 'own-a' }];
  await first?.entities(rowText, rows, {}, { authorization: 'alice' });
  await second?.entities(rowText, rows, {}, { authorization: 'alice' });
  expect(second?.asked).toHaveLength(0);
  await second?.entities(rowText, rows, {}, { authorization: 'bob' });
  expect(second?.asked).toHaveLength(1);
});
