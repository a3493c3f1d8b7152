/**
 * The one value on which everything that depends on the composed schema hangs. It is made whole, never changed, and
 * replaced whole (docs/adr/0002-immutable-supergraph.md).
 */
import { createHash } from 'node:crypto';
import { buildASTSchema, parse, type GraphQLSchema } from 'graphql';
import { declaredTags } from '../caching/declared-tags.js';
import type { ResponseCache } from '../caching/response-cache.js';
import { cachedSubgraphs, type SubgraphCaching } from '../caching/subgraph-caching.js';
import type { RouterConfig } from '../config/schema.js';
import { suggest } from '../config/suggest.js';
import type { CostTable } from '../cost/cost-table.js';
import {
  compileOperation,
  type CompiledOperation,
  type OperationToCompile,
} from '../execution/compiled-operation.js';
import { HiddenNames } from '../execution/hidden-names.js';
import { TypeRelations } from '../execution/type-relations.js';
import { deferDirective } from '../incremental/formats.js';
import { dataNames, type DataNames } from '../planner/data-names.js';
import { labelDecision, type DecideLabels } from '../planner/override-labels.js';
import { cachedPlanner, type CachedPlanner } from '../planner/plan-cache.js';
import { startPlannerPool, type PlannerPool } from '../planner/planner-pool.js';
import { startPlannerThread, ThreadEnded, UnreadableSupergraph } from '../planner/planner-thread.js';
import type { SupergraphDigest } from '../planner/supergraph-planner.js';
import { compileHeaderRules } from '../subgraphs/header-rules.js';
import { transportOptions } from '../subgraphs/transport-options.js';
import { Subgraph } from '../subgraphs/subgraph.js';
import { ConnectionPools } from '../subgraphs/transport.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { refuseFeatures, SupergraphError } from './features.js';

export interface Supergraph {
  /** SHA-256 of the SDL, in hexadecimal. */
  readonly id: string;
  readonly sdl: string;
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  readonly planner: CachedPlanner;
  /** What the fetches of plans call the fields of clients. */
  readonly names: DataNames;
  /** The labels of `@override(label:)` that occur. */
  readonly overrideLabels: readonly string[];
  /** Which of them are on for a request: once per client operation, before planning. */
  readonly decideLabels: DecideLabels;
  readonly subgraphs: ReadonlyMap<string, Subgraph>;
  /** Of parts of answers; `null`: there is none. It outlives the supergraph. */
  readonly cache: ResponseCache | null;
  /** Prepares what a plan needs to be executed and its answer to be made: once per plan. */
  readonly compile: (operation: OperationToCompile) => CompiledOperation;
  readonly costs: CostTable;
  /** What an operator should know of this supergraph, one sentence each. */
  readonly warnings: readonly string[];
  /** Ends its planning threads and closes the connections to subgraphs. Only for one that has no requests any more. */
  close(): Promise<void>;
}

export function supergraphId(sdl: string): string {
  return createHash('sha256').update(sdl).digest('hex');
}

/** @throws SupergraphError when the SDL is not a supergraph that this router can serve whole */
export async function buildSupergraph(
  sdl: string,
  config: RouterConfig,
  telemetry: Telemetry | null = null,
  cache: ResponseCache | null = null,
): Promise<Supergraph> {
  const planning = await startPlanning(sdl, config);
  try {
    return assemble(sdl, config, planning, telemetry, cache);
  } catch (error) {
    await planning.close();
    throw error;
  }
}

async function startPlanning(sdl: string, config: RouterConfig): Promise<PlannerPool> {
  const { query_planning: options } = config.supergraph;
  const limits = { plans: options.experimental_plans_limit, paths: options.experimental_paths_limit };
  try {
    return await startPlannerPool(() => startPlannerThread({ sdl, limits }, options.heap_limit_mb), {
      timeout: options.experimental_cooperative_cancellation.timeout,
    });
  } catch (error) {
    if (error instanceof UnreadableSupergraph) {
      const message = `expected a composed supergraph but got one that cannot be read: ${error.message}`;
      throw new SupergraphError(message, { cause: error });
    }
    if (error instanceof ThreadEnded && error.isOutOfMemory) {
      const megabytes = options.heap_limit_mb;
      throw new SupergraphError(
        `expected a supergraph that can be read within ${megabytes} MB of memory but got one that cannot; ` +
          'raise `supergraph.query_planning.heap_limit_mb`',
        { cause: error },
      );
    }
    throw error;
  }
}

