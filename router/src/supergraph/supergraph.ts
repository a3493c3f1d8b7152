/**
 * The one value on which everything that depends on the composed schema hangs. It is made whole, never changed, and
 * replaced whole (docs/adr/0002-immutable-supergraph.md).
 */
import { createHash } from 'node:crypto';
import { Supergraph as FederationSupergraph, type Schema } from '@apollo/federation-internals';
import type { GraphQLDataSource } from '@apollo/gateway';
import type { GraphQLSchema } from 'graphql';
import type { RouterConfig } from '../config/schema.js';
import { suggest } from '../config/suggest.js';
import { readCostTable, type CostTable } from '../cost/cost-table.js';
import type { RequestContext } from '../pipeline/request-context.js';
import { apolloPlanner } from '../planner/apollo-planner.js';
import { cachedPlanner } from '../planner/plan-cache.js';
import type { Planner } from '../planner/planner.js';
import { SubgraphDataSource } from '../subgraphs/data-source.js';
import { compileHeaderRules } from '../subgraphs/header-rules.js';
import { ConnectionPools } from '../subgraphs/transport.js';
import { refuseUnsupportedFeatures, SupergraphError } from './features.js';

export interface Supergraph {
  /** SHA-256 of the SDL, in hexadecimal. */
  readonly id: string;
  readonly sdl: string;
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /** The same in the forms that @apollo/gateway's executor asks for. */
  readonly federation: { readonly supergraphSchema: GraphQLSchema; readonly apiSchema: Schema };
  readonly planner: Planner;
  readonly dataSources: Readonly<Record<string, GraphQLDataSource<RequestContext>>>;
  readonly costs: CostTable;
  /** What an operator should know of this supergraph, one sentence each. */
  readonly warnings: readonly string[];
  /** Closes the connections to subgraphs. Only for one that has no requests any more. */
  close(): Promise<void>;
}

export function supergraphId(sdl: string): string {
  return createHash('sha256').update(sdl).digest('hex');
}

/** @throws SupergraphError when the SDL is not a supergraph that this router can serve whole */
export function buildSupergraph(sdl: string, config: RouterConfig): Supergraph {
  const federation = parse(sdl);
  refuseUnsupportedFeatures(federation);
  const pools = new ConnectionPools();
  const apiSchema = federation.apiSchema();
  return {
    id: supergraphId(sdl),
    sdl,
    apiSchema: apiSchema.toGraphQLJSSchema(),
    federation: { supergraphSchema: federation.schema.toGraphQLJSSchema(), apiSchema },
    planner: cachedPlanner(apolloPlanner(federation)),
    dataSources: buildDataSources(federation, config, pools),
    costs: readCostTable(federation.schema),
    warnings: [...unknownSubgraphs(federation, config), ...overrideLabels(federation)],
    close: () => pools.close(),
  };
}

function parse(sdl: string): FederationSupergraph {
  try {
    // `null`: which features are supported is our own question, answered in features.ts.
    return FederationSupergraph.build(sdl, { supportedFeatures: null, validateSupergraph: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SupergraphError(`expected a composed supergraph but got one that cannot be read: ${reason}`, {
      cause: error,
    });
  }
}

function buildDataSources(
  federation: FederationSupergraph,
  config: RouterConfig,
  pools: ConnectionPools,
): Record<string, SubgraphDataSource> {
  const subgraphs = federation.subgraphs();
  const shaping = config.traffic_shaping;
  const { all: batchAll, subgraphs: batchEach } = config.batching.subgraph;
  return Object.fromEntries(
    federation.subgraphsMetadata().map(({ name, url: recordedUrl }) => {
      const schema = subgraphs.get(name)?.schema;
      if (schema === undefined)
        throw new SupergraphError(`expected a schema for subgraph ${name} but got none`);
      const transport = pools.transport({
        url: checkUrl(name, config.override_subgraph_url[name] ?? recordedUrl),
        timeout: shaping.subgraphs[name]?.timeout ?? shaping.all.timeout,
        maxResponseBytes: config.limits.subgraph_max_response_bytes,
      });
      const source = new SubgraphDataSource({
        name,
        schema,
        transport,
        headers: compileHeaderRules(config.headers, name),
        batching: (batchEach[name] ?? batchAll).enabled,
        readsCacheControl: config.client_cache !== undefined,
      });
      return [name, source];
    }),
  );
}

function checkUrl(subgraph: string, url: string): string {
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url;
  throw new SupergraphError(
    `expected an HTTP URL for subgraph ${subgraph} but got ${JSON.stringify(url)}; ` +
      `set it in the supergraph or in \`override_subgraph_url.${subgraph}\``,
  );
}

/** A subgraph's name that is misspelt in router.yaml would otherwise have no effect, in silence. */
function unknownSubgraphs(federation: FederationSupergraph, config: RouterConfig): string[] {
  const known = federation.subgraphsMetadata().map(({ name }) => name);
  const sections: Record<string, Readonly<Record<string, unknown>>> = {
    'headers.subgraphs': config.headers.subgraphs,
    'traffic_shaping.subgraphs': config.traffic_shaping.subgraphs,
    'batching.subgraph.subgraphs': config.batching.subgraph.subgraphs,
    'include_subgraph_errors.subgraphs': config.include_subgraph_errors.subgraphs,
    override_subgraph_url: config.override_subgraph_url,
  };
  return Object.entries(sections).flatMap(([section, entries]) =>
    Object.keys(entries)
      .filter((name) => !known.includes(name))
      .map((name) => {
        const meant = suggest(name, known);
        const hint = meant === null ? `it has ${known.join(', ')}` : `did you mean \`${meant}\`?`;
        return `\`${section}.${name}\` names a subgraph that the supergraph does not have; ${hint}`;
      }),
  );
}

/** @apollo/query-planner plans by labels, but nothing evaluates them yet: such a field stays where it was. */
function overrideLabels(federation: FederationSupergraph): string[] {
  const labels = new Set<string>();
  for (const application of federation.schema.directive('join__field')?.applications() ?? []) {
    const label: unknown = application.arguments()['overrideLabel'];
    if (typeof label === 'string') labels.add(label);
  }
  return [...labels].map(
    (label) => `\`@override(label: ${JSON.stringify(label)})\` is not evaluated yet: the field is not moved`,
  );
}
