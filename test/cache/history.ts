/**
 * What clients saw, judged. Every key is a register whose versions are dense and drawn by its store under the row's lock, so
 * that their order needs no clock; arrivals and ends are of the checker's own monotonic clock, which all clients share.
 *
 * What is counted, worst last (each is also one of those before it): a read is **stale** if it shows less than a write that was
 * acknowledged before the read was sent; a **resurrection** if somebody had been shown that write before; **non-monotonic** if
 * the same client had.
 */

/** A write that a client asked for, in milliseconds of one monotonic clock. */
export interface WriteEvent {
  readonly key: string;
  /** Dense for each key, from the store; null: it is not there. */
  readonly version: number | null;
  readonly start: number;
  readonly end: number;
  /**
   * `unconfirmed`: answered, with the word that it could not be fenced (P2's exception in mode `available`); `unknown`: no
   * answer, or none that says; `rejected`: answered with an error after which nothing is in the store.
   */
  readonly outcome: 'acknowledged' | 'unconfirmed' | 'unknown' | 'rejected';
  /** Of one that is not acknowledged, or by a router that was cut off: since when nobody may be shown less, if it is in the store. */
  readonly settledAt: number;
  /** By which it was sent. */
  readonly router: number;
}

/** A key as one answer shows it. */
export interface ReadEvent {
  readonly key: string;
  readonly version: number;
  readonly arrival: number;
  readonly end: number;
  readonly client: number;
  readonly router: number;
  /** By which field it was read. */
  readonly shape: string;
}

/** A list as one answer shows it, for its members' sake. */
export interface ListEvent {
  readonly list: string;
  readonly members: ReadonlySet<string>;
  readonly arrival: number;
  readonly end: number;
  readonly router: number;
}

/** A private value, and whom it belongs to. */
export interface PrivateEvent {
  readonly user: string;
  readonly owner: string;
  readonly arrival: number;
  readonly router: number;
}

/** In which list a version of a key is, of all that there were. */
export interface Placement {
  readonly key: string;
  readonly version: number;
  readonly list: string;
}

/**
 * A router that is left with a demoted master, in milliseconds, for as long as P2 excepts it: it does not see what is written by
 * way of the other master, nor is seen what is written by its.
 */
export interface CutOff {
  readonly router: number;
  readonly from: number;
  readonly until: number;
  /** Since when nobody may be shown less than it has written meanwhile. */
  readonly settledAt: number;
}

export interface History {
  readonly writes: readonly WriteEvent[];
  readonly reads: readonly ReadEvent[];
  readonly lists: readonly ListEvent[];
  readonly privates: readonly PrivateEvent[];
  readonly placements: readonly Placement[];
  readonly cutOffs: readonly CutOff[];
}

export interface Verdict {
  readonly stale: number;
  readonly resurrections: number;
  readonly nonMonotonic: number;
  readonly crossUser: number;
  /** Lists that lack whom they must have, or have whom they must not. */
  readonly staleLists: number;
  /** Reads that show less than a write of unknown outcome that is in the store, after all that may be in doubt was over. */
  readonly flips: number;
  /** Reads that show less than a write that was answered as unconfirmed: P2's exception, no fault. */
  readonly unconfirmed: number;
  /** Reads and lists by a router that was cut off with a demoted master, or below a write by it: P2's other exception. */
  readonly cutOff: number;
  /** Reads of versions that were never written, or not yet: the checker's own fault, or worse. */
  readonly impossible: number;
  /** The first of each, in words. */
  readonly examples: readonly string[];
}

const maxExamples = 40;

export function judge(history: History): Verdict {
  const registers = registersOf(history.writes, history.cutOffs);
  const examples: string[] = [];
  const say = (what: string, event: object): void => {
    if (examples.length < maxExamples) examples.push(`${what}: ${JSON.stringify(event)}`);
  };
  const counts = {
    stale: 0,
    resurrections: 0,
    nonMonotonic: 0,
    flips: 0,
    unconfirmed: 0,
    cutOff: 0,
    impossible: 0,
  };
  const byKey = grouped(history.reads, ({ key }) => key);
  for (const [key, reads] of byKey) {
    const register = registers.get(key) ?? emptyRegister;
    const shown = shownOver(reads, register);
    const shownToClient = new Map(
      Array.from(
        grouped(reads, ({ client }) => client),
        ([client, own]) => [client, shownOver(own, register)],
      ),
    );
    for (const read of reads) {
      const found = judgeRead(read, register, shown, shownToClient.get(read.client) ?? emptyStep);
      const isExcepted = cutOffOf(read, history.cutOffs) !== undefined;
      for (const kind of isExcepted ? excepted(found) : found) {
        counts[kind] += 1;
        say(kind, { ...read, acknowledged: register.acknowledged.before(read.arrival) });
      }
    }
  }
  const crossed = history.privates.filter(({ user, owner }) => user !== owner);
  for (const event of crossed) say('crossUser', event);
  const lists = judgeLists(history, registers);
  const staleLists = lists.filter((event) => cutOffOf(event, history.cutOffs) === undefined);
  for (const event of staleLists) say('staleList', event);
  const cutOff = counts.cutOff + lists.length - staleLists.length;
  return { ...counts, cutOff, crossUser: crossed.length, staleLists: staleLists.length, examples };
}

