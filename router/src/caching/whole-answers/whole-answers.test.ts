/** What is served of what is kept, on a backend that the test writes to. */
import {
  CacheUnavailable,
  openInProcessBackend,
  type CacheBackend,
  type Evidence,
  type InProcessBackend,
} from '@selvedge/cache';
import { beforeEach, describe, expect, test } from 'vitest';
import type { PartProof } from '../../execution/fetch-answer.js';
import type { Headers } from '../../subgraphs/header-rules.js';
import { WholeAnswers } from './whole-answers.js';

interface Answer {
  readonly bytes: Buffer;
}

const start = 1_000_000;
let now: number;
let backend: InProcessBackend;
let whole: WholeAnswers<Answer>;

beforeEach(() => {
  now = start;
  // A store that nobody knew begins with an intent that nobody has: let that be over.
  backend = openInProcessBackend({ maxBytes: 1_000_000, now: () => now, longestIntent: 1 });
  whole = wholeOn(backend);
});

function wholeOn(on: Pick<CacheBackend, 'states' | 'records'>, maxBytes = 1_000_000) {
  return new WholeAnswers<Answer>({ backend: on, maxBytes, now: () => now });
}

/** A part as the cache of parts proves it: with records of its tags. */
async function part(
  tags: readonly string[] = ['a:id=1'],
  { subgraph = 'one', ...own }: Partial<PartProof> = {},
  times: Partial<Evidence> = {},
): Promise<PartProof> {
  await backend.states([subgraph]);
  now += 10;
  const [state] = await backend.states([subgraph]);
  if (state === undefined) throw new Error('expected a state but got none');
  const evidence: Evidence = {
    nonce: state.nonce,
    count: state.count,
    cluster: state.cluster,
    snapshot: '10:10:',
    tags,
    fetchedAt: now,
    expiresAt: now + 60_000,
    staleUntil: now + 60_000,
    ...times,
  };
  await backend.fill(subgraph, [{ key: tags.join(), fields: new Map([['f', '1']]), evidence }]);
  return { subgraph, evidence, names: [], isPrivate: false, maxAge: 60, staleness: 0, ...own };
}

function keep(proofs: readonly PartProof[] | null, text = 'kept', headers: Headers = {}, key = 'key') {
  return whole.keep(key, () => headers, { bytes: Buffer.from(text) }, proofs);
}

/** @returns the text, or why there is none */
async function recall(headers: Headers = {}, key = 'key', on = whole): Promise<string | null> {
  const question = on.question(key);
  if (question === undefined) return 'no question';
  const { kept, doubt } = await on.recall(question, () => headers);
  return kept?.answer.bytes.toString() ?? doubt;
}

function written(tags: readonly string[], xids: readonly string[] = []) {
  return backend.settle('one', { cluster: null, xids, tags }, null);
}

describe('what is kept is served', () => {
  test('again and again, while nothing is written', async () => {
    keep([await part()]);
    expect([await recall(), await recall(), await recall()]).toEqual(['kept', 'kept', 'kept']);
  });

  test('when something else is written', async () => {
    keep([await part()]);
    await written(['a:id=2']);
    expect(await recall()).toBe('kept');
  });

  test('when what is written was there when it was read', async () => {
    const cluster = '7/1';
    keep([await part(['a:'], {}, { cluster, snapshot: '10:12:11' })]);
    expect(await recall()).toBe('kept');
    await backend.settle('one', { cluster, xids: ['9', '10'], tags: ['a:'] }, null);
    expect(await recall()).toBe('kept');
    await backend.settle('one', { cluster, xids: ['11'], tags: ['a:'] }, null);
    expect(await recall()).toBe('the tag a: was invalidated');
  });

  test('anew after it was executed anew', async () => {
    keep([await part()], 'old');
    keep([await part()], 'new');
    expect(await recall()).toBe('new');
  });
});

describe('what is kept is not served', () => {
  test('after a write to one of its tags, now or later', async () => {
    keep([await part(['a:id=1', 'a:id=2'])]);
    expect(await recall()).toBe('kept');
    await written(['a:id=2']);
    expect(await recall()).toBe('the tag a:id=2 was invalidated');
    expect(await recall()).toBe('no question');
  });

  test('after a write to a tag of another part of it, which is of another store', async () => {
    keep([await part(['a:id=1'], { subgraph: 'two' }), await part(['b:id=1'])]);
    expect(await recall()).toBe('kept');
    await written(['b:id=1']);
    expect(await recall()).toBe('the tag b:id=1 was invalidated');
  });

  test('after all of the store was written', async () => {
    keep([await part()]);
    await written(['*']);
    expect(await recall()).toBe('the store was invalidated');
  });

  test('when the record of a tag is lost, once something was written', async () => {
    keep([await part()]);
    expect(await recall()).toBe('kept');
    backend.evict(({ kind }) => kind === 'tag');
    // Nothing was: what was proven is.
    expect(await recall()).toBe('kept');
    await written(['b:']);
    expect(await recall()).toBe('the tag a:id=1 was lost');
  });

  test('when the record of its store is lost', async () => {
    keep([await part()]);
    expect(await recall()).toBe('kept');
    backend.evict(({ kind }) => kind === 'store');
    expect(await recall()).toBe('the store was lost');
  });

  test('when nobody kept its tags by the time that something was written', async () => {
    const proof = await part();
    backend.evict(({ kind }) => kind === 'tag');
    keep([proof]);
    await written(['b:']);
    expect(await recall()).toBe('the tag a:id=1 was lost');
  });

  test('while a write is in doubt, but again when it has come to nothing', async () => {
    keep([await part()]);
    expect(await recall()).toBe('kept');
    await backend.intend('one', 'i', { suspect: 0, over: 1_000 });
    now += 1;
    expect(await recall()).toBe('the outcome of a write is unknown');
    await backend.settle('one', { cluster: null, xids: [], tags: [] }, 'i');
    expect(await recall()).toBe('kept');
  });

  test('beyond its first part that expires', async () => {
    keep([await part(), await part(['b:'], {}, { expiresAt: now + 5_000, staleUntil: now + 60_000 })]);
    now = start + 4_999;
    expect(await recall()).toBe('kept');
    now = start + 6_000;
    expect(await recall()).toBeNull();
    expect(await recall()).toBe('no question');
  });

  test('while the cache cannot be asked, but again when it can', async () => {
    let isAway = true;
    const failing: Pick<CacheBackend, 'states' | 'records'> = {
      states: (stores) => (isAway ? Promise.reject(new CacheUnavailable('away')) : backend.states(stores)),
      records: (...asked) => backend.records(...asked),
    };
    whole = wholeOn(failing);
    keep([await part()]);
    expect(await recall()).toBe('unavailable');
    isAway = false;
    expect(await recall()).toBe('kept');
  });
});

