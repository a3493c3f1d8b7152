/** Where many ask for what is not there any more, one asks the subgraph. */
import { openInProcessBackend, type CacheBackend } from '@selvedge/cache';
import { expect, test, vi } from 'vitest';
import { cachedSubgraph } from '../testing/cached-subgraph.js';
import { ResponseCache } from './response-cache.js';

const typeDefs = 'type Query { none: Int }  type Thing @key(fields: "id") { id: ID!  version: Int! }';
const resolvers = { Thing: { __resolveReference: ({ id }: { id: string }) => ({ id, version: 1 }) } };
const text =
  'query($representations:[_Any!]!){_entities(representations:$representations){...on Thing{version}}}';
const thing = (id: string) => ({ __typename: 'Thing', id });

/** @param reads that fetches wait for: until others have begun to wait */
function routers(reads: number, usualTime = 30_000) {
  const backend = openInProcessBackend({ maxBytes: 10_000_000 });
  let count = 0;
  let go: () => void = () => undefined;
  const enough = new Promise<void>((resolve) => {
    go = resolve;
  });
  const read: typeof backend.read = (...given) => {
    count += 1;
    if (count >= reads) go();
    return backend.read(...given);
  };
  const counted: CacheBackend = {
    states: (...given) => backend.states(...given),
    records: (...given) => backend.records(...given),
    fill: (...given) => backend.fill(...given),
    claim: (...given) => backend.claim(...given),
    abandon: (...given) => backend.abandon(...given),
    intend: (...given) => backend.intend(...given),
    settle: (...given) => backend.settle(...given),
    doubt: (...given) => backend.doubt(...given),
    vouch: (...given) => backend.vouch(...given),
    close: () => backend.close(),
    read,
  };
  const options = { ttl: null, maxTtl: 60_000, staleWhileRevalidate: 0 };
  const one = () => {
    const cache = new ResponseCache({ backend: counted, subgraph: () => options, maxBytes: 10_000_000 });
    return cachedSubgraph({ typeDefs, resolvers, cache, usualTime, before: () => enough });
  };
  return { backend, routers: [one(), one(), one()] as const };
}

test('among routers one fills, and the others wait for it', async () => {
  const { routers: all } = routers(6);
  const answers = await Promise.all(all.map(({ entities }) => entities(text, [thing('1')])));
  for (const { entities } of answers) expect(entities).toEqual([{ version: 1 }]);
  expect(all.map(({ asked }) => asked.length)).toEqual([1, 0, 0]);
});

test('each fills what is its own at once and waits for what is not', async () => {
  const {
    routers: [first, second],
  } = routers(4);
  const answers = await Promise.all([
    first.entities(text, [thing('1'), thing('2')]),
    second.entities(text, [thing('2'), thing('3')]),
  ]);
  for (const { entities } of answers) expect(entities).toEqual([{ version: 1 }, { version: 1 }]);
  expect(second.asked.map(({ representations }) => representations)).toEqual([[thing('3')]]);
});

test('whoever said that they would fill and does not is not waited for longer than a fetch takes', async () => {
  const {
    backend,
    routers: [first, second],
  } = routers(0, 20);
  const keys: string[] = [];
  const claims = vi.spyOn(backend, 'read');
  await first.entities(text, [thing('1')]);
  keys.push(...(claims.mock.calls[0]?.[1].map(({ key }) => key) ?? []));
  await backend.settle('s', { cluster: null, xids: [], tags: ['*'] }, null);
  await backend.claim('s', keys, { id: 'gone', milliseconds: 100_000 });
  expect((await second.entities(text, [thing('1')])).entities).toEqual([{ version: 1 }]);
  expect(second.asked).toHaveLength(1);
});

test('who finds everything says of nothing that they would fill it', async () => {
  const { backend, routers: all } = routers(0);
  const [first, second] = all;
  await first.entities(text, [thing('1')]);
  const read = vi.spyOn(backend, 'read');
  const claim = vi.spyOn(backend, 'claim');
  await second.entities(text, [thing('1')]);
  expect(claim).not.toHaveBeenCalled();
  await second.entities(text.replace('version', 'version id'), [thing('1')]);
  // What shapes such parts is asked for once.
  expect(read.mock.calls.map(([, requests]) => requests.length)).toEqual([2, 1]);
  expect(claim).toHaveBeenCalledOnce();
});
