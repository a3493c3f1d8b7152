/**
 * Wraps the stages so that it is noted how long they take. What nobody observes passes through as it is: the operations of
 * a warm-up, or of a test that has no telemetry.
 */
import type { ApolloServerPlugin } from '@apollo/server';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { RequestContext } from '../pipeline/request-context.js';
import type { ParsedOperation } from '../pipeline/stages.js';
import { CallerInTrace } from './caller-in-trace.js';
import { observeParts } from './observed-parts.js';
import type { OperationObservation } from './operation-observation.js';

export function observePipeline(pipeline: Pipeline): Pipeline {
  return {
    async recall(request, ...rest) {
      const { context, definition } = begun(request);
      const observation = context.operation;
      if (observation == null) return pipeline.recall(request, ...rest);
      const recalled = await observation.async('cache', () =>
        pipeline.recall({ ...request, context, definition }, ...rest),
      );
      if (recalled.kept !== null) observation.end(false);
      return recalled;
    },
    parse: pipeline.parse,
    validate(parsed, rules) {
      const operation = begun(parsed);
      const observation = operation.context.operation;
      if (observation == null) return pipeline.validate(operation, rules);
      return observation.sync('validate', () => pipeline.validate(operation, rules));
    },
    plan(validated, ...rest) {
      // Begins again where requests have come together since.
      const operation = begun(validated);
      const observation = operation.context.operation;
      if (observation == null) return pipeline.plan(operation, ...rest);
      return observation.async('plan', () => pipeline.plan(operation, ...rest));
    },
    execute(operation) {
      const observation = operation.context.operation;
      if (observation == null) return pipeline.execute(operation);
      return observation.async('execute', (own) => {
        if (own === null) return pipeline.execute(operation);
        const { context } = operation;
        const caller = new CallerInTrace(context.caller, own);
        return pipeline.execute({ ...operation, context: { ...context, caller } });
      });
    },
    shape(executed) {
      const observation = executed.context.operation;
      if (observation == null) return pipeline.shape(executed);
      const shaped = observation.sync('shape', () => pipeline.shape(executed));
      observation.end(shaped.errors !== undefined);
      return shaped;
    },
    executeInParts(operation) {
      const observation = operation.context.operation;
      if (observation == null) return pipeline.executeInParts(operation);
      return observeParts(operation, observation, pipeline.executeInParts);
    },
  };
}

/** The two stages before ours, which are @apollo/server's: what is known goes past them. */
export function observeDocuments(): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: ({ contextValue: { observation } }) => {
      if (observation === null) return Promise.resolve();
      const noteFrom = (stage: 'parse' | 'validate') => {
        const begun = performance.now();
        return Promise.resolve(() => {
          observation.noteWithSpan(stage, begun);
          return Promise.resolve();
        });
      };
      return Promise.resolve({
        parsingDidStart: () => noteFrom('parse'),
        validationDidStart: () => noteFrom('validate'),
      });
    },
  };
}

function begun<Operation extends Pick<ParsedOperation, 'context' | 'definition'>>(
  operation: Operation,
): Operation {
  const { context, definition } = operation;
  if (context.observation === null || context.operation !== null) return operation;
  let own = begunFor.get(context);
  if (own === undefined) {
    own = context.observation.operation(definition.operation, definition.name?.value);
    begunFor.set(context, own);
  }
  return { ...operation, context: { ...context, operation: own } };
}

/** What is not answered in parts after all goes through the stages once more, and is one operation all the same. */
const begunFor = new WeakMap<RequestContext, OperationObservation>();
