/**
 * Plans once what is asked for often. Bounded by bytes, because plans differ a thousandfold in size; single-flight,
 * because a planner may take long and a popular operation arrives many times while it does.
 */
import type { QueryPlan } from '@apollo/query-planner';
import { LRUCache } from 'lru-cache';
import type { OperationToPlan, Planner } from './planner.js';

export function cachedPlanner(planner: Planner, maxBytes = 64 * 1_024 * 1_024): Planner {
  const plans = new LRUCache<string, QueryPlan>({ maxSize: maxBytes, sizeCalculation: approximateBytes });
  const underway = new Map<string, Promise<QueryPlan>>();

  async function planOnce(operation: OperationToPlan): Promise<QueryPlan> {
    try {
      const plan = await planner.plan(operation);
      plans.set(operation.key, plan);
      return plan;
    } finally {
      underway.delete(operation.key);
    }
  }

  return {
    async plan(operation) {
      const known = plans.get(operation.key);
      if (known !== undefined) return known;
      const running = underway.get(operation.key) ?? planOnce(operation);
      underway.set(operation.key, running);
      return running;
    },
  };
}

/** A plan lives as objects and strings of about twice the size of its JSON. */
function approximateBytes(plan: QueryPlan): number {
  return 2 * JSON.stringify(plan).length + 1;
}
