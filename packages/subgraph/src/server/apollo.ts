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
import { leavingError } from '@selvedge/errors';
import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { Logger } from 'pino';
import type { SubgraphContext } from '../context.js';
import { CompiledEntities } from '../entities-path/compiled-entities.js';
import { withCompiled } from '../entities-path/compiled-plugin.js';
import { cacheControlHeader, cachePolicy } from '../schema/cache-policy.js';

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
      cacheControlPlugin(),
      ...(plugins.length === 0 ? [] : withCompiled(plugins, new CompiledEntities(schema))),
    ],
  });
}

/** Sets `Cache-Control` by the operation's text; an answer with errors is not to be kept. */
function cacheControlPlugin(): SubgraphPlugin {
  const headers = new WeakMap<OperationDefinitionNode, string>();
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse({ response, operation, document, schema }) {
          const { body } = response;
          const hasErrors = body.kind === 'single' && body.singleResult.errors !== undefined;
          let header = 'no-store';
          if (operation !== undefined && document !== undefined && !hasErrors) {
            header = headers.get(operation) ?? cacheControlHeader(cachePolicy(schema, document, operation));
            headers.set(operation, header);
          }
          response.http.headers.set('cache-control', header);
          return Promise.resolve();
        },
      }),
  };
}
