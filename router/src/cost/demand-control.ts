/** Measures what an operation asks for and, where `demand_control` says so, refuses what asks for too much. */
import { ClientError } from '@selvedge/errors';
import { Kind, type DocumentNode, type FragmentDefinitionNode, type OperationDefinitionNode } from 'graphql';
import type { DemandControlConfig } from '../config/schema.js';
import type { Variables } from '../pipeline/stages.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { CostEstimator, type CostEstimate } from './estimate.js';

export interface OperationToMeasure {
  readonly supergraph: Supergraph;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly coercedVariables: Variables;
}

/** @returns the estimate, or `null` where demand control is off. @throws ClientError in mode `enforce` */
export type MeasureDemand = (operation: OperationToMeasure) => number | null;

export function demandControl(config: DemandControlConfig): MeasureDemand {
  if (!config.enabled) return () => null;
  const { list_size, max } = config.strategy.static_estimated;
  // By the parsed operation, which @apollo/server keeps for as long as the operation is in use.
  const known = new WeakMap<OperationDefinitionNode, CostEstimate>();
  return (operation) => {
    const estimate = known.get(operation.definition) ?? measure(operation, list_size);
    if (!estimate.dependsOnVariables) known.set(operation.definition, estimate);
    if (config.mode === 'enforce') enforce(estimate, max);
    return estimate.cost;
  };
}

function measure(operation: OperationToMeasure, listSize: number): CostEstimate {
  const { supergraph, document, definition, coercedVariables } = operation;
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const byName = new Map<string, FragmentDefinitionNode>(fragments.map((node) => [node.name.value, node]));
  const { apiSchema, costs } = supergraph;
  return new CostEstimator(apiSchema, costs, listSize, byName, coercedVariables).estimate(definition);
}

function enforce({ cost, problems }: CostEstimate, max: number): void {
  if (problems.length > 0) {
    throw new ClientError('COST_QUERY_PARSE_FAILURE', problems.join('; '));
  }
  if (cost <= max) return;
  throw new ClientError(
    'COST_ESTIMATED_TOO_EXPENSIVE',
    `expected an operation with an estimated cost of at most ${max} but got one of ${cost}`,
    { extensions: { cost: { estimated: cost, max } } },
  );
}
