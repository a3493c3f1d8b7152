import type { QueryPlan } from '@apollo/query-planner';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { cachedPlanner } from './plan-cache.js';
import type { OperationToPlan } from './planner.js';

const document = parse('{ a }');
const operation = (key: string): OperationToPlan => ({ key, document, operationName: undefined });

function slowPlanner() {
  const planned: string[] = [];
  const waiting: (() => void)[] = [];
  return {
    planned,
    finish: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
    plan({ key }: OperationToPlan): Promise<QueryPlan> {
      planned.push(key);
      return new Promise((resolve, reject) => {
        waiting.push(() => {
          if (key === 'bad') reject(new Error('no plan'));
          else resolve({ kind: 'QueryPlan' });
        });
      });
    },
  };
}

test('callers who ask while a plan is being made share it, and it is kept', async () => {
  const planner = slowPlanner();
  const cached = cachedPlanner(planner);
  const both = [cached.plan(operation('x')), cached.plan(operation('x')), cached.plan(operation('y'))];
  planner.finish();
  await Promise.all(both);
  await cached.plan(operation('x'));
  expect(planner.planned).toEqual(['x', 'y']);
});

test('a failure is everybody’s who waited for it, and is tried again', async () => {
  const planner = slowPlanner();
  const cached = cachedPlanner(planner);
  const both = [cached.plan(operation('bad')), cached.plan(operation('bad'))];
  planner.finish();
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const again = cached.plan(operation('bad'));
  planner.finish();
  await expect(again).rejects.toThrow('no plan');
  expect(planner.planned).toEqual(['bad', 'bad']);
});

test('memory is bounded by bytes: what was used longest ago goes first', async () => {
  const planned: string[] = [];
  const plan = ({ key }: OperationToPlan): Promise<QueryPlan> => {
    planned.push(key);
    return Promise.resolve({ kind: 'QueryPlan' });
  };
  const bytesOfOne = 2 * JSON.stringify({ kind: 'QueryPlan' }).length + 1;
  const cached = cachedPlanner({ plan }, 2 * bytesOfOne);
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await cached.plan(operation(key));
  expect(planned).toEqual(['a', 'b', 'c', 'b']);
});
