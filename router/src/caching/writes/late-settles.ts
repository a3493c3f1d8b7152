/**
 * Fences that could not be put when their mutation was answered: they are put when the cache is back, since others may still
 * have what was there before. Bounded: past so many of a store, all of it is fenced instead.
 */
import { randomUUID } from 'node:crypto';
import type { CacheBackend, Write } from '@selvedge/cache';

interface Owed {
  /** `null`: its outcome is not known. */
  readonly write: Write | null;
  readonly intent: string | null;
}

export class LateSettles {
  private readonly owed = new Map<string, readonly Owed[]>();
  private timer: NodeJS.Timeout | undefined;
  private pause = firstPause;
  private isPutting = false;

  constructor(
    private readonly backend: Pick<CacheBackend, 'settle' | 'doubt'>,
    private readonly limit = 300,
  ) {}

  /** How many stores are owed something. */
  get size(): number {
    return this.owed.size;
  }

  owes(store: string): boolean {
    return this.owed.has(store);
  }

  settle(store: string, write: Write, intent: string | null): void {
    this.add(store, { write, intent });
  }

  doubt(store: string, intent: string): void {
    this.add(store, { write: null, intent });
  }

  /** Once more, and no more. */
  async close(): Promise<void> {
    this.stop();
    await this.put();
    this.stop();
  }

  private add(store: string, item: Owed): void {
    const owed = [...(this.owed.get(store) ?? []), item];
    this.owed.set(store, owed.length > this.limit ? together(owed) : owed);
    this.schedule();
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(): void {
    if (this.isPutting || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.put();
    }, this.pause).unref();
    this.pause = Math.min(this.pause * 2, longestPause);
  }

  private async put(): Promise<void> {
    if (this.isPutting) return;
    this.isPutting = true;
    await Promise.all([...this.owed.keys()].map((store) => this.putAll(store)));
    this.isPutting = false;
    if (this.owed.size === 0) this.pause = firstPause;
    else this.schedule();
  }

  /** In order, until the first that cannot be put. */
  private async putAll(store: string): Promise<void> {
    for (let first = this.owed.get(store)?.[0]; first !== undefined; first = this.owed.get(store)?.[0]) {
      try {
        await this.putOne(store, first);
      } catch {
        return;
      }
      const done = first;
      const rest = (this.owed.get(store) ?? []).filter((owed) => owed !== done);
      if (rest.length === 0) this.owed.delete(store);
      else this.owed.set(store, rest);
    }
  }

  private putOne(store: string, { write, intent }: Owed): Promise<void> {
    if (write !== null) return this.backend.settle(store, write, intent);
    return this.backend.doubt(store, intent ?? randomUUID());
  }
}

/** What has the effect of all of them, and more; their intents are over by themselves. */
function together(owed: readonly Owed[]): Owed[] {
  const writes = owed.flatMap(({ write }) => (write === null || write.tags.length === 0 ? [] : [write]));
  const cluster = writes.findLast((write) => write.cluster !== null)?.cluster ?? null;
  const all: Owed = { write: { cluster, xids: [], tags: ['*'] }, intent: null };
  const unknown: Owed = { write: null, intent: null };
  return [
    ...(writes.length > 0 ? [all] : []),
    ...(owed.some(({ write }) => write === null) ? [unknown] : []),
  ];
}

/** Milliseconds. */
const firstPause = 100;
const longestPause = 2_000;
