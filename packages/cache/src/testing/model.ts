/**
 * A database, routers that read it through a cache, and writes to it, in any order that can happen: a fetch reads the state of the
 * store, then takes snapshots, then fills, with anything between; transactions commit in another order than they began; writes are
 * settled late, twice, without transaction ids; records are evicted.
 *
 * An entry's value is the transactions that each of its statements has seen, so that at serving it can be told whether one is
 * missing that had been settled before.
 */
import fc from 'fast-check';
import type { Evidence, StoreState, TagRecord } from '../contract.js';
import { isProven } from '../proof.js';
import { joinSnapshots, printSnapshot, type Snapshot } from '../snapshot.js';
import type { Harness } from './harness.js';

const store = 'reviews';
const allTags = ['a', 'b', 'c'];
const cluster = '7/1';

const tag = fc.constantFrom(...allTags);
const pick = fc.nat(5);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('begin'), tag, pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('commit'), tag, pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle'), tag, pick }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('settleAgain', 'settleBlind', 'settleAll'), tag, pick }),
  },
  { weight: 9, arbitrary: fc.record({ do: fc.constantFrom('fetch', 'select', 'fill'), tag, pick }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('serve', 'serveHeld'), tag, pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('evictTag', 'evictStore', 'flush'), tag, pick }) },
);
export const steps = fc.array(step, { minLength: 20, maxLength: 120, size: 'max' });
export type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never;

interface Transaction {
  readonly xid: bigint;
  readonly tags: readonly string[];
}

/** A statement: the transactions that it saw, of those that wrote to its tag. */
interface Statement {
  readonly tag: string;
  readonly seen: readonly string[];
  readonly snapshot: Snapshot;
}

interface Fetch {
  readonly key: string;
  readonly tags: readonly string[];
  readonly state: StoreState;
  readonly statements: Statement[];
}

interface Held {
  readonly value: string;
  readonly evidence: Evidence;
  /** When it was last proven. */
  provenAt: StoreState | null;
}

export interface Tally {
  served: number;
  /** What was wrong, in words; none: nothing was. */
  readonly wrong: string[];
}

/** Plays the steps. Nothing runs at the same time: the order is the point. */
export async function play(harness: Harness, script: Steps): Promise<Tally> {
  const world = new World(harness);
  for (const one of script) await world.step(one.do, one.tag, one.pick);
  return world.tally;
}

class World {
  readonly tally: Tally = { served: 0, wrong: [] };
  readonly #harness: Harness;
  /** "999" and "1000": the order of texts is not that of numbers. */
  #nextXid = 997n;
  readonly #running: Transaction[] = [];
  readonly #committed: Transaction[] = [];
  readonly #settled: Transaction[] = [];
  #fetches: Fetch[] = [];
  readonly #held: Held[] = [];

  constructor(harness: Harness) {
    this.#harness = harness;
  }

  async step(name: string, tagName: string, choice: number): Promise<void> {
    switch (name) {
      case 'begin':
        this.#begin(tagName, choice);
        return;
      case 'commit':
        this.#committed.push(...take(this.#running, choice));
        return;
      case 'fetch':
        return this.#fetch(tagName, choice);
      case 'select':
        this.#select(choice);
        return;
      case 'fill':
        return this.#fill(choice);
      case 'serve':
        return this.#serve();
      case 'serveHeld':
        return this.#serveHeld(choice);
      case 'evictTag':
        return this.#harness.evictTag(store, tagName);
      case 'evictStore':
        return this.#harness.evictStore(store);
      case 'flush':
        return this.#harness.flush();
      default:
        return this.#settle(name, choice);
    }
  }

