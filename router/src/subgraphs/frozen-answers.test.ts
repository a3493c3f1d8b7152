/** That all tests of the router run on answers which nobody can write to (`testing/freeze-answers.ts`). */
import { afterEach, expect, test } from 'vitest';
import { startFetches } from '../testing/subgraph-fetches.js';
import { Cleanup } from '../testing/test-router.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

test('what one caller got, and another with it, cannot be written to', async () => {
  const fetches = await startFetches(cleanup);
  const [one, two] = await Promise.all([fetches.ask({ ids: ['1', '2'] }), fetches.ask({ ids: ['2'] })]);
  const [, mine] = one.entities;
  expect(two.entities[0]).toBe(mine);
  expect(() => {
    Object.assign(mine ?? {}, { name: 'mine' });
  }).toThrow(TypeError);
});
