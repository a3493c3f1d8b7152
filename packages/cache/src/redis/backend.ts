/** The contract on Redis: what is asked, as arguments of scripts, and their replies. `scripts/` has what is done. */
import { randomBytes } from 'node:crypto';
import {
  CacheUnavailable,
  type CacheBackend,
  type Claim,
  type EntryRequest,
  type IntentTimes,
  type NewEntry,
  type ReadResult,
  type StoreState,
  type TagRecord,
  type Write,
} from '../contract.js';
import { intentsKept } from '../limits.js';
import type { BreakerState } from './breaker.js';
import type { Caller } from './caller.js';
import type { Argument } from './connection.js';
import { decodeEntry, decodeRecord, decodeState, encodeEvidence, encodeFill, storedTag } from './encoding.js';
import { scripts } from './scripts/index.js';
import { Validations } from './validations.js';

export interface RedisBackend extends CacheBackend {
  /** Open: Redis does not answer, and is not asked. */
  readonly breakerState: BreakerState;
}

/** A script holds up everybody else's. More than so many go as several commands, at once. */
const requestsPerCommand = 250;
const entriesPerCommand = 250;
/** A write with more tags is one of everything. */
const tagsPerWrite = 5_000;

export class ScriptedBackend implements RedisBackend {
  readonly #caller: Caller;
  readonly #namespace: string;
  readonly #longestIntent: string;
  readonly #validations: Validations;

