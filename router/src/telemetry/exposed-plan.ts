/**
 * Gives a client that asks for it the plan of its operation, by Apollo Router's names: the header
 * `apollo-expose-query-plan: true`, and `extensions.apolloQueryPlan` with the plan as an object and as text. A plan names
 * subgraphs and what is hidden of their schemas, so this is for development.
 */
import type { QueryPlan } from '@apollo/query-planner';
import type { IncomingHttpHeaders } from 'node:http';
import type { Pipeline } from '../pipeline/pipeline.js';
import { planText } from '../planner/plan-text.js';

interface ExposedPlan {
  readonly object: QueryPlan;
  readonly text: string;
}

export function asksForPlan(headers: IncomingHttpHeaders): boolean {
  return headers['apollo-expose-query-plan'] === 'true';
}

export function exposePlans(pipeline: Pipeline): Pipeline {
  const asked = new WeakMap<object, ExposedPlan>();
  return {
    ...pipeline,
    async plan(operation, ...rest) {
      const planned = await pipeline.plan(operation, ...rest);
      if (!asksForPlan(planned.context.request.headers)) return planned;
      // The same plan again, from the cache.
      const object = await planned.supergraph.planner.plan(planned);
      asked.set(planned.compiled, { object, text: await planText(object) });
      return planned;
    },
    shape(executed) {
      const shaped = pipeline.shape(executed);
      const apolloQueryPlan = asked.get(executed.compiled);
      if (apolloQueryPlan === undefined || !asksForPlan(executed.context.request.headers)) return shaped;
      return { ...shaped, extensions: { ...shaped.extensions, apolloQueryPlan } };
    },
  };
}