type ReadFault =
  'stale' | 'resurrections' | 'nonMonotonic' | 'flips' | 'unconfirmed' | 'cutOff' | 'impossible';

/** What is found of a read that is excepted; what nobody wrote is none the less impossible. */
function excepted(found: readonly ReadFault[]): ReadFault[] {
  const others = found.filter((kind) => kind === 'impossible');
  return others.length < found.length ? [...others, 'cutOff'] : others;
}

function cutOffOf(
  event: { readonly router: number; readonly arrival: number },
  cutOffs: readonly CutOff[],
): CutOff | undefined {
  return cutOffs.find(
    ({ router, from, until }) => event.router === router && from <= event.arrival && event.arrival <= until,
  );
}

function judgeRead(read: ReadEvent, register: Register, shown: Steps, shownToClient: Steps): ReadFault[] {
  const { version, arrival, end } = read;
  const found: ReadFault[] = [];
  if (version > register.begun.before(end)) found.push('impossible');
  if (version < register.acknowledged.before(arrival)) {
    found.push('stale');
    if (version < shown.before(arrival)) found.push('resurrections');
    if (version < shownToClient.before(arrival)) found.push('nonMonotonic');
  } else if (version < register.settled.before(arrival)) found.push('flips');
  else if (version < register.unconfirmed.before(arrival)) found.push('unconfirmed');
  else if (version < register.cutOff.before(arrival)) found.push('cutOff');
  return found;
}

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

interface Register {
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

const emptyStep = new Steps([]);
const emptyRegister: Register = {
  acknowledged: emptyStep,
  settled: emptyStep,
  unconfirmed: emptyStep,
  cutOff: emptyStep,
  begun: emptyStep,
  acknowledgedAt: new Map(),
};

function registersOf(writes: readonly WriteEvent[], cutOffs: readonly CutOff[]): Map<string, Register> {
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

/** Versions by when they had been shown to somebody and their write was acknowledged. */
function shownOver(reads: readonly ReadEvent[], { acknowledgedAt }: Register): Steps {
  return new Steps(
    reads.map(({ version, end }) => ({
      at: Math.max(end, acknowledgedAt.get(version) ?? Infinity),
      value: version,
    })),
  );
}

interface StaleList {
  readonly key: string;
  readonly is: boolean;
  readonly from: number;
  readonly to: number;
  readonly list: string;
  readonly arrival: number;
  readonly router: number;
}

/**
 * A key that was in the list whichever of the versions that may have been current is the true one must be there; one that was
 * in none of them must not. Version 0 is what was seeded.
 */
function judgeLists(history: History, registers: ReadonlyMap<string, Register>): StaleList[] {
  const found: StaleList[] = [];
  const versionsOf = new Map(
    Array.from(
      grouped(history.placements, ({ key }) => key),
      ([key, own]) => [key, new Map(own.map(({ version, list }) => [version, list]))],
    ),
  );
  const keysOf = grouped(history.placements, ({ list }) => list);
  for (const event of history.lists) {
    const keys = new Set([...event.members, ...(keysOf.get(event.list) ?? []).map(({ key }) => key)]);
    for (const key of keys) {
      const register = registers.get(key) ?? emptyRegister;
      const from = register.acknowledged.before(event.arrival);
      const to = Math.max(from, register.begun.before(event.end));
      const lists = Array.from({ length: to - from + 1 }, (_, index) =>
        versionsOf.get(key)?.get(from + index),
      );
      const mayBe = lists.includes(event.list);
      const mustBe = lists.every((list) => list === event.list);
      const is = event.members.has(key);
      if ((is && !mayBe) || (!is && mustBe)) {
        const { list, arrival, router } = event;
        found.push({ key, is, from, to, list, arrival, router });
      }
    }
  }
  return found;
}

function grouped<T, K>(items: readonly T[], by: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(by(item));
    if (group === undefined) groups.set(by(item), [item]);
    else group.push(item);
  }
  return groups;
}
