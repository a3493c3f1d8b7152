/**
 * Every metric of the cache, by name. Labels are bounded: subgraphs of the supergraph, and reasons that are one of a few words
 * (`caching/cache-observer.ts`). Nothing that a client chooses becomes one.
 */
import type { BreakerState, CommandOutcome } from '@selvedge/cache';
import type { Registry } from 'prom-client';
import type { CacheObserver } from '../caching/cache-observer.js';
import type { InvalidationObserver } from '../caching/invalidation/invalidation-endpoint.js';
import type { WritesObserver } from '../caching/writes/writes-observer.js';
import { Family, HistogramCell, registerHistogram, registerRead, registerTallies, Tally } from './cells.js';

/** What is read when somebody asks for the metrics. */
export interface CacheReadings {
  /** `null` where there is no Redis. */
  readonly breakerState: () => BreakerState | null;
  /** In this process. */
  readonly bytes: () => { readonly parts: number; readonly answers: number };
  /** Stores with fences that could not be put yet. */
  readonly owing: () => number;
}

export class CacheMetrics {
  readonly requests: CacheObserver;
  readonly writes: WritesObserver;
  readonly invalidations: InvalidationObserver;
  readonly onCommand: (name: string, milliseconds: number, outcome: CommandOutcome) => void;

  /** @param buckets upper bounds in seconds */
  constructor(
    private readonly registry: Registry,
    buckets: readonly number[],
  ) {
    this.requests = lookUps(registry);
    this.writes = writes(registry);
    this.invalidations = invalidations(registry);
    const commands = registerHistogram(
      registry,
      { name: 'selvedge_cache_redis_command_duration_seconds', help: 'Commands to Redis, by script.' },
      new Family(['command', 'outcome'], () => new HistogramCell(buckets)),
    );
    this.onCommand = (name, milliseconds, outcome) => {
      commands.cell(name, outcome).observe(milliseconds / 1_000);
    };
  }

  read({ breakerState, bytes, owing }: CacheReadings): void {
    const gauge = (name: string, help: string) => ({
      name: `selvedge_cache_${name}`,
      help,
      type: 'gauge' as const,
    });
    const open = 'Whether Redis is not asked, since it does not answer: 1; it is being tried: 0.5.';
    registerRead(this.registry, gauge('breaker_open', open), () => {
      const state = breakerState();
      return state === null ? [] : [{ labels: {}, value: breakerValues[state] }];
    });
    registerRead(this.registry, gauge('memory_bytes', 'What is kept in this process, about.'), () => {
      const { parts, answers } = bytes();
      return [
        { labels: { kind: 'parts' }, value: parts },
        { labels: { kind: 'answers' }, value: answers },
      ];
    });
    const owed = 'Subgraphs of which writes were answered that others may not see yet.';
    registerRead(this.registry, gauge('stores_owing', owed), () => [{ labels: {}, value: owing() }]);
  }
}

const breakerValues: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 0.5, open: 1 };

type Counters = (name: string, help: string, labels: readonly string[]) => Family<Tally>;

function countersOf(registry: Registry): Counters {
  return (name, help, labels) =>
    registerTallies(
      registry,
      { name: `selvedge_cache_${name}_total`, help, type: 'counter' },
      new Family(labels, () => new Tally()),
    );
}

function lookUps(registry: Registry): CacheObserver {
  const counters = countersOf(registry);
  const labels = ['subgraph_name', 'kind'];
  const hits = counters('hits', 'Entities, root fields and whole answers that were served.', labels);
  const partial = counters('partial_hits', 'Entities of which some fields were there.', labels);
  const misses = counters('misses', 'What was not served, by the first reason of its fetch.', [
    ...labels,
    'reason',
  ]);
  const memory = counters('memory_hits', 'Hits whose value was in this process.', labels);
  const stale = counters('stale_hits', 'Hits that had expired, and are being fetched anew.', labels);
  const refusals = counters('not_cacheable', 'Fetches whose answer must not be kept.', [...labels, 'reason']);
  const stored = counters('stored_bytes', 'What was stored, as JSON.', labels);
  const refusedFills = counters(
    'refused_fills',
    'What was not stored, since it was not new any more.',
    labels,
  );
  const add = (family: Family<Tally>, count: number, ...values: readonly string[]) => {
    if (count > 0) family.cell(...values).value += count;
  };
  return {
    lookedUp(
      { subgraph, kind },
      { hits: hit, partialHits, misses: missed, reason, fromMemory = 0, stale: old = 0 },
    ) {
      add(hits, hit, subgraph, kind);
      add(partial, partialHits, subgraph, kind);
      add(misses, missed, subgraph, kind, reason ?? 'absent');
      add(memory, fromMemory, subgraph, kind);
      add(stale, old, subgraph, kind);
    },
    notCacheable({ subgraph, kind }, reason) {
      add(refusals, 1, subgraph, kind, reason);
    },
    stored({ subgraph, kind }, _count, bytes) {
      add(stored, bytes, subgraph, kind);
    },
    fillRefused({ subgraph, kind }, count) {
      add(refusedFills, count, subgraph, kind);
    },
  };
}

function writes(registry: Registry): WritesObserver {
  const labels = ['subgraph_name'];
  const ages = registerHistogram(
    registry,
    {
      name: 'selvedge_cache_fence_age_seconds',
      help: 'Time from recording the intent of a mutation to fencing what it wrote.',
    },
    new Family(labels, () => new HistogramCell(ageBounds)),
  );
  const outcomes = countersOf(registry)('writes', 'Mutations, by what the cache knows of them.', [
    ...labels,
    'outcome',
  ]);
  const count = (outcome: string) => (subgraph: string) => {
    outcomes.cell(subgraph, outcome).value += 1;
  };
  const settled = count('settled');
  return {
    settled(subgraph, milliseconds) {
      ages.cell(subgraph).observe(milliseconds / 1_000);
      settled(subgraph);
    },
    doubted: count('unknown'),
    unreachable: count('unreachable'),
    unconfirmed: count('unconfirmed'),
  };
}

function invalidations(registry: Registry): InvalidationObserver {
  const counters = countersOf(registry);
  const requests = counters('invalidation_requests', 'Requests to the invalidation endpoint.', ['outcome']);
  const fences = counters('invalidation_fences', 'Tags that they have fenced.', []);
  return {
    invalidated(outcome, count) {
      requests.cell(outcome).value += 1;
      fences.cell().value += count;
    },
  };
}

/** Seconds; a mutation may take as long as a fetch. */
const ageBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
