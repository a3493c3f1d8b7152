import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Lifetime } from '../caching/answer-recorder.js';
import { cachePolicy } from './cache-policy.js';
import { stalenessOf } from './staleness.js';

const lifetimes = new WeakMap<OperationDefinitionNode, Lifetime>();

/** What the schema says of how long an operation's answer may be kept; worked out once for each parsed operation. */
export function lifetimeOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Lifetime {
  let lifetime = lifetimes.get(operation);
  if (lifetime === undefined) {
    lifetime = {
      ...cachePolicy(schema, document, operation),
      staleness: stalenessOf(schema, document, operation),
    };
    lifetimes.set(operation, lifetime);
  }
  return lifetime;
}
