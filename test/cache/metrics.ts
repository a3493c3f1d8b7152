// What the routers count of their cache, over all their lives: a router that is killed begins again at 0.
import { keepsWholeAnswers, type CheckedRouter } from './system.js';

/** Of a counter, by its name and labels as they are written. */
type Samples = ReadonlyMap<string, number>;

/** What was counted in some time. Immutable. */
export class Counts {
  readonly #byRouter: readonly Samples[];

  constructor(byRouter: readonly Samples[]) {
    this.#byRouter = byRouter;
  }

  since(earlier: Counts): Counts {
    return new Counts(
      this.#byRouter.map((samples, router) => {
        const before = earlier.#byRouter[router];
        return new Map(Array.from(samples, ([name, value]) => [name, value - (before?.get(name) ?? 0)]));
      }),
    );
  }

  /** Of all routers, as `name{labels} value`. */
  samples(name: string): string[] {
    const sums = new Map<string, number>();
    for (const samples of this.#byRouter) {
      for (const [sample, value] of samples)
        if (sample.startsWith(`${name}{`)) sums.set(sample, (sums.get(sample) ?? 0) + value);
    }
    return Array.from(sums, ([sample, value]) => `${sample} ${value}`).sort();
  }

  /** Of the samples of a name whose labels are all there. @param routers which of them count */
  total(name: string, labels: readonly string[], routers: (index: number) => boolean): number {
    let total = 0;
    for (const [index, samples] of this.#byRouter.entries()) {
      if (!routers(index)) continue;
      for (const [sample, value] of samples) {
        const isOfName = sample === name || sample.startsWith(`${name}{`);
        if (isOfName && labels.every((label) => sample.includes(label))) total += value;
      }
    }
    return total;
  }
}

export class Metrics {
  readonly #routers: readonly CheckedRouter[];
  readonly #last: Samples[];
  /** Of lives that are over. */
  readonly #before: Map<string, number>[];

  constructor(routers: readonly CheckedRouter[]) {
    this.#routers = routers;
    this.#last = routers.map(() => new Map<string, number>());
    this.#before = routers.map(() => new Map<string, number>());
  }

  /** Until now; a router that does not answer has no more to tell than before. */
  async counts(): Promise<Counts> {
    await Promise.all(
      this.#routers.map(async ({ metricsUrl }, index) => {
        const text = await fetch(metricsUrl).then(
          (response) => response.text(),
          () => null,
        );
        if (text === null) return;
        const now = samplesOf(text);
        const last = this.#last[index] ?? new Map<string, number>();
        const before = this.#before[index] ?? new Map<string, number>();
        for (const [name, value] of last) {
          if ((now.get(name) ?? 0) < value) before.set(name, (before.get(name) ?? 0) + value);
        }
        this.#last[index] = now;
      }),
    );
    return new Counts(
      this.#last.map((last, index) => {
        const sums = new Map(last);
        for (const [name, value] of this.#before[index] ?? []) sums.set(name, (sums.get(name) ?? 0) + value);
        return sums;
      }),
    );
  }
}

/** What a person who looks into a run wants to know of its cache, a line each. */
export function details(counts: Counts): string[] {
  const names = ['hits', 'memory_hits', 'partial_hits', 'misses', 'not_cacheable', 'refused_fills', 'writes'];
  return names.flatMap((name) => counts.samples(`selvedge_cache_${name}_total`));
}

function samplesOf(text: string): Samples {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))] as const;
    }),
  );
}

export interface CacheFigures {
  /** Of entities looked up by a router that keeps no whole answers, in which most hits would not be seen; null: it does not say. */
  readonly entityHitRate: number | null;
  /** How many of them were looked up. */
  readonly entities: number;
  /** Those that were no hits, by why: `partial`, or the reason of a miss. */
  readonly entityMisses: ReadonlyMap<string, number>;
  /** Of root fields, lists among them. */
  readonly rootHitRate: number | null;
  readonly answerHitRate: number | null;
  /** Of all that was looked up, what was passed by for a write of unknown outcome or for a Redis that could not be asked. */
  readonly bypassedShare: number | null;
}

const reasons = ['absent', 'fenced', 'unproven', 'bypassed', 'unavailable', 'expired', 'requested'];

export function figuresOf(counts: Counts): CacheFigures {
  const lookedUp = (labels: readonly string[], routers: (index: number) => boolean) => {
    const hits = counts.total('selvedge_cache_hits_total', labels, routers);
    const partial = counts.total('selvedge_cache_partial_hits_total', labels, routers);
    const misses = counts.total('selvedge_cache_misses_total', labels, routers);
    return { hits, partial, all: hits + partial + misses };
  };
  const missed = (labels: readonly string[], routers: (index: number) => boolean) =>
    counts.total('selvedge_cache_misses_total', labels, routers);
  const entities = lookedUp(['kind="entity"'], keepsParts);
  const roots = lookedUp(['kind="root"'], keepsParts);
  const answers = lookedUp(['kind="answer"'], keepsWholeAnswers);
  const passedBy = missed(['reason="bypassed"'], everyRouter) + missed(['reason="unavailable"'], everyRouter);
  const why = reasons.map(
    (reason) => [reason, missed(['kind="entity"', `reason="${reason}"`], keepsParts)] as const,
  );
  return {
    entityHitRate: share(entities.hits, entities.all),
    entities: entities.all,
    entityMisses: new Map([...why, ['partial', entities.partial] as const].filter(([, count]) => count > 0)),
    rootHitRate: share(roots.hits, roots.all),
    answerHitRate: share(answers.hits, answers.all),
    bypassedShare: share(passedBy, lookedUp([], everyRouter).all),
  };
}

function keepsParts(router: number): boolean {
  return !keepsWholeAnswers(router);
}

function everyRouter(): boolean {
  return true;
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
