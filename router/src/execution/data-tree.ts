/**
 * Where the data of a plan's fetches lies, worked out once per operation. Nothing is ever merged: an answer stays as it
 * was parsed, and is never written to, because other requests may read it too. An object of the whole is instead a
 * *position*: one object from each fetch that has a part in it, side by side. A node is all positions with the same
 * response keys above them (list indexes left out), and its sources are the places in a position.
 *
 * A source is either inherited (it lies in an object of the parent node's source) or attached (a fetch brings it: the
 * root of its data, or the entity that was found for this position).
 */
import type { SelectionTree } from './selection-tree.js';

export interface Source {
  /** Of the fetch. */
  readonly fetch: number;
  /** The place in the parent's position that it lies in; `null`: attached. */
  readonly parentSlot: number | null;
  /** What the fetch asked for here, below response keys of the fetch (after its output rewrites). */
  readonly selections: SelectionTree;
}

export class DataNode {
  readonly sources: Source[] = [];
  readonly children = new Map<string, DataNode>();
  readonly depth: number;

  constructor(
    readonly parent: DataNode | null,
    /** The response key that leads here from the parent. */
    readonly key: string,
  ) {
    this.depth = parent === null ? 0 : parent.depth + 1;
  }

  child(key: string): DataNode {
    const known = this.children.get(key);
    if (known !== undefined) return known;
    const child = new DataNode(this, key);
    this.children.set(key, child);
    return child;
  }

  /** @returns the slot of the attached fetch */
  attach(fetch: number, selections: SelectionTree): number {
    return this.add({ fetch, parentSlot: null, selections });
  }

  /** Slots that may have the response key, the latest fetch first: what came later knows more of an object's type. */
  slotsWith(key: string): number[] {
    const slots: number[] = [];
    for (let slot = this.sources.length - 1; slot >= 0; slot -= 1) {
      if (this.sources[slot]?.selections.has(key) === true) slots.push(slot);
    }
    return slots;
  }

  private add(source: Source): number {
    const slot = this.sources.push(source) - 1;
    for (const [key, selections] of source.selections) {
      if (selections !== null) this.child(key).add({ fetch: source.fetch, parentSlot: slot, selections });
    }
    return slot;
  }
}