describe('what is not kept', () => {
  test.each<[string, () => Promise<readonly PartProof[] | null>]>([
    ['what has a part that cannot be proven', () => Promise.resolve(null)],
    ['what no subgraph had a part in', () => Promise.resolve([])],
    ['what is private, nobody knows by what', async () => [await part([], { isPrivate: true })]],
    ['what has expired', async () => [await part([], {}, { expiresAt: now })]],
  ])('%s', async (_, proofs) => {
    expect(keep(await proofs())).toBeNull();
    expect(await recall()).toBe('no question');
  });

  test('what takes more than an eighth of all', async () => {
    whole = wholeOn(backend, 80_000);
    expect(keep([await part()], 'x'.repeat(11_000))).toBeNull();
    expect(keep([await part()], 'x'.repeat(1_000))).not.toBeNull();
    expect(whole.bytes).toBeLessThan(80_000);
  });

  test('what was used least, when there is too much', async () => {
    whole = wholeOn(backend, 80_000);
    const proofs = [await part()];
    keep(proofs, 'used', {}, 'used');
    for (let each = 0; each < 100; each += 1) {
      keep(proofs, 'x'.repeat(1_000), {}, `other ${each}`);
      expect(await recall({}, 'used')).toBe('used');
    }
    expect(whole.question('other 0')).toBeUndefined();
    expect(whole.bytes).toBeLessThanOrEqual(80_000);
  });

  test('a ninth set of headers that shape the answers to one question', async () => {
    for (let each = 0; each < 8; each += 1)
      expect(keep([await part([], { names: [`x-${each}`] })])).not.toBeNull();
    expect(keep([await part([], { names: ['x-8'] })])).toBeNull();
  });
});

describe('who gets an answer that headers have shaped', () => {
  test('is who sends the same', async () => {
    const mine = { authorization: 'me' };
    keep([await part([], { names: ['authorization'], isPrivate: true })], 'mine', mine);
    expect(await recall(mine)).toBe('mine');
    expect(await recall({ ...mine, 'x-other': '1' })).toBe('mine');
    expect(await recall({ authorization: 'you' })).toBeNull();
    expect(await recall({ authorization: '' })).toBeNull();
    expect(await recall({})).toBeNull();
  });

  test('is who sends none, where it was absent', async () => {
    keep([await part([], { names: ['authorization'] })], 'anonymous');
    expect(await recall({})).toBe('anonymous');
    expect(await recall({ authorization: '' })).toBeNull();
    expect(await recall({ authorization: 'null' })).toBeNull();
  });

  test('goes by what each answer was shaped by, which may differ', async () => {
    keep([await part([], { names: ['x-a'] })], 'without');
    const both = { 'x-a': '1', 'x-b': '2' };
    keep([await part([], { names: ['x-a', 'x-b'] })], 'with', both);
    expect(await recall({})).toBe('without');
    expect(await recall({ 'x-b': '3' })).toBe('without');
    expect(await recall(both)).toBe('with');
    expect(await recall({ 'x-a': '1', 'x-b': '3' })).toBeNull();
  });
});

test('states that were read before the request came would serve what has been written to since', async () => {
  const before = new Map<string, ReturnType<CacheBackend['states']>>();
  whole = wholeOn({
    states: (stores) => {
      const key = stores.join();
      before.set(key, before.get(key) ?? backend.states(stores));
      return before.get(key) ?? backend.states(stores);
    },
    records: (...asked) => backend.records(...asked),
  });
  keep([await part()]);
  await recall();
  await written(['a:id=1']);
  expect(await recall()).toBe('kept');
});

describe('what is asked of the backend', () => {
  test('is asked by each request, after it came', async () => {
    const asked: string[] = [];
    whole = wholeOn({
      states: (stores) => {
        asked.push(`states of ${stores.join()}`);
        return backend.states(stores);
      },
      records: (store, tags) => {
        asked.push(`records of ${store}: ${tags.join()}`);
        return backend.records(store, tags);
      },
    });
    const proofs = [await part(['a:', 'b:']), await part(['b:', 'c:'])];
    keep([...proofs, await part(['d:'], { subgraph: 'two' })]);
    await recall();
    expect(asked.splice(0)).toEqual(['states of one,two', 'records of one: a:,b:,c:', 'records of two: d:']);
    await recall();
    expect(asked.splice(0)).toEqual(['states of one,two']);
    await written(['other:']);
    await recall();
    expect(asked.splice(0)).toEqual(['states of one,two', 'records of one: a:,b:,c:']);
  });
});
