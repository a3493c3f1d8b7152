import { ClientError } from '@selvedge/errors';
import { OperationTypeNode, type OperationDefinitionNode } from 'graphql';
import type { MeasureDemand } from '../cost/demand-control.js';
import type { CheckLimits } from '../limits/operation-limits.js';
import type { ParsedOperation, ValidatedOperation } from './stages.js';
import { variablesCoercer, type CoerceVariables } from './variables.js';

export interface ValidationRules {
  readonly checkLimits: CheckLimits;
  readonly measureDemand: MeasureDemand;
}

/**
 * What depends on the request rather than on the document: that its variables fit (GraphQL specification, 6.1.2), and
 * that it asks for no more than the operator allows.
 *
 * @throws VariablesError, ClientError
 */
export function validateOperation(operation: ParsedOperation, rules: ValidationRules): ValidatedOperation {
  const { definition, document, variables } = operation;
  if (definition.operation === OperationTypeNode.SUBSCRIPTION) {
    throw new ClientError('BAD_REQUEST', 'expected a query or a mutation but got a subscription');
  }
  rules.checkLimits(document, definition);
  const coercedVariables = coercerOf(operation)(variables);
  const estimatedCost = rules.measureDemand({ ...operation, coercedVariables });
  return { ...operation, coercedVariables, estimatedCost };
}

/** By the parsed operation, which belongs to one supergraph, and which @apollo/server keeps for as long as it is in use. */
const coercers = new WeakMap<OperationDefinitionNode, CoerceVariables>();

function coercerOf({ definition, supergraph }: ParsedOperation): CoerceVariables {
  let coerce = coercers.get(definition);
  if (coerce === undefined) {
    coerce = variablesCoercer(supergraph.apiSchema, definition);
    coercers.set(definition, coerce);
  }
  return coerce;
}
