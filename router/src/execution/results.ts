/**
 * What the fetches of one request have brought so far. The values are shared with other requests and never written to;
 * what is this request's own is which entity belongs to which position: an entity is found by the object that it was
 * asked for with (its host), because that object is itself what stands at the position.
 */
import type { DataNode } from './data-tree.js';
import type { Hosts } from './host-index.js';
import { isJsonObject, type JsonObject } from './json-text.js';
import { holds } from './selections.js';
import type { TypeRelations } from './type-relations.js';

/** One object a source, in the order of the node's sources; `undefined` where a source has none here. */
export type Position = (JsonObject | undefined)[];

/** Of one fetch. */
export interface FetchResult {
  /** Where it began at a root type. */
  readonly data: JsonObject | null;
  /** Each distinct representation's entity, where it asked for entities. */
  readonly entities: readonly (JsonObject | null)[];
  /** The entity of a host, as an index. */
  readonly hosts: Hosts | null;
}

export class Results {
  private readonly byFetch: (FetchResult | undefined)[] = [];

  constructor(
    readonly types: TypeRelations,
    /** With defaults filled in. */
    private readonly variables: Readonly<Record<string, unknown>> = {},
  ) {}

  of(fetch: number): FetchResult | undefined {
    return this.byFetch[fetch];
  }

  put(fetch: number, result: FetchResult): void {
    this.byFetch[fetch] = result;
  }

  /** Fills the places of attached sources; those of inherited sources must be filled. */
  attach(node: DataNode, position: Position): void {
    const { sources } = node;
    for (let slot = 0; slot < sources.length; slot += 1) {
      const source = sources[slot];
      if (source?.parentSlot !== null) continue;
      const result = this.byFetch[source.fetch];
      if (result === undefined) continue;
      if (result.hosts === null) {
        position[slot] = result.data ?? undefined;
        continue;
      }
      const entity = entityIndex(result.hosts, node, position);
      if (entity !== undefined) position[slot] = result.entities[entity] ?? undefined;
    }
  }

  /** The position of an object that lies in one source's answer. */
  positionOf(node: DataNode, slot: number, object: JsonObject): Position {
    const position: Position = new Array<JsonObject | undefined>(node.sources.length).fill(undefined);
    position[slot] = object;
    this.attach(node, position);
    return position;
  }

  /** The position of the child whose values these are, which must be objects or nothing. */
  childPosition(child: DataNode, values: readonly unknown[]): Position | null {
    const position: Position = [];
    let isEmpty = true;
    for (const { parentSlot } of child.sources) {
      const value = parentSlot === null ? undefined : values[parentSlot];
      const object = isJsonObject(value) ? value : undefined;
      position.push(object);
      if (object !== undefined) isEmpty = false;
    }
    if (isEmpty) return null;
    this.attach(child, position);
    return position;
  }

  /** The object at a path of keys and indexes; `null` where there is none. */
  positionAt(root: DataNode, dataPath: readonly (string | number)[]): Position | null {
    let node = root;
    let position = this.rootPosition(root);
    let values: unknown[] = position;
    for (const [index, step] of dataPath.entries()) {
      if (typeof step === 'number') {
        values = values.map((value: unknown): unknown => (Array.isArray(value) ? value[step] : undefined));
      } else {
        values = position.map((object) => object?.[step]);
        node = node.child(step);
      }
      if (typeof dataPath[index + 1] === 'number') continue;
      const child = this.childPosition(node, values);
      if (child === null) return null;
      position = child;
    }
    return position;
  }

  /** Whether no fetch has been asked for the key at this place, because a `@skip` or `@include` leaves it out. */
  isLeftOut(node: DataNode, key: string): boolean {
    const guards = node.sources.flatMap(({ selections }) =>
      selections.has(key) ? (selections.guards.get(key) ?? [[]]) : [],
    );
    return node.sources.some(({ selections }) => selections.has(key)) && !holds(guards, this.variables);
  }

  rootPosition(root: DataNode): Position {
    const position: Position = root.sources.map(() => undefined);
    this.attach(root, position);
    return position;
  }

  /**
   * What the object calls itself. A subgraph that has the type as an `@interfaceObject` calls it by the interface, so
   * an object type's name goes before that, wherever it comes from.
   */
  typename(position: Position): string | undefined {
    let abstract: string | undefined;
    for (let slot = position.length - 1; slot >= 0; slot -= 1) {
      const name = position[slot]?.['__typename'];
      if (typeof name !== 'string') continue;
      if (this.types.isObject(name)) return name;
      abstract ??= name;
    }
    return abstract;
  }
}

export function entityIndex(hosts: Hosts, node: DataNode, position: Position): number | undefined {
  for (let slot = 0; slot < node.sources.length; slot += 1) {
    const host = position[slot];
    if (host === undefined || node.sources[slot]?.parentSlot === null) continue;
    const entity = hosts.get(host);
    if (entity !== undefined) return entity;
  }
  return undefined;
}
