/**
 * Asks for the records of stores and tags for all who ask at about one time, by one command; in Redis Cluster by one a store.
 * While a command is on its way, whoever comes waits for its answer, and the next command is for all of them: a round trip more at
 * most, and none where nobody else asks. Nobody joins what was sent before he asked: that answer may predate a write that he has seen
 * acknowledged.
 */
import type { StoreState, TagRecord } from '../contract.js';
import type { Caller } from './caller.js';
import { decodeRecord, decodeState, storedTag, type StateReply } from './encoding.js';
import { scripts } from './scripts/index.js';

export interface StoreRecords {
  readonly state: StoreState;
  /** At least of the tags that were asked for. */
  readonly records: ReadonlyMap<string, TagRecord | null>;
}

/** What one command asks of one store, and who waits for it. */
interface Asked {
  readonly tags: Set<string>;
  readonly answer: Promise<StoreRecords>;
  readonly resolve: (records: StoreRecords) => void;
  readonly reject: (error: unknown) => void;
}

/** Of commands that wait for each other. */
interface Lane {
  /** What has not been sent, by store. */
  asked: Map<string, Asked>;
  /** Of what has been sent, what is waited for; null: nothing is, and who comes is sent for in this tick. */
  underWay: symbol | null;
}

type Reply = readonly (readonly [...StateReply, records: readonly (string | null)[]])[];

/** A script holds up everybody else's. */
const tagsPerCommand = 5_000;
/** Milliseconds for which a command is waited for by others: one that is stuck holds up nobody but those who sent it. */
const longestHold = 5;

export class Validations {
  readonly #caller: Pick<Caller, 'isClustered' | 'run'>;
  readonly #keyOf: (store: string) => string;
  readonly #firstArgs: () => readonly string[];
  /** One; in a Cluster one a store, since one node may be silent while the others answer. */
  readonly #lanes = new Map<string, Lane>();

  /** @param firstArgs that every script takes */
  constructor(
    caller: Pick<Caller, 'isClustered' | 'run'>,
    keyOf: (store: string) => string,
    firstArgs: () => readonly string[],
  ) {
    this.#caller = caller;
    this.#keyOf = keyOf;
    this.#firstArgs = firstArgs;
  }

  ask(store: string, tags: readonly string[]): Promise<StoreRecords> {
    const lane = this.#laneOf(store);
    if (lane.asked.size === 0 && lane.underWay === null) this.#sendSoon(lane);
    let asked = lane.asked.get(store);
    if (asked === undefined) {
      asked = newAsked();
      lane.asked.set(store, asked);
    }
    for (const tag of tags) asked.tags.add(tag);
    return asked.answer;
  }

  #laneOf(store: string): Lane {
    const name = this.#caller.isClustered ? store : '';
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { asked: new Map(), underWay: null };
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  /** At the end of this tick, so that all who ask in it are in. */
  #sendSoon(lane: Lane): void {
    setImmediate(() => {
      this.#send(lane);
    });
  }

  #send(lane: Lane): void {
    const commands = commandsFor(lane.asked);
    lane.asked = new Map();
    const sent = Symbol('sent');
    lane.underWay = sent;
    const release = () => {
      if (lane.underWay !== sent) return;
      clearTimeout(timer);
      lane.underWay = null;
      if (lane.asked.size > 0) this.#sendSoon(lane);
    };
    const timer = setTimeout(release, longestHold);
    void Promise.all(commands.map((command) => this.#ask(command))).then(release);
  }

  /** Never rejects. */
  async #ask(stores: readonly (readonly [string, Asked])[]): Promise<void> {
    const [first, ...others] = stores.map(([store]) => this.#keyOf(store));
    if (first === undefined) return;
    const args = [...this.#firstArgs()];
    for (const [, { tags }] of stores) {
      args.push(String(tags.size));
      for (const tag of tags) args.push(storedTag(tag));
    }
    try {
      const reply = (await this.#caller.run(scripts.validate, [first, ...others], args)) as Reply;
      for (const [index, [, asked]] of stores.entries()) asked.resolve(decodeAnswer(asked, reply[index]));
    } catch (error) {
      for (const [, asked] of stores) asked.reject(error);
    }
  }
}

function commandsFor(asked: ReadonlyMap<string, Asked>): [string, Asked][][] {
  const commands: [string, Asked][][] = [];
  let tags = 0;
  for (const one of asked) {
    const its = one[1].tags.size;
    const last = commands.at(-1);
    if (last === undefined || tags + its > tagsPerCommand) {
      commands.push([one]);
      tags = its;
    } else {
      last.push(one);
      tags += its;
    }
  }
  return commands;
}

function newAsked(): Asked {
  const { promise, resolve, reject } = withResolvers<StoreRecords>();
  return { tags: new Set(), answer: promise, resolve, reject };
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
}

function decodeAnswer({ tags }: Asked, reply: Reply[number] | undefined): StoreRecords {
  if (reply === undefined) throw new Error('expected the records of each store but got fewer');
  const [nonce, count, since, cluster, bypassed, texts] = reply;
  const records = new Map<string, TagRecord | null>();
  let index = 0;
  for (const tag of tags) {
    records.set(tag, decodeRecord(texts[index] ?? null, since));
    index += 1;
  }
  return { state: decodeState([nonce, count, since, cluster, bypassed]), records };
}