function assemble(
  sdl: string,
  config: RouterConfig,
  planning: PlannerPool,
  telemetry: Telemetry | null,
  cache: ResponseCache | null,
): Supergraph {
  const { digest } = planning;
  refuseFeatures(digest.refusedFeatures);
  const urls = subgraphUrls(digest, config);
  const pools = new ConnectionPools();
  const { limit, max_bytes: maxBytes } = config.supergraph.query_planning.cache.in_memory;
  const withDefer = config.supergraph.defer_support && !digest.apiSdl.includes('directive @defer(');
  const apiSchema = schemaOf(withDefer ? `${digest.apiSdl}\n${deferDirective}` : digest.apiSdl);
  // With all that is `@inaccessible`: subgraphs answer with what clients do not see.
  const document = parse(sdl, { noLocation: true });
  const whole = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true });
  const types = new TypeRelations(whole);
  const hidden = new HiddenNames(whole, apiSchema);
  const names = dataNames(digest.names);
  const tags = declaredTags(document);
  const cached = cache === null ? null : cachedSubgraphs(document, whole, cache, tags);
  const subgraphs = buildSubgraphs(urls, config, pools, types, telemetry, cached);
  const compiled = new WeakMap<OperationToCompile['plan'], CompiledOperation>();
  return {
    id: supergraphId(sdl),
    sdl,
    apiSchema,
    planner: cachedPlanner((request) => planning.plan(request), { limit, maxBytes }),
    names,
    overrideLabels: digest.overrideLabels,
    decideLabels: labelDecision(digest.overrideLabels, config.override),
    subgraphs,
    cache,
    compile(operation) {
      let known = compiled.get(operation.plan);
      if (known === undefined) {
        known = compileOperation(operation, { apiSchema, types, hidden, names });
        compiled.set(operation.plan, known);
      }
      return known;
    },
    costs: digest.costs,
    warnings: [
      ...unknownSubgraphs(digest, config),
      ...unknownLabels(digest, config),
      ...(cache === null ? [] : tags.warnings),
    ],
    async close() {
      for (const subgraph of subgraphs.values()) subgraph.close();
      await Promise.all([planning.close(), pools.close()]);
    },
  };
}

function schemaOf(sdl: string): GraphQLSchema {
  return buildASTSchema(parse(sdl, { noLocation: true }), { assumeValid: true, assumeValidSDL: true });
}

/** @throws SupergraphError for one that has none */
function subgraphUrls({ subgraphs }: SupergraphDigest, config: RouterConfig): ReadonlyMap<string, string> {
  return new Map(
    subgraphs.map(({ name, url }) => [name, checkUrl(name, config.override_subgraph_url[name] ?? url)]),
  );
}

function buildSubgraphs(
  urls: ReadonlyMap<string, string>,
  config: RouterConfig,
  pools: ConnectionPools,
  types: TypeRelations,
  telemetry: Telemetry | null,
  cached: ReadonlyMap<string, SubgraphCaching> | null,
): ReadonlyMap<string, Subgraph> {
  const { all: batchAll, subgraphs: batchEach } = config.batching.subgraph;
  const { all: shapeAll, subgraphs: shapeEach } = config.traffic_shaping;
  return new Map(
    [...urls].map(([name, url]) => {
      const observer = telemetry?.subgraph(name, url);
      const subgraph = new Subgraph({
        name,
        types,
        transport: pools.transport(transportOptions(config, name, url)),
        headerRules: compileHeaderRules(config.headers, name),
        takesArrays: (batchEach[name] ?? batchAll).enabled,
        isShared: shapeEach[name]?.deduplicate_query ?? shapeAll.deduplicate_query,
        caching: cached?.get(name) ?? null,
        ...(observer !== undefined && { observer }),
      });
      return [name, subgraph];
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
function unknownSubgraphs(digest: SupergraphDigest, config: RouterConfig): string[] {
  const known = digest.subgraphs.map(({ name }) => name);
  const sections: Record<string, Readonly<Record<string, unknown>>> = {
    'headers.subgraphs': config.headers.subgraphs,
    'traffic_shaping.subgraphs': config.traffic_shaping.subgraphs,
    'tls.subgraph.subgraphs': config.tls.subgraph.subgraphs,
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

/** The same for a label; a supergraph from before the label was introduced is no fault, so the field's move only waits. */
function unknownLabels({ overrideLabels }: SupergraphDigest, config: RouterConfig): string[] {
  return Object.keys(config.override.labels)
    .filter((label) => !overrideLabels.includes(label))
    .map(
      (label) => `\`override.labels\` names ${JSON.stringify(label)}, which no field of the supergraph has`,
    );
}
