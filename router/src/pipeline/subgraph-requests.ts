/** What a plan's fetches have of the client's request, however its answer is sent. */
import type { PlanRequest } from '../execution/run-plan.js';
import { RequestPort } from '../subgraphs/fetch-port.js';
import type { PlannedOperation } from './stages.js';

export interface SubgraphRequests extends PlanRequest {
  readonly port: RequestPort;
}

/** @param onCacheControl told what each answer lets clients keep */
export function subgraphRequests(
  { supergraph: { subgraphs }, variables, coercedVariables, context, overrideLabels }: PlannedOperation,
  onCacheControl?: (header: string | undefined) => void,
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
      onCacheControl,
    }),
    variables,
    coercedVariables,
    patience: (subgraph) => subgraphs.get(subgraph)?.patience() ?? 0,
  };
}