  #begin(tagName: string, choice: number): void {
    const other = allTags[choice % allTags.length] ?? tagName;
    // Somebody else's transactions use up ids as well.
    this.#nextXid += BigInt(1 + (choice % 2));
    this.#running.push({ xid: this.#nextXid, tags: [...new Set([tagName, other])] });
  }

  async #settle(how: string, choice: number): Promise<void> {
    const again = this.#settled[choice % Math.max(1, this.#settled.length)];
    const open = this.#committed.filter((one) => !this.#settled.includes(one));
    const one = how === 'settleAgain' ? again : open[choice % Math.max(1, open.length)];
    if (one === undefined) return;
    const isBlind = how === 'settleBlind';
    await this.#harness.backend.settle(
      store,
      {
        cluster: isBlind ? null : cluster,
        xids: isBlind ? [] : [String(one.xid)],
        tags: how === 'settleAll' ? ['*'] : one.tags,
      },
      null,
    );
    if (!this.#settled.includes(one)) this.#settled.push(one);
  }

  async #fetch(tagName: string, choice: number): Promise<void> {
    const [state] = await this.#harness.backend.states([store]);
    if (state === undefined) return;
    const tags = choice % 2 === 0 ? [tagName] : allTags;
    this.#fetches.push({ key: tags.join(), tags, state, statements: [] });
  }

  #select(choice: number): void {
    const open = this.#fetches.filter(({ tags, statements }) => statements.length < tags.length);
    const fetch = open[choice % Math.max(1, open.length)];
    const tagName = fetch?.tags[fetch.statements.length];
    if (fetch !== undefined && tagName !== undefined) fetch.statements.push(this.#statement(tagName));
  }

  #statement(tagName: string): Statement {
    const xids = this.#running.map(({ xid }) => xid);
    const xmax = this.#nextXid + 1n;
    const xmin = xids.reduce((least, xid) => (xid < least ? xid : least), xmax);
    const seen = this.#committed.filter(({ tags }) => tags.includes(tagName)).map(({ xid }) => String(xid));
    return { tag: tagName, seen, snapshot: { xmin, xmax, xip: new Set(xids) } };
  }

  async #fill(choice: number): Promise<void> {
    const fetch = this.#fetches[choice % Math.max(1, this.#fetches.length)];
    if (fetch === undefined) return;
    this.#fetches = this.#fetches.filter((one) => one !== fetch);
    while (fetch.statements.length < fetch.tags.length)
      fetch.statements.push(this.#statement(fetch.tags[fetch.statements.length] ?? ''));
    const [first, ...others] = fetch.statements.map(({ snapshot }) => snapshot);
    if (first === undefined) return;
    const evidence: Evidence = {
      nonce: fetch.state.nonce,
      count: fetch.state.count,
      cluster,
      snapshot: printSnapshot(joinSnapshots([first, ...others])),
      tags: fetch.tags,
      fetchedAt: Date.now(),
      expiresAt: Date.now() + 3_600_000,
      staleUntil: 0,
    };
    const value = JSON.stringify(fetch.statements.map(({ tag: name, seen }) => [name, seen]));
    await this.#harness.backend.fill(store, [{ key: fetch.key, fields: new Map([['f', value]]), evidence }]);
    this.#held.push({ value, evidence, provenAt: null });
  }

  async #serve(): Promise<void> {
    const keys = [...allTags, allTags.join()];
    const requests = keys.map((key) => ({ key, fields: ['f'] }));
    const { entries, state, records } = await this.#harness.backend.read(store, requests, null);
    for (const stored of entries.flat())
      if (stored !== null && isProven(stored.evidence, state, records, Date.now())) {
        this.#served(stored.value, 'from the backend');
        this.#held.push({ ...stored, provenAt: state });
      }
  }

  /** From a tier of the router's own: by the store's count, and by tags where that has moved. */
  async #serveHeld(choice: number): Promise<void> {
    const held = this.#held[choice % Math.max(1, this.#held.length)];
    if (held === undefined) return;
    const [state] = await this.#harness.backend.states([store]);
    if (state === undefined) return;
    const { provenAt } = held;
    const isUnchanged =
      provenAt?.nonce === state.nonce && provenAt.count === state.count && !state.isBypassed;
    const proof = isUnchanged
      ? { state, records: new Map<string, TagRecord | null>() }
      : await this.#harness.backend.records(store, held.evidence.tags);
    if (!isUnchanged && !isProven(held.evidence, proof.state, proof.records, Date.now())) return;
    held.provenAt = proof.state;
    this.#served(held.value, 'from the tier of its own');
  }

  #served(value: string, where: string): void {
    this.tally.served += 1;
    const statements = JSON.parse(value) as [string, string[]][];
    for (const [name, seen] of statements)
      for (const { xid, tags } of this.#settled)
        if (tags.includes(name) && !seen.includes(String(xid)))
          this.tally.wrong.push(`${where}: ${name} without ${xid}, which had been settled`);
  }
}

function take<T>(items: T[], choice: number): T[] {
  return items.length === 0 ? [] : items.splice(choice % items.length, 1);
}
