/** What the cache has to know of one subgraph of one supergraph. */
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { RequestTemplate } from '../execution/request-template.js';
import { subgraphNames } from '../planner/join-directives.js';
import type { DeclaredTags } from './declared-tags.js';
import { ShapedTemplate, type FetchShape } from './fetch-shape.js';
import type { ResponseCache, SubgraphCacheOptions } from './response-cache.js';
import { schemaHashes } from './schema-hashes.js';
import { SubgraphTypes } from './subgraph-types.js';
import { NotCacheable } from './wanted.js';

export class SubgraphCaching {
  /** By key: equal texts of several plans are one. */
  private readonly byKey = new LRUCache<string, ShapedTemplate | typeof notCacheable>({ max: 5_000 });
  private readonly byTemplate = new WeakMap<RequestTemplate, ShapedTemplate | typeof notCacheable>();

  constructor(
    readonly subgraph: string,
    /** Names what is kept. */
    readonly schemaHash: string,
    readonly types: SubgraphTypes,
    readonly options: SubgraphCacheOptions,
    readonly declaredTags: DeclaredTags,
  ) {}

  /** @returns null: nothing of such a fetch is kept */
  shapeOf(template: RequestTemplate, variables: string): FetchShape | null {
    const shaped = this.byTemplate.get(template) ?? this.shaped(template);
    if (shaped === notCacheable) return null;
    try {
      return shaped.shapeFor(variables);
    } catch (error) {
      if (error instanceof NotCacheable) return null;
      throw error;
    }
  }

  private shaped(template: RequestTemplate): ShapedTemplate | typeof notCacheable {
    let shaped = this.byKey.get(template.key);
    if (shaped === undefined) {
      shaped = newlyShaped(template, this.types);
      this.byKey.set(template.key, shaped);
    }
    this.byTemplate.set(template, shaped);
    return shaped;
  }
}

const notCacheable = Symbol('not cacheable');

function newlyShaped(template: RequestTemplate, types: SubgraphTypes): ShapedTemplate | typeof notCacheable {
  try {
    return new ShapedTemplate(template, types);
  } catch (error) {
    if (error instanceof NotCacheable) return notCacheable;
    throw error;
  }
}

/** @returns by name, those of which something may be kept */
export function cachedSubgraphs(
  supergraph: DocumentNode,
  schema: GraphQLSchema,
  cache: ResponseCache,
  declaredTags: DeclaredTags,
): ReadonlyMap<string, SubgraphCaching> {
  const hashes = schemaHashes(supergraph);
  const queryType = schema.getQueryType()?.name ?? 'Query';
  const found = new Map<string, SubgraphCaching>();
  for (const [graph, name] of subgraphNames(supergraph)) {
    const options = cache.optionsOf(name);
    if (options === null) continue;
    const types = new SubgraphTypes(queryType, supergraph, graph);
    found.set(name, new SubgraphCaching(name, hashes.get(name) ?? '', types, options, declaredTags));
  }
  return found;
}
