/**
 * The composition of the stages, behind the hook that @apollo/server has for a gateway. One of these belongs to one
 * supergraph for good: it announces its schema once and never again.
 */
import { GraphQLError } from 'graphql';
import type { Supergraph } from '../supergraph/supergraph.js';
import type { ApolloExecutor, ApolloGateway } from './apollo-types.js';
import { executePlan } from './execute.js';
import { parseOperation } from './parse.js';
import { planOperation } from './plan.js';
import { shapeResponse } from './shape.js';
import type { PlannedOperation } from './stages.js';
import { validateOperation, VariablesError, type ValidationRules } from './validate.js';

export interface GatewayOptions {
  readonly rules: ValidationRules;
  /** Whether `x-selvedge-cost` tells the client what its operation was estimated at. */
  readonly showsCost: boolean;
  /** Whether answers restrict what the client may cache; off where nothing is granted to clients anyway. */
  readonly readsCacheControl: boolean;
}

/** Told of each operation that has come through. */
type Learn = (operation: PlannedOperation) => void;

export function supergraphGateway(
  supergraph: Supergraph,
  options: GatewayOptions,
  learn: Learn,
): ApolloGateway {
  const { apiSchema, sdl } = supergraph;
  const announce: Parameters<ApolloGateway['onSchemaLoadOrUpdate']>[0][] = [];
  return {
    onSchemaLoadOrUpdate(callback) {
      announce.push(callback);
      return () => undefined;
    },
    load() {
      for (const callback of announce) callback({ apiSchema, coreSupergraphSdl: sdl });
      return Promise.resolve({ executor: executor(supergraph, options, learn) });
    },
    stop: () => Promise.resolve(),
  };
}

function executor(
  supergraph: Supergraph,
  { rules, showsCost, readsCacheControl }: GatewayOptions,
  learn: Learn,
): ApolloExecutor {
  return async (apollo) => {
    try {
      const parsed = parseOperation(apollo, supergraph, readsCacheControl);
      const validated = validateOperation(parsed, rules);
      if (showsCost && validated.estimatedCost !== null) {
        apollo.response?.http?.headers.set('x-selvedge-cost', String(validated.estimatedCost));
      }
      const planned = await planOperation(validated);
      learn(planned);
      const executed = await executePlan(planned);
      return shapeResponse(executed);
    } catch (error) {
      // Without `data`, @apollo/server answers these with status 400; whatever else is thrown, with 500.
      if (error instanceof VariablesError) return { errors: error.errors };
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  };
}
