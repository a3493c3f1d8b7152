/** By when a mutation has to be over, and for how long its store is passed by: the one before the other, whatever clocks may differ. */
import { cacheExtensionName, writeUntilHeader } from '@selvedge/cache';
import { json, startStubSubgraph } from '@selvedge/testkit';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../../config/load.js';
import { compose } from '../../testing/compose.js';
import { Cleanup, startTestRouter } from '../../testing/test-router.js';
import { longestIntent, mutationTimes } from './intent-times.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const typeDefs = 'type Query { count: Int }  type Mutation { add: Int }';

async function start(yaml: string) {
  const counter = await cleanup.add(startStubSubgraph(), (stub) => stub.stop());
  counter.behave({
    from: () => json({ data: { add: 1, count: 1 }, extensions: { [cacheExtensionName]: { cluster: null } } }),
  });
  const sdl = compose([{ name: 'counter', url: counter.url, typeDefs }]);
  const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
  const untilOf = async (query: string, headers: Record<string, string> = {}) => {
    await router.query(query, {}, { headers });
    return counter.requests.at(-1)?.headers[writeUntilHeader];
  };
  return { untilOf };
}

const all = 'headers: { all: { request: [{ propagate: { matching: ".*" } }] } }';
const cached = `
${all}
response_cache: { enabled: true, max_clock_difference: 3s }
traffic_shaping: { all: { timeout: 20s } }
`;

describe('a mutation', () => {
  test('says by when all of it has to be over, whatever its client says', async () => {
    const { untilOf } = await start(cached);
    const before = Date.now();
    const until = Number(await untilOf('mutation { add }', { [writeUntilHeader]: '1' }));
    // Of the fetch's time, less what had gone of the request's, which is longer.
    expect(until).toBeGreaterThanOrEqual(before + 23_000);
    expect(until).toBeLessThanOrEqual(Date.now() + 23_000);
  });

  test('alone does, and only of a subgraph that is cached', async () => {
    const { untilOf } = await start(cached);
    expect(await untilOf('{ count }', { [writeUntilHeader]: '1' })).toBeUndefined();
    const uncached = await start(all);
    expect(await uncached.untilOf('mutation { add }', { [writeUntilHeader]: '1' })).toBeUndefined();
  });
});

describe('an intent', () => {
  test('is over after the mutation, on a clock that is behind or ahead by what is granted', () => {
    const milliseconds = fc.integer({ min: 0, max: 100_000 });
    const asked = fc.tuple(milliseconds, milliseconds, fc.double({ min: -1, max: 1, noNaN: true }));
    fc.assert(
      fc.property(asked, ([left, difference, share]) => {
        const now = Date.now();
        const { over, until } = mutationTimes(left, difference);
        const subgraphIsAhead = share * difference;
        const end = until - subgraphIsAhead - now;
        expect(end).toBeLessThanOrEqual(over + (Date.now() - now));
        // And the mutation has all of its time.
        expect(end).toBeGreaterThan(left - 1);
      }),
    );
  });

  test('lasts no longer than the longest', () => {
    const { over } = mutationTimes(40_000, 3_000);
    const config = `
response_cache: { max_clock_difference: 3s }
traffic_shaping: { all: { timeout: 20s }, subgraphs: { slow: { timeout: 40s } } }
`;
    expect(longestIntent(parseConfig(config, {}))).toBe(over);
  });
});
