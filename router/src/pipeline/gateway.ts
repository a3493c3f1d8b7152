/**
 * The composition of the stages, behind the hook that @apollo/server has for a gateway. One of these belongs to one
 * supergraph for good: it announces its schema once and never again.
 */
import { GraphQLError, OperationTypeNode } from 'graphql';
import type { Supergraph } from '../supergraph/supergraph.js';
import type { ApolloExecutor, ApolloGateway } from './apollo-types.js';
import type { ClientCache } from './client-cache.js';
import type { Pipeline } from './pipeline.js';
import type { PlannedOperation } from './stages.js';
import type { ValidationRules } from './validate.js';
import { VariablesError } from './variables.js';

export interface GatewayOptions {
  readonly pipeline: Pipeline;
  readonly rules: ValidationRules;
  /** Whether `x-selvedge-cost` tells the client what its operation was estimated at. */
  readonly showsCost: boolean;
  readonly clientCache: ClientCache;
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
  { pipeline, rules, showsCost, clientCache }: GatewayOptions,
  learn: Learn,
): ApolloExecutor {
  return async (apollo) => {
    try {
      const parsed = pipeline.parse(apollo, supergraph);
      const validated = pipeline.validate(parsed, rules);
      if (showsCost && validated.estimatedCost !== null) {
        apollo.response?.http?.headers.set('x-selvedge-cost', String(validated.estimatedCost));
      }
      const planned = await pipeline.plan(validated);
      learn(planned);
      const executed = await pipeline.execute(planned);
      const shaped = pipeline.shape(executed);
      if (shaped.errors === undefined && planned.definition.operation === OperationTypeNode.QUERY) {
        const { request, leaving } = planned.context;
        leaving.terms = clientCache.termsOf(executed.fetches, request.headers, Date.now());
      }
      return shaped;
    } catch (error) {
      // Without `data`, @apollo/server answers these with status 400; whatever else is thrown, with 500.
      if (error instanceof VariablesError) return { errors: error.errors };
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  };
}
