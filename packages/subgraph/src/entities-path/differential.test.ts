// Whatever a router or a stranger may ask `_entities`, the compiled path answers as graphql-js does: generated operations and
// representations, posted to one subgraph that compiles and to one whose plugin watches executions, which keeps it from that.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { entitiesOperation } from '../testing/entities-operations.js';
import { startLibrary, type Posted, type RunningLibrary } from '../testing/running-library.js';
import { CompiledEntities } from './compiled-entities.js';

let compiling: RunningLibrary;
let executing: RunningLibrary;
beforeAll(async () => {
  compiling = await startLibrary();
  executing = await startLibrary({
    config: { databaseUrl: compiling.databaseUrl },
    plugins: [{ requestDidStart: () => Promise.resolve({ executionDidStart: () => Promise.resolve() }) }],
  });
  await executing.ready;
});
afterAll(async () => {
  await executing.stop();
  await compiling.stop();
});

/** What a client gets, without what is drawn anew for every answer. */
function comparable({ status, headers, body }: Posted): unknown {
  const text = JSON.stringify(body).replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, (id) =>
    id.startsWith('00000000') ? id : 'id',
  );
  const parsed = JSON.parse(text) as { errors?: unknown[] };
  // Errors of fields that fail side by side come in any order.
  parsed.errors?.sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
  return { status, cacheControl: headers.get('cache-control'), body: parsed };
}

it('answers every operation as graphql-js does', async () => {
  const answer = vi.spyOn(CompiledEntities.prototype, 'answer');
  const runs = 800;
  let failed = 0;
  await fc.assert(
    fc.asyncProperty(entitiesOperation, async (operation) => {
      const [compiled, executed] = await Promise.all([compiling.post(operation), executing.post(operation)]);
      expect(comparable(compiled)).toEqual(comparable(executed));
      if ('errors' in Object(executed.body)) failed += 1;
    }),
    { numRuns: runs },
  );
  const answers = await Promise.all(answer.mock.results.map(({ value }) => value as unknown));
  expect(answers.filter((value) => value !== null).length).toBeGreaterThan(runs / 8);
  expect(failed).toBeGreaterThan(runs / 12);
}, 120_000);
