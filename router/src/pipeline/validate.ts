import { ClientError } from '@selvedge/errors';
import { getVariableValues, OperationTypeNode, type GraphQLError } from 'graphql';
import type { MeasureDemand } from '../cost/demand-control.js';
import type { CheckLimits } from '../limits/operation-limits.js';
import type { ParsedOperation, ValidatedOperation } from './stages.js';

export interface ValidationRules {
  readonly checkLimits: CheckLimits;
  readonly measureDemand: MeasureDemand;
}

/** Several errors at once, each for one variable; @apollo/server gives them their code. */
export class VariablesError extends Error {
  constructor(readonly errors: readonly GraphQLError[]) {
    super('the variables do not fit their types');
  }
}

/**
 * What depends on the request rather than on the document: that its variables fit (GraphQL specification, 6.1.2), and
 * that it asks for no more than the operator allows.
 *
 * @throws VariablesError, ClientError
 */
export function validateOperation(operation: ParsedOperation, rules: ValidationRules): ValidatedOperation {
  const { definition, document, supergraph, variables } = operation;
  if (definition.operation === OperationTypeNode.SUBSCRIPTION) {
    throw new ClientError('BAD_REQUEST', 'expected a query or a mutation but got a subscription');
  }
  rules.checkLimits(document, definition);
  const { coerced, errors } = getVariableValues(
    supergraph.apiSchema,
    definition.variableDefinitions ?? [],
    variables,
  );
  if (errors) throw new VariablesError(errors);
  const estimatedCost = rules.measureDemand({ ...operation, coercedVariables: coerced });
  return { ...operation, coercedVariables: coerced, estimatedCost };
}