  constructor(caller: Caller, namespace: string, longestIntent: number) {
    this.#caller = caller;
    this.#namespace = namespace;
    this.#longestIntent = String(longestIntent);
    this.#validations = new Validations(
      caller,
      (store) => this.#keyOf(store),
      () => this.#firstArgs(),
    );
  }

  get breakerState(): BreakerState {
    return this.#caller.breakerState;
  }

  async states(stores: readonly string[]): Promise<readonly StoreState[]> {
    const answers = await Promise.all(stores.map((store) => this.#validations.ask(store, [])));
    return answers.map(({ state }) => state);
  }

  records(store: string, tags: readonly string[]) {
    return this.#validations.ask(store, tags);
  }

  async read(store: string, requests: readonly EntryRequest[], claim: Claim | null): Promise<ReadResult> {
    const [first, ...others] = chunks(requests, requestsPerCommand);
    const parts = await Promise.all(
      [first ?? [], ...others].map((some) => this.#readSome(store, some, claim)),
    );
    return joined(parts);
  }

  async fill(store: string, entries: readonly NewEntry[]): Promise<number> {
    const now = Date.now();
    const stored = await Promise.all(
      chunks(entries, entriesPerCommand).map((some) => this.#run('fill', store, fillArgs(some, now))),
    );
    return stored.reduce<number>((sum, part) => sum + Number(part), 0);
  }

  async claim(store: string, keys: readonly string[], { id, milliseconds: life }: Claim) {
    if (keys.length === 0) return [];
    const claims = (await this.#run('claim', store, [id, milliseconds(life), ...keys])) as readonly number[];
    return claims.map((claimed) => claimed === 1);
  }

  async abandon(store: string, keys: readonly string[], claim: string): Promise<void> {
    if (keys.length > 0) await this.#run('abandon', store, [claim, ...keys]);
  }

  async intend(store: string, id: string, { suspect, over }: IntentTimes): Promise<void> {
    const args = [intentField(id), milliseconds(suspect), milliseconds(over), String(intentsKept)];
    if ((await this.#run('intend', store, args)) !== 1)
      throw new CacheUnavailable(
        `expected at most ${intentsKept} mutations of ${store} under way but got more`,
      );
  }

  async settle(store: string, { cluster, xids, tags }: Write, intent: string | null): Promise<void> {
    const named = tags.length > tagsPerWrite ? ['*'] : tags.map(storedTag);
    const ids = xids.map((xid) => BigInt(xid).toString());
    const args = [
      intent === null ? '' : intentField(intent),
      cluster ?? '',
      String(ids.length),
      ...ids,
      ...named,
    ];
    await this.#run('settle', store, args, true);
  }

  async doubt(store: string, intent: string): Promise<void> {
    await this.#run('doubt', store, [intentField(intent)], true);
  }

  async vouch(store: string, duration: number): Promise<void> {
    await this.#run('vouch', store, [milliseconds(duration)]);
  }

  close(): Promise<void> {
    this.#caller.close();
    return Promise.resolve();
  }

  async #readSome(
    store: string,
    requests: readonly EntryRequest[],
    claim: Claim | null,
  ): Promise<ReadResult> {
    const args = [...this.#firstArgs(), claim?.id ?? '', milliseconds(claim?.milliseconds ?? 0)];
    for (const { key } of requests) args.push(key);
    const reply = await this.#caller.run(scripts.read, [this.#keyOf(store)], args, { texts: 'buffers' });
    return decodeRead(requests, reply as ReadReply);
  }

  #run(
    name: keyof typeof scripts,
    store: string,
    args: readonly Argument[],
    isUrgent = false,
  ): Promise<unknown> {
    return this.#caller.run(scripts[name], [this.#keyOf(store)], [...this.#firstArgs(), ...args], {
      isUrgent,
    });
  }

  /** What is in braces decides the slot. */
  #keyOf(store: string): string {
    return `{${withoutBraces(this.#namespace)}:${withoutBraces(store)}}`;
  }

  #firstArgs(): readonly string[] {
    return [randomBytes(12).toString('base64url'), this.#longestIntent];
  }
}

function fillArgs(entries: readonly NewEntry[], now: number): Argument[] {
  const args: Argument[] = [];
  for (const { key, fields, evidence } of entries) {
    const life = Math.max(evidence.expiresAt, evidence.staleUntil) - now;
    const { names, text } = encodeFill(fields, evidence);
    // What is over is not stored, but takes back its claim: it lives for no time.
    args.push(key, milliseconds(life), encodeEvidence(evidence), names, text);
  }
  return args;
}

type ReadReply = readonly [
  nonce: Buffer,
  count: number,
  since: number,
  cluster: Buffer,
  bypassed: number,
  entries: readonly (Buffer | null)[],
  tags: readonly (Buffer | null)[],
  claimed: readonly number[],
];

function decodeRead(requests: readonly EntryRequest[], reply: ReadReply): ReadResult {
  const [nonce, count, since, cluster, bypassed, texts, tags, claims] = reply;
  const state = decodeState([nonce.toString(), count, since, cluster.toString(), bypassed]);
  const records = new Map<string, TagRecord | null>();
  for (let i = 0; i < tags.length; i += 2)
    records.set(String(tags[i]), decodeRecord(tags[i + 1]?.toString() ?? null, since));
  const claimed: (boolean | null)[] = [];
  let missing = 0;
  const entries = requests.map(({ fields }, index) => {
    const text = texts[index] ?? null;
    claimed.push(text === null ? claims[missing] === 1 : null);
    if (text !== null) return decodeEntry(text, fields);
    missing += 1;
    return fields.map(() => null);
  });
  return { state, entries, records, claimed };
}

/**
 * Of the parts' states the one with the least count: records of the later parts have had all that it has, and whoever remembers that
 * an entry was proven at this count asks again where there was another invalidation.
 */
function joined(parts: readonly ReadResult[]): ReadResult {
  const [first, ...others] = parts;
  if (first === undefined) throw new Error('expected an answer of Redis but got none');
  if (others.length === 0) return first;
  const oldest = parts.reduce((least, part) => (part.state.count < least.state.count ? part : least));
  return {
    state: { ...oldest.state, isBypassed: parts.some(({ state }) => state.isBypassed) },
    entries: parts.flatMap(({ entries }) => entries),
    records: new Map(parts.flatMap(({ records }) => [...records])),
    claimed: parts.flatMap(({ claimed }) => claimed),
  };
}

function chunks<T>(items: readonly T[], size: number): (readonly T[])[] {
  if (items.length <= size) return items.length === 0 ? [] : [items];
  const some: T[][] = [];
  for (let first = 0; first < items.length; first += size) some.push(items.slice(first, first + size));
  return some;
}

function intentField(id: string): string {
  return `i:${id}`;
}

function milliseconds(duration: number): string {
  return String(Math.max(0, Math.ceil(duration)));
}

function withoutBraces(name: string): string {
  return name.replace(/[%{}]/g, encodeURIComponent);
}
