import type { QueryPlan } from '@apollo/query-planner';
import { ClientError } from '@selvedge/errors';
import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { cachedPlanner } from './plan-cache.js';
import { bytesOfPlan } from './plan-size.js';
import type { OperationToPlan } from './planner.js';
import type { PlanRequest } from './supergraph-planner.js';
import { warmUp } from './warm-up.js';

const operation = (name: string, ...overrideLabels: string[]): OperationToPlan => ({
  key: `key of ${name}`,
  document: parse(`{ ${name} }`),
  operationName: undefined,
  overrideLabels,
});
const limits = { limit: 100, maxBytes: 1_000_000 };
const unplannable = new ClientError('QUERY_PLANNING_FAILED', 'too much');

/** Notes what is planned; `bad` cannot be, `broken` fails for a reason of ours, and all wait for `finish` if told to. */
function planner({ waits = false } = {}) {
  const planned: string[] = [];
  const waiting: (() => void)[] = [];
  const outcome = async ({
    text,
    overrideLabels,
    isUnvalidated = false,
  }: PlanRequest): Promise<QueryPlan> => {
    planned.push([text, ...overrideLabels, ...(isUnvalidated ? ['unvalidated'] : [])].join(' '));
    if (waits) await new Promise<void>((resolve) => waiting.push(resolve));
    if (text === '{ bad }') throw unplannable;
    if (text === '{ gone }') throw new ClientError('GRAPHQL_VALIDATION_FAILED', 'no such field');
    if (text === '{ broken }') throw new Error('no plan');
    return { kind: 'QueryPlan' };
  };
  return {
    planned,
    outcome,
    finish: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

describe('a plan', () => {
  test('in the making is shared by all who ask meanwhile, and kept as one object', async () => {
    const { outcome, planned, finish } = planner({ waits: true });
    const cached = cachedPlanner(outcome, limits);
    const all = [operation('x'), operation('x'), operation('y')].map((each) => cached.plan(each));
    finish();
    const [first] = await Promise.all(all);
    expect(await cached.plan(operation('x'))).toBe(first);
    expect(planned).toEqual(['{ x }', '{ y }']);
    expect(cached.statistics()).toMatchObject({ hits: 1, misses: 3, refusals: 0, plans: 2 });
  });

  test('is another one where other labels are on', async () => {
    const { outcome, planned } = planner();
    const cached = cachedPlanner(outcome, limits);
    for (const labels of [[], ['a'], ['a', 'b'], ['a'], []]) await cached.plan(operation('x', ...labels));
    expect(planned).toEqual(['{ x }', '{ x } a', '{ x } a b']);
  });

  test('that was used longest ago goes first, when bytes or plans are too many', async () => {
    const sizeOfOne = cachedPlanner(planner().outcome, limits);
    await sizeOfOne.plan(operation('a'));
    const { bytes } = sizeOfOne.statistics();
    for (const bounds of [
      { limit: 100, maxBytes: 2 * bytes },
      { limit: 2, maxBytes: 1_000_000 },
    ]) {
      const { outcome, planned } = planner();
      const cached = cachedPlanner(outcome, bounds);
      for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await cached.plan(operation(name));
      expect(planned).toEqual(['{ a }', '{ b }', '{ c }', '{ b }']);
      expect(cached.statistics()).toMatchObject({ plans: 2, bytes: 2 * bytes });
    }
  });
});

describe('a failure', () => {
  test('is everybody’s who waited for it; one of ours is tried again', async () => {
    const { outcome, planned, finish } = planner({ waits: true });
    const cached = cachedPlanner(outcome, limits);
    const both = [cached.plan(operation('broken')), cached.plan(operation('broken'))];
    finish();
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = cached.plan(operation('broken'));
    finish();
    await expect(again).rejects.toThrow('no plan');
    expect(planned).toHaveLength(2);
  });

  test('of the operation is remembered for a while, and then tried again', async () => {
    const { outcome, planned } = planner();
    const cached = cachedPlanner(outcome, { ...limits, failureTime: 50 });
    await expect(cached.plan(operation('bad'))).rejects.toBe(unplannable);
    await expect(cached.plan(operation('bad'))).rejects.toBe(unplannable);
    expect(planned).toHaveLength(1);
    expect(cached.statistics()).toMatchObject({ misses: 1, refusals: 1 });
    await new Promise((resolve) => setTimeout(resolve, 80));
    await expect(cached.plan(operation('bad'))).rejects.toBe(unplannable);
    expect(planned).toHaveLength(2);
  });

  test('is remembered of a bounded number of operations', async () => {
    const { planned } = planner();
    const cached = cachedPlanner((request) => {
      planned.push(request.text);
      return Promise.reject(unplannable);
    }, limits);
    const ask = async (name: string) => cached.plan(operation(name)).catch(() => undefined);
    await ask('first');
    for (let n = 0; n < 1_000; n += 1) await ask(`other${n}`);
    await ask('first');
    expect(planned.filter((text) => text === '{ first }')).toHaveLength(2);
  });
});

describe('warming up', () => {
  async function usedCache() {
    const used = cachedPlanner(planner().outcome, limits);
    for (const [name, uses] of Object.entries({ rare: 1, often: 9, gone_later: 5, sometimes: 3 })) {
      for (let n = 0; n < uses; n += 1) await used.plan(operation(name));
    }
    await used.plan(operation('labelled', 'kept', 'removed'));
    await used.plan(operation('labelled', 'kept', 'removed'));
    return used;
  }

  test('plans the most used operations, with the labels there are, and they are there when asked for', async () => {
    const { outcome, planned } = planner();
    const next = cachedPlanner(outcome, limits);
    const result = await warmUp(next, await usedCache(), ['kept'], { limit: 4, timeout: 60_000 });
    expect(planned).toEqual([
      '{ often } unvalidated',
      '{ gone_later } unvalidated',
      '{ sometimes } unvalidated',
      '{ labelled } kept unvalidated',
    ]);
    expect(result).toEqual({ planned: 4, dropped: 0, skipped: 0 });
    await next.plan(operation('often'));
    await next.plan(operation('labelled', 'kept'));
    expect(next.statistics()).toMatchObject({ hits: 2, misses: 0 });
  });

  test('passes over what is not valid or not plannable any more', async () => {
    const used = cachedPlanner(() => Promise.resolve({ kind: 'QueryPlan' }), limits);
    for (const name of ['gone', 'bad', 'fine']) await used.plan(operation(name));
    const next = cachedPlanner(planner().outcome, limits);
    const result = await warmUp(next, used, [], { limit: 9, timeout: 60_000 });
    expect(result).toEqual({ planned: 1, dropped: 2, skipped: 0 });
  });

  test('ends when its time is over', async () => {
    const result = await warmUp(cachedPlanner(planner().outcome, limits), await usedCache(), [], {
      limit: 9,
      timeout: 0,
    });
    expect(result).toEqual({ planned: 0, dropped: 0, skipped: 5 });
  });

  test('carries over what was popular, by half', async () => {
    const second = cachedPlanner(planner().outcome, limits);
    await warmUp(second, await usedCache(), [], { limit: 9, timeout: 60_000 });
    const third = planner();
    await warmUp(cachedPlanner(third.outcome, limits), second, [], { limit: 2, timeout: 60_000 });
    expect(third.planned).toEqual(['{ often } unvalidated', '{ gone_later } unvalidated']);
  });
});

test('the bytes of a plan are those that the heap gives up for it', async () => {
  const { setFlagsFromString, serialize, deserialize } = await import('node:v8');
  setFlagsFromString('--expose-gc');
  const { runInNewContext } = await import('node:vm');
  const collect = runInNewContext('gc') as () => void;
  const fetch = (n: number) => ({
    kind: 'Fetch' as const,
    serviceName: `subgraph ${n}`,
    variableUsages: ['first'],
    operation: `query($first:Int){field${n}(first:$first){__typename id name}}`,
    operationName: undefined,
    operationKind: 'query' as const,
    requires: [{ kind: 'Field' as const, name: `field ${n}` }],
  });
  const plan = {
    kind: 'QueryPlan',
    node: { kind: 'Parallel', nodes: Array.from({ length: 20 }, (_, n) => fetch(n)) },
  } as unknown as QueryPlan;
  // As it comes out of a message.
  const message = serialize(plan);
  const kept: unknown[] = [];
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 2_000; n += 1) kept.push(deserialize(message));
  collect();
  const measured = (process.memoryUsage().heapUsed - before) / kept.length;
  expect(bytesOfPlan(plan) / measured).toBeGreaterThan(0.75);
  expect(bytesOfPlan(plan) / measured).toBeLessThan(1.33);
});
