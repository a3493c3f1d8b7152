// What is known of each key when all is over: which versions there were, and since when nobody may be shown less.
import type { CutOff, WriteEvent } from './history.js';

/** The greatest value of all that are there before a time. */
export class Steps {
  readonly #times: readonly number[];
  readonly #greatest: readonly number[];

  constructor(steps: readonly { readonly at: number; readonly value: number }[]) {
    const sorted = steps.filter(({ at }) => Number.isFinite(at)).sort((a, b) => a.at - b.at);
    let greatest = 0;
    this.#times = sorted.map(({ at }) => at);
    this.#greatest = sorted.map(({ value }) => (greatest = Math.max(greatest, value)));
  }

  /** 0 where there is none. */
  before(time: number): number {
    let [low, high] = [0, this.#times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] ?? Infinity) < time) low = middle + 1;
      else high = middle;
    }
    return this.#greatest[low - 1] ?? 0;
  }
}

export interface Register {
  /** Versions by when their writes were acknowledged. */
  readonly acknowledged: Steps;
  /** The same with those of unknown outcome, from when nothing about them may be in doubt. */
  readonly settled: Steps;
  readonly unconfirmed: Steps;
  /** Acknowledged by a router that was cut off. */
  readonly cutOff: Steps;
  /** Versions by when they were asked for. */
  readonly begun: Steps;
  /** When a version was acknowledged; not there: never. */
  readonly acknowledgedAt: ReadonlyMap<number, number>;
}

export const emptyStep = new Steps([]);
export const emptyRegister: Register = {
  acknowledged: emptyStep,
  settled: emptyStep,
  unconfirmed: emptyStep,
  cutOff: emptyStep,
  begun: emptyStep,
  acknowledgedAt: new Map(),
};

export function registersOf(
  writes: readonly WriteEvent[],
  cutOffs: readonly CutOff[],
): Map<string, Register> {
  const present = writes.flatMap((write) =>
    write.version === null ? [] : [{ ...write, version: write.version }],
  );
  return new Map(
    Array.from(
      grouped(present, ({ key }) => key),
      ([key, own]) => [key, registerOf(own, cutOffs)],
    ),
  );
}

function registerOf(
  writes: readonly (WriteEvent & { readonly version: number })[],
  cutOffs: readonly CutOff[],
): Register {
  const answered = writes.filter(({ outcome }) => outcome === 'acknowledged');
  const atEnd = ({ end, version }: { readonly end: number; readonly version: number }) => ({
    at: end,
    value: version,
  });
  const apart = answered.flatMap((write) => {
    const cutOff = cutOffOf({ router: write.router, arrival: write.end }, cutOffs);
    return cutOff === undefined ? [] : [{ ...write, settledAt: cutOff.settledAt }];
  });
  const versionsApart = new Set(apart.map(({ version }) => version));
  const acknowledged = answered.filter(({ version }) => !versionsApart.has(version)).map(atEnd);
  const unconfirmed = writes.filter(({ outcome }) => outcome === 'unconfirmed');
  const doubtful = [...writes.filter(({ outcome }) => outcome === 'unknown'), ...unconfirmed, ...apart];
  return {
    acknowledged: new Steps(acknowledged),
    settled: new Steps([
      ...acknowledged,
      ...doubtful.map(({ settledAt, version }) => ({ at: settledAt, value: version })),
    ]),
    unconfirmed: new Steps(unconfirmed.map(atEnd)),
    cutOff: new Steps(apart.map(atEnd)),
    begun: new Steps(writes.map(({ start, version }) => ({ at: start, value: version }))),
    acknowledgedAt: new Map(acknowledged.map(({ at, value }) => [value, at])),
  };
}

/** By which an event is excepted. */
export function cutOffOf(
  event: { readonly router: number; readonly arrival: number },
  cutOffs: readonly CutOff[],
): CutOff | undefined {
  return cutOffs.find(
    ({ router, from, until }) => event.router === router && from <= event.arrival && event.arrival <= until,
  );
}

export function grouped<T, K>(items: readonly T[], by: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(by(item));
    if (group === undefined) groups.set(by(item), [item]);
    else group.push(item);
  }
  return groups;
}
