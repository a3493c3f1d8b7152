// @apollo/server as the pipeline of everything that is not compiled: parse, validate, execute, format errors. Its reporting
// plugins are off, so that nothing is ever sent anywhere; its cache-control plugin gives way to the policy of the text.
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { cacheExtensionName } from '@selvedge/cache';
import { leavingError } from '@selvedge/errors';
import { OperationTypeNode, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { kitContext, type SubgraphContext } from '../context.js';
import { CompiledEntities } from '../entities-path/compiled-entities.js';
import { withCompiled } from '../entities-path/compiled-plugin.js';
import { cacheControlHeader } from '../schema/cache-policy.js';
import { lifetimeOf } from '../schema/lifetime.js';
import { isObserving } from './observing.js';

/** An Apollo Server plugin, with the kit's context as its `contextValue`. */
/** An Apollo Server plugin of a subgraph, whose context is the kit's. */
export type SubgraphPlugin = ApolloServerPlugin<SubgraphContext>;

export function apolloServer(
  schema: GraphQLSchema,
  plugins: readonly SubgraphPlugin[],
  log: Logger,
): ApolloServer<SubgraphContext> {
  return new ApolloServer<SubgraphContext>({
    schema,
    introspection: true,
    allowBatchedHttpRequests: true,
    // The client is a router; what a browser may send is the router's concern.
    csrfPrevention: false,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    formatError: (formatted, error) =>
      leavingError(formatted, error, (id, cause) => {
        log.error({ id, err: cause }, 'internal error');
      }),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      lifetimePlugin(!plugins.every(isObserving)),
      ...(plugins.length === 0 ? [] : withCompiled(plugins, new CompiledEntities(schema))),
    ],
  });
}

/**
 * Sets `Cache-Control` by the operation's text; an answer with errors is not to be kept. Where the router asks, each operation
 * has a recorder of its own from its beginning, and its answer says what it noted.
 */
function lifetimePlugin(doPluginsShape: boolean): SubgraphPlugin {
  return {
    requestDidStart({ contextValue }) {
      const context = kitContext(contextValue);
      context.recorder = context.newRecorder();
      if (doPluginsShape) context.recorder?.refuse('a plugin may have shaped it');
      return Promise.resolve({
        willSendResponse({ response, operation, document, schema }) {
          const lifetime =
            operation === undefined || document === undefined
              ? null
              : lifetimeOf(schema, document, operation);
          const { body, http } = response;
          const hasErrors = body.kind === 'single' && body.singleResult.errors !== undefined;
          const header = lifetime === null || hasErrors ? 'no-store' : cacheControlHeader(lifetime);
          http.headers.set('cache-control', header);
          const { recorder } = context;
          if (recorder === null || body.kind !== 'single') return Promise.resolve();
          if (hasErrors) recorder.refuse('it has errors');
          const isQuery = operation?.operation === OperationTypeNode.QUERY;
          body.singleResult.extensions = {
            ...body.singleResult.extensions,
            [cacheExtensionName]: recorder.extension(isQuery ? lifetime : null),
          };
          return Promise.resolve();
        },
      });
    },
  };
}
