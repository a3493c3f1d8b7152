// What the routers count of their cache, over all their lives: a router that is killed begins again at 0.
import { keepsWholeAnswers, type CheckedRouter } from './system.js';

/** Of a counter, by its labels as they are written. */
type Samples = ReadonlyMap<string, number>;

export class Metrics {
  readonly #routers: readonly CheckedRouter[];
  readonly #last: Samples[];
  readonly #before: Map<string, number>[];

  private constructor(routers: readonly CheckedRouter[]) {
    this.#routers = routers;
    this.#last = routers.map(() => new Map<string, number>());
    this.#before = routers.map(() => new Map<string, number>());
  }

  /** Their indexes. */
  get routers(): number[] {
    return this.#routers.map((_, index) => index);
  }

  /** Of what is counted from now on. */
  static async from(routers: readonly CheckedRouter[]): Promise<Metrics> {
    const metrics = new Metrics(routers);
    await metrics.collect();
    for (const [index, last] of metrics.#last.entries()) {
      for (const [name, value] of last) metrics.#before[index]?.set(name, -value);
    }
    return metrics;
  }

  /** Reads them; a router that does not answer has none to tell. */
  async collect(): Promise<void> {
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
  }

  /** Of all routers and lives, as `name{labels} value`. */
  samples(name: string): string[] {
    const sums = new Map<string, number>();
    for (const samples of [...this.#last, ...this.#before]) {
      for (const [sample, value] of samples)
        if (sample.startsWith(`${name}{`)) sums.set(sample, (sums.get(sample) ?? 0) + value);
    }
    return Array.from(sums, ([sample, value]) => `${sample} ${value}`).sort();
  }

  /** Of all lives of the routers, of the samples of a name whose labels are all there. */
  total(name: string, labels: readonly string[], routers: readonly number[]): number {
    let total = 0;
    for (const samples of routers.flatMap((index) => [this.#last[index], this.#before[index]])) {
      if (samples === undefined) continue;
      for (const [sample, value] of samples) {
        const isOfName = sample === name || sample.startsWith(`${name}{`);
        if (isOfName && labels.every((label) => sample.includes(label))) total += value;
      }
    }
    return total;
  }
}

/** What a person who looks into a run wants to know of its cache, a line each. */
export function details(metrics: Metrics): string[] {
  const names = ['hits', 'memory_hits', 'partial_hits', 'misses', 'not_cacheable', 'refused_fills', 'writes'];
  return names.flatMap((name) => metrics.samples(`selvedge_cache_${name}_total`));
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
  /** Of root fields, lists among them. */
  readonly rootHitRate: number | null;
  readonly answerHitRate: number | null;
  /** Of all that was looked up, what was passed by for a write of unknown outcome or for a Redis that could not be asked. */
  readonly bypassedShare: number | null;
}

export function figuresOf(metrics: Metrics): CacheFigures {
  const all = metrics.routers;
  const hitRate = (kind: string, routers: readonly number[]): number | null => {
    const labels = [`kind="${kind}"`];
    const counts = ['hits', 'partial_hits', 'misses'].map((name) =>
      metrics.total(`selvedge_cache_${name}_total`, labels, routers),
    );
    return share(counts[0] ?? 0, sum(counts));
  };
  const passedBy = ['bypassed', 'unavailable'].map((reason) =>
    metrics.total('selvedge_cache_misses_total', [`reason="${reason}"`], all),
  );
  const lookedUp = ['hits', 'partial_hits', 'misses'].map((name) =>
    metrics.total(`selvedge_cache_${name}_total`, [], all),
  );
  return {
    entityHitRate: hitRate('entity', all.filter(keepsParts)),
    rootHitRate: hitRate('root', all.filter(keepsParts)),
    answerHitRate: hitRate('answer', all),
    bypassedShare: share(sum(passedBy), sum(lookedUp)),
  };
}

function keepsParts(router: number): boolean {
  return !keepsWholeAnswers(router);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, each) => total + each, 0);
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
