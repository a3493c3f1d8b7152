/**
 * Finds the positions of a node. Most fetches ask for entities that lie in the answer of one earlier fetch: then its
 * objects are walked, each entity of that answer once however often it occurs in the whole. The rest walks from the root
 * with all sources side by side.
 */
import type { DataNode } from './data-tree.js';
import type { Fetch } from './fetch-graph.js';
import { isJsonObject, type JsonObject } from './json-text.js';
import type { Position, Results } from './results.js';

/** How a fetch finds the objects that it is attached to. */
export interface Walk {
  /** The one source that has the objects, where there is one. */
  readonly origin: Origin | null;
  /** From the root to the node, for everything else. */
  readonly nodes: readonly DataNode[];
}

export interface Origin {
  readonly fetch: number;
  readonly keys: readonly string[];
  /** The place of the objects in the positions of the fetch's node. */
  readonly slot: number;
}

export function compileWalk(fetch: Fetch): Walk {
  const nodes: DataNode[] = [];
  for (let node: DataNode | null = fetch.node; node !== null; node = node.parent) nodes.unshift(node);
  const inherited = fetch.node.sources
    .map((source, slot) => ({ source, slot }))
    .filter(({ source }) => source.parentSlot !== null && fetch.after.has(source.fetch));
  const [only] = inherited;
  return {
    nodes,
    origin: inherited.length === 1 && only !== undefined ? originOf(fetch.node, only.slot) : null,
  };
}

/** @param visit gets a position that is only its own during the call, without attached sources where it has an origin */
export function forEachPosition(
  walk: Walk,
  results: Results,
  visit: (position: Position, ancestors: readonly Position[]) => void,
): void {
  const { origin, nodes } = walk;
  if (origin === null) {
    const [root] = nodes;
    if (root !== undefined) fromRoot(nodes, 0, [results.rootPosition(root)], results, visit);
    return;
  }
  const position: Position = [];
  forEachHost(origin, results, (host) => {
    position.fill(undefined);
    position[origin.slot] = host;
    visit(position, []);
  });
}

/** The objects of one answer. */
export function forEachHost(origin: Origin, results: Results, visit: (host: JsonObject) => void): void {
  const result = results.of(origin.fetch);
  if (result === undefined) return;
  if (result.hosts === null) descend(result.data, origin.keys, 0, visit);
  else for (const entity of result.entities) descend(entity, origin.keys, 0, visit);
}

function originOf(node: DataNode, slot: number): Origin {
  const keys: string[] = [];
  let at = node;
  let source = node.sources[slot];
  while (source?.parentSlot != null && at.parent !== null) {
    keys.unshift(at.key);
    at = at.parent;
    source = at.sources[source.parentSlot];
  }
  if (source === undefined) throw new Error('a source of a node has no beginning');
  return { fetch: source.fetch, keys, slot };
}

function descend(
  value: unknown,
  keys: readonly string[],
  depth: number,
  visit: (object: JsonObject) => void,
): void {
  if (Array.isArray(value)) {
    for (const item of value) descend(item, keys, depth, visit);
  } else if (isJsonObject(value)) {
    const key = keys[depth];
    if (key === undefined) visit(value);
    else descend(value[key], keys, depth + 1, visit);
  }
}

function fromRoot(
  nodes: readonly DataNode[],
  depth: number,
  ancestors: readonly Position[],
  results: Results,
  visit: (position: Position, ancestors: readonly Position[]) => void,
): void {
  const position = ancestors.at(-1);
  if (position === undefined) return;
  const child = nodes[depth + 1];
  if (child === undefined) {
    visit(position, ancestors);
    return;
  }
  const values = position.map((object) => object?.[child.key]);
  eachItem(values, (items) => {
    const inner = results.childPosition(child, items);
    if (inner !== null) fromRoot(nodes, depth + 1, [...ancestors, inner], results, visit);
  });
}

/** Lists of several sources are walked side by side, index by index, down to what is no list. */
export function eachItem(
  values: readonly unknown[],
  visit: (items: readonly unknown[], indexes: readonly number[]) => void,
  indexes: readonly number[] = [],
): void {
  const list = values.find((value): value is readonly unknown[] => Array.isArray(value));
  if (list === undefined) {
    visit(values, indexes);
    return;
  }
  for (let index = 0; index < list.length; index += 1) {
    const items = values.map((value: unknown): unknown => (Array.isArray(value) ? value[index] : undefined));
    eachItem(items, visit, [...indexes, index]);
  }
}
