/**
 * Asks for the records of stores and tags for all who ask in one tick of the event loop, by one command; in Redis Cluster by one a
 * store. Nobody joins what was sent before he asked: that answer may predate a write that he has seen acknowledged.
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

interface Asked {
  readonly tags: Set<string>;
  readonly answer: Promise<StoreRecords>;
  readonly resolve: (records: StoreRecords) => void;
  readonly reject: (error: unknown) => void;
}

type Reply = readonly (readonly [...StateReply, records: readonly (string | null)[]])[];

/** A script holds up everybody else's. */
const tagsPerCommand = 5_000;

export class Validations {
  readonly #caller: Caller;
  readonly #keyOf: (store: string) => string;
  readonly #firstArgs: () => readonly string[];
  #asked = new Map<string, Asked>();

  /** @param firstArgs that every script takes */
  constructor(caller: Caller, keyOf: (store: string) => string, firstArgs: () => readonly string[]) {
    this.#caller = caller;
    this.#keyOf = keyOf;
    this.#firstArgs = firstArgs;
  }

  ask(store: string, tags: readonly string[]): Promise<StoreRecords> {
    if (this.#asked.size === 0)
      setImmediate(() => {
        this.#send();
      });
    let asked = this.#asked.get(store);
    if (asked === undefined) {
      asked = newAsked();
      this.#asked.set(store, asked);
    }
    for (const tag of tags) asked.tags.add(tag);
    return asked.answer;
  }

  #send(): void {
    const all = [...this.#asked];
    this.#asked = new Map();
    let tags = 0;
    let together: [string, Asked][] = [];
    for (const one of all) {
      const its = one[1].tags.size;
      if (together.length > 0 && (this.#caller.isClustered || tags + its > tagsPerCommand)) {
        void this.#ask(together);
        together = [];
        tags = 0;
      }
      together.push(one);
      tags += its;
    }
    void this.#ask(together);
  }

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
