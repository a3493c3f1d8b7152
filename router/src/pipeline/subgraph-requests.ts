/** What a plan's fetches have of the client's request, however its answer is sent. */
import type { FetchAnswer } from '../execution/fetch-answer.js';
import type { PlanRequest } from '../execution/run-plan.js';
import { RequestPort } from '../subgraphs/fetch-port.js';
import type { PlannedOperation } from './stages.js';

export interface SubgraphRequests extends PlanRequest {
  readonly port: RequestPort;
}

/** @param onAnswer told of each answer */
export function subgraphRequests(
  {
    supergraph: { subgraphs, cache },
    variables,
    coercedVariables,
    context,
    overrideLabels,
  }: PlannedOperation,
  onAnswer?: (subgraph: string, answer: FetchAnswer) => void,
): SubgraphRequests {
  const { request, caller, isForSeveral } = context;
  const { headers } = request;
  return {
    port: new RequestPort({
      subgraphs,
      headers,
      caller,
      labels: overrideLabels,
      isForSeveral,
      cache,
      observer: context.cacheObserver,
      ...(onAnswer !== undefined && { onAnswer }),
    }),
    variables,
    coercedVariables,
    patience: (subgraph) => subgraphs.get(subgraph)?.patience() ?? 0,
  };
}
