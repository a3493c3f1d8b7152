/** What a fetch asks for, each entity once, and which objects it asks for them with. */
import type { DataNode } from './data-tree.js';
import type { JsonObject } from './json-text.js';
import type { Position } from './results.js';

/** Representations by their text. */
export class Distinct {
  readonly texts: string[] = [];
  private readonly indexes = new Map<string, number>();

  /** @param areNew whether it is known that no text comes twice */
  constructor(private readonly areNew: boolean) {}

  add(text: string): number {
    if (this.areNew) return this.texts.push(text) - 1;
    const known = this.indexes.get(text);
    if (known !== undefined) return known;
    const index = this.texts.push(text) - 1;
    this.indexes.set(text, index);
    return index;
  }
}

/** Every object of the position that was there before the fetch leads to its entity. */
export function noteHosts(
  node: DataNode,
  position: Position,
  entity: number,
  hosts: Map<JsonObject, number>,
): void {
  node.sources.forEach((source, slot) => {
    const host = position[slot];
    if (host !== undefined && source.parentSlot !== null) hosts.set(host, entity);
  });
}
