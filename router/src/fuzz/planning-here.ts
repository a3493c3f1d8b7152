/**
 * Instead of `planner/planner-thread.ts` in what `faulty-build.ts` bundles: plans in this thread, and, unless the fault is
 * in planning, with one planner a supergraph for all routers of the process. A thread of its own for each of dozens of
 * routers with a fault was most of what they cost.
 */
import type { PlannerThread } from '../planner/planner-thread.js';
import type { PlannerThreadData } from '../planner/planner-messages.js';
import { supergraphPlanner, type SupergraphPlanner } from '../planner/supergraph-planner.js';

export { ThreadEnded, UnreadableSupergraph } from '../planner/planner-thread.js';

/** Set by the bundler. */
declare const PLANS_ALONE: boolean;

export function startPlannerThread({ sdl, limits }: PlannerThreadData): PlannerThread {
  const planners = PLANS_ALONE ? new Map<string, SupergraphPlanner>() : plannersOfAll();
  const planner = planners.get(sdl) ?? supergraphPlanner(sdl, limits);
  planners.set(sdl, planner);
  return {
    ready: Promise.resolve(structuredClone(planner.digest)),
    // As it comes out of a thread: nobody else has the same object, and what is thrown is thrown later.
    plan: (request) => Promise.resolve().then(() => structuredClone(planner.plan(request))),
    terminate: () => Promise.resolve(),
  };
}

/** Of all bundles in this process, which share nothing else. */
function plannersOfAll(): Map<string, SupergraphPlanner> {
  const shared = globalThis as { plannersOfFaults?: Map<string, SupergraphPlanner> };
  return (shared.plannersOfFaults ??= new Map());
}
