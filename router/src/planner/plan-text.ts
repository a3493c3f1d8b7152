import type { QueryPlan } from '@apollo/query-planner';

/**
 * A plan as people read it, in Apollo's notation. The planner is loaded for it, which otherwise only its own threads do, the
 * first time that somebody asks.
 */
export async function planText(plan: QueryPlan): Promise<string> {
  const { prettyFormatQueryPlan } = await import('@apollo/query-planner');
  return prettyFormatQueryPlan(plan);
}
