/**
 * Plans once what is asked for often. Bounded by bytes, because plans differ a thousandfold in size; single-flight,
 * because planning may take long and a popular operation arrives many times while it does. What cannot be planned is
 * remembered for a while too: each try may cost a thread its life (planner-pool.ts).
 */
import type { QueryPlan } from '@apollo/query-planner';
import { ClientError } from '@selvedge/errors';
import { LRUCache } from 'lru-cache';
import { bytesOfPlan } from './plan-size.js';
import { planRequest, type OperationToPlan, type Planner } from './planner.js';
import type { PlanRequest } from './supergraph-planner.js';

export interface PlanCacheOptions {
  /** The most plans that are kept. */
  readonly limit: number;
  /** The most bytes that they take. */
  readonly maxBytes: number;
  /** Milliseconds for which an operation that could not be planned is refused unseen. */
  readonly failureTime?: number;
}

export interface PlanCacheStatistics {
  readonly hits: number;
  /** Those who joined a plan in the making among them. */
  readonly misses: number;
  readonly refusals: number;
  readonly plans: number;
  readonly bytes: number;
}

/** An operation as one cache hands it to the next. */
export interface UsedOperation {
  readonly key: string;
  readonly request: PlanRequest;
  readonly uses: number;
}

export interface CachedPlanner extends Planner {
  statistics(): PlanCacheStatistics;
  /** @returns the operations with a plan, the most used first */
  mostUsed(limit: number): readonly UsedOperation[];
  /** Plans an operation of another supergraph's cache, if it is still valid. @throws ClientError where it is not */
  warm(operation: UsedOperation): Promise<void>;
}

type MakePlan = (request: PlanRequest) => Promise<QueryPlan>;

export function cachedPlanner(makePlan: MakePlan, options: PlanCacheOptions): CachedPlanner {
  return new PlanCache(makePlan, options);
}

interface Entry extends UsedOperation {
  readonly plan: QueryPlan;
  uses: number;
}

class PlanCache implements CachedPlanner {
  private readonly entries: LRUCache<string, Entry>;
  private readonly failures: LRUCache<string, ClientError>;
  private readonly underway = new Map<string, Promise<Entry>>();
  private hits = 0;
  private misses = 0;
  private refusals = 0;

  constructor(
    private readonly makePlan: MakePlan,
    { limit, maxBytes, failureTime = 60_000 }: PlanCacheOptions,
  ) {
    this.entries = new LRUCache({ max: limit, maxSize: maxBytes, sizeCalculation: bytesOfEntry });
    this.failures = new LRUCache({ max: 1_000, ttl: failureTime });
  }

  async plan(operation: OperationToPlan): Promise<QueryPlan> {
    const key = cacheKey(operation.key, operation.overrideLabels);
    const known = this.entries.get(key);
    if (known !== undefined) {
      this.hits += 1;
      known.uses += 1;
      return known.plan;
    }
    const failure = this.failures.get(key);
    if (failure !== undefined) {
      this.refusals += 1;
      throw failure;
    }
    this.misses += 1;
    const entry = await this.planOnce(key, () => ({
      key: operation.key,
      request: planRequest(operation),
      uses: 0,
    }));
    entry.uses += 1;
    return entry.plan;
  }

  statistics(): PlanCacheStatistics {
    const { hits, misses, refusals, entries } = this;
    return { hits, misses, refusals, plans: entries.size, bytes: entries.calculatedSize };
  }

  mostUsed(limit: number): readonly UsedOperation[] {
    return [...this.entries.values()].sort((one, other) => other.uses - one.uses).slice(0, limit);
  }

  async warm({ key, request, uses }: UsedOperation): Promise<void> {
    // Half of its past counts, so that what was popular once makes room.
    await this.planOnce(cacheKey(key, request.overrideLabels), () => ({
      key,
      request: { ...request, isUnvalidated: true },
      uses: Math.floor(uses / 2),
    }));
  }

  private planOnce(key: string, describe: () => UsedOperation): Promise<Entry> {
    const running = this.underway.get(key) ?? this.make(key, describe());
    this.underway.set(key, running);
    return running;
  }

  private async make(key: string, operation: UsedOperation): Promise<Entry> {
    try {
      const plan = await this.makePlan(operation.request);
      const entry = { ...operation, request: { ...operation.request, isUnvalidated: false }, plan };
      this.entries.set(key, entry);
      return entry;
    } catch (error) {
      if (error instanceof ClientError && error.code === 'QUERY_PLANNING_FAILED')
        this.failures.set(key, error);
      throw error;
    } finally {
      this.underway.delete(key);
    }
  }
}

/** No label has a line break in it. */
function cacheKey(key: string, overrideLabels: readonly string[]): string {
  return overrideLabels.length === 0 ? key : [key, ...overrideLabels].join('\n');
}

function bytesOfEntry({ plan, key, request }: Entry): number {
  return bytesOfPlan(plan) + 2 * (key.length + request.text.length) + 1_000;
}
