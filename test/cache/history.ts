/**
 * What clients saw, judged. Every key is a register whose versions are dense and drawn by its store under the row's lock, so
 * that their order needs no clock; arrivals and ends are of the checker's own monotonic clock, which all clients share.
 *
 * What is counted, worst last (each is also one of those before it): a read is **stale** if it shows less than a write that was
 * acknowledged before the read was sent; a **resurrection** if somebody had been shown that write before; **non-monotonic** if
 * the same client had.
 */

import {
  cutOffOf,
  emptyRegister,
  emptyStep,
  grouped,
  registersOf,
  Steps,
  type Register,
} from './registers.js';

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
