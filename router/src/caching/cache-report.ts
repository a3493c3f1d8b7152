/**
 * What became of each part of one request, in a line for the developer who asks why something was not cached:
 *
 *     reviews Review: 8 hits, 2 misses (absent); catalog products: not cacheable (no-lifetime)
 *
 * Parts in the order of their first look-up; those of one name are added up.
 */
import type { CachedPart, CacheObserver, LookUp, MissReason, RefusalReason } from './cache-observer.js';

/** The header of answers that has it, where `response_cache.debug` is on. */
const cacheReportHeader = 'x-selvedge-cache';

interface Tallied {
  hits: number;
  stale: number;
  partialHits: number;
  misses: number;
  fillsRefused: number;
  reason: MissReason | null;
  refusal: string | null;
}

export class CacheReport implements CacheObserver {
  private readonly parts = new Map<string, Tallied>();
  private isCut = false;

  constructor(private readonly counted: CacheObserver) {}

  lookedUp(part: CachedPart, lookUp: LookUp): void {
    this.counted.lookedUp(part, lookUp);
    const tallied = this.of(part);
    if (tallied === null) return;
    tallied.hits += lookUp.hits;
    tallied.stale += lookUp.stale ?? 0;
    tallied.partialHits += lookUp.partialHits;
    tallied.misses += lookUp.misses;
    tallied.reason ??= lookUp.reason;
  }

  notCacheable(part: CachedPart, reason: RefusalReason, detail?: string): void {
    this.counted.notCacheable(part, reason, detail);
    const tallied = this.of(part);
    if (tallied !== null) tallied.refusal ??= detail === undefined ? reason : `${reason}: ${detail}`;
  }

  stored(part: CachedPart, count: number, bytes: number): void {
    this.counted.stored(part, count, bytes);
  }

  fillRefused(part: CachedPart, count: number): void {
    this.counted.fillRefused(part, count);
    const tallied = this.of(part);
    if (tallied !== null) tallied.fillsRefused += count;
  }

  /** @returns for a header; `null`: nothing was looked up */
  text(): string | null {
    if (this.parts.size === 0) return null;
    const lines = [...this.parts].map(([name, tallied]) => `${name}: ${describe(tallied)}`);
    const text = `${lines.join('; ')}${this.isCut ? '; …' : ''}`
      .replace(/[^\t\x20-\x7e…]/g, '?')
      .replace(/…/g, '...');
    return text.length <= maxLength ? text : `${text.slice(0, maxLength - 3)}...`;
  }

  private of({ subgraph, kind, name }: CachedPart): Tallied | null {
    const key = kind === 'answer' ? 'whole answer' : `${subgraph} ${name}`;
    let tallied = this.parts.get(key);
    if (tallied === undefined) {
      if (this.parts.size >= maxParts) {
        this.isCut = true;
        return null;
      }
      tallied = {
        hits: 0,
        stale: 0,
        partialHits: 0,
        misses: 0,
        fillsRefused: 0,
        reason: null,
        refusal: null,
      };
      this.parts.set(key, tallied);
    }
    return tallied;
  }
}

function describe({ hits, stale, partialHits, misses, fillsRefused, reason, refusal }: Tallied): string {
  const counts = [
    counted(hits, 'hit', 'hits', stale),
    counted(partialHits, 'partial hit', 'partial hits'),
    counted(misses, 'miss', 'misses'),
  ].filter((text) => text !== null);
  const why = reason === null ? '' : ` (${reason})`;
  return [
    ...(counts.length === 0 ? [] : [`${counts.join(', ')}${why}`]),
    ...(refusal === null ? [] : [`not cacheable (${refusal})`]),
    ...(fillsRefused === 0 ? [] : [`${fillsRefused} too old to be stored`]),
  ].join(', ');
}

/** @param stale of them, how many had expired */
function counted(count: number, one: string, several: string, stale = 0): string | null {
  if (count === 0) return null;
  return `${count} ${count === 1 ? one : several}${stale === 0 ? '' : ` (${stale} stale)`}`;
}

const maxParts = 20;
/** Characters: proxies refuse heads of more than some kilobytes. */
const maxLength = 1_000;

interface Head {
  setHeader(name: string, value: string): unknown;
}

/** Puts into the head of an answer what the cache did for it. */
export function reportTo(head: Head, observer: CacheObserver): void {
  if (!(observer instanceof CacheReport)) return;
  const text = observer.text();
  if (text !== null) head.setHeader(cacheReportHeader, text);
}
