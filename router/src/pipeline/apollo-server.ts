/**
 * @apollo/server around one supergraph: parsing, validation, persisted queries, client batching and plugins are
 * its; execution is the pipeline's. Whatever of it would call out to the internet is switched off.
 */
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { KeyValueCache } from '@apollo/utils.keyvaluecache';
import type { Logger } from 'pino';
import type { RouterConfig } from '../config/schema.js';
import { deferPlugin } from '../incremental/defer-plugin.js';
import { deferRules } from '../incremental/validate-defer.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { observeDocuments } from '../telemetry/observed-pipeline.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { ResponseCache } from '../caching/response-cache.js';
import type { WholeAnswers } from '../caching/whole-answers/whole-answers.js';
import { DirectAnswers, type DirectAnswer, type DirectAnswerOptions } from './direct-answers.js';
import { errorFormatter, type RequestIds } from './format-error.js';
import { supergraphGateway, type GatewayOptions } from './gateway.js';
import { recordFailures } from './record-failures.js';
import { documentStore, KnownOperations } from './known-operations.js';
import { stringifyResult } from './json-data.js';
import { RecalledAnswers } from './recalled-answers.js';
import type { RequestContext } from './request-context.js';

export interface ServerOptions extends GatewayOptions {
  readonly config: RouterConfig;
  readonly log: Logger;
  /** `null` where nothing is observed. */
  readonly telemetry: Telemetry | null;
  /** Persisted queries by hash; `null` where they are off. Outlives the supergraph. */
  readonly persistedQueries: KeyValueCache | null;
  /** Of parts of answers; `null`: there is none. Outlives the supergraph. */
  readonly cache?: ResponseCache | null;
  /** `null` where none are kept. Outlives the supergraph. */
  readonly wholeAnswers: WholeAnswers<DirectAnswer> | null;
}

export interface StartedServer {
  readonly server: ApolloServer<RequestContext>;
  /** For what need not go through the server. */
  readonly direct: DirectAnswers;
}

/** @returns the server, started. @throws when the API schema is not one that can be served */
export async function startServer(supergraph: Supergraph, options: ServerOptions): Promise<StartedServer> {
  const { config, log } = options;
  const requestIds: RequestIds = new WeakMap();
  const formatError = errorFormatter(config.include_subgraph_errors, log, requestIds);
  const { limit } = config.supergraph.query_planning.cache.in_memory;
  const known = new KnownOperations(limit);
  const server = new ApolloServer<RequestContext>({
    gateway: supergraphGateway(supergraph, options, (operation) => {
      known.learn(operation);
    }),
    documentStore: documentStore(limit),
    introspection: config.supergraph.introspection,
    persistedQueries: options.persistedQueries === null ? false : { cache: options.persistedQueries },
    // http/fetch-metadata.ts does it, for requests that come by here and for those that do not.
    csrfPrevention: false,
    allowBatchedHttpRequests: config.batching.enabled,
    // Validation takes more than linear time in the worst case; this bounds what it can be given.
    parseOptions: { maxLexicalTokens: config.limits.parser_max_tokens },
    maxRecursiveSelections: true,
    stringifyResult,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError,
    logger: loggerFor(log),
    validationRules: deferRules,
    plugins: [
      ...noCalls(),
      recordFailures(requestIds),
      ...(options.telemetry === null ? [] : [observeDocuments()]),
      deferPlugin(supergraph, { ...options, formatError, requestIds }),
    ],
  });
  await server.start();
  return { server, direct: directAnswers(known, { ...options, formatError, requestIds }) };
}

function directAnswers(
  known: KnownOperations,
  options: ServerOptions & Pick<DirectAnswerOptions, 'formatError' | 'requestIds'>,
): DirectAnswers {
  const { config, pipeline, clientCache, wholeAnswers: whole } = options;
  const recalled =
    whole === null
      ? null
      : new RecalledAnswers({
          whole,
          recall: pipeline.recall,
          clientCache,
          onError: (err) => {
            options.log.error({ err }, 'an answer could not be kept');
          },
        });
  const isShared = config.traffic_shaping.router.deduplicate_query;
  return new DirectAnswers({ ...options, known, isShared, recalled });
}

function noCalls(): ApolloServerPlugin<RequestContext>[] {
  return [
    ApolloServerPluginUsageReportingDisabled(),
    ApolloServerPluginSchemaReportingDisabled(),
    ApolloServerPluginInlineTraceDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    ApolloServerPluginCacheControlDisabled(),
  ];
}

/** pino takes an object first, @apollo/server gives a text or an error. */
function loggerFor(log: Logger) {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (message?: unknown) => {
    if (message instanceof Error) log[level]({ err: message }, message.message);
    else log[level](String(message));
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
