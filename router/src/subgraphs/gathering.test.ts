import DataLoader from 'dataloader';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { turns } from '../testing/subgraph-fetches.js';
import { GatheringLoader, type GatheringOptions } from './gathering.js';
import { isUsuallyAlone, newlyKnown, noteCompany } from './usual-time.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Answers a batch when told to, with what is true when it is sent. */
class Source {
  value = 'old';
  readonly batches: (readonly string[])[] = [];
  readonly overruns: boolean[] = [];
  private readonly waiting: (() => void)[] = [];

  readonly send = async (items: readonly string[], isOverrun = false): Promise<string[]> => {
    this.batches.push(items);
    this.overruns.push(isOverrun);
    const answers = items.map((item) => `${item}: ${this.value}`);
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    return answers;
  };

  release(): void {
    this.waiting.shift()?.();
  }
}

function loaderOf(source: Source, options: Partial<GatheringOptions<string, string>> = {}) {
  const counts = { idle: 0, overrun: 0 };
  const loader = new GatheringLoader<string, string>({
    send: source.send,
    patience: () => 100,
    onIdle: () => {
      counts.idle += 1;
    },
    onOverrun: () => {
      counts.overrun += 1;
    },
    ...options,
  });
  return { loader, counts };
}

/** Two who ask the same, the second after a write that was acknowledged while the first was in flight. */
async function readAcrossAWrite(source: Source, load: (item: string) => Promise<string>) {
  const first = load('a');
  await turns();
  source.value = 'new';
  const second = load('a');
  await turns();
  source.release();
  await turns();
  source.release();
  return Promise.all([first, second]);
}

describe('joining', () => {
  test('what is in flight is joined by nobody: a write acknowledged meanwhile is seen', async () => {
    const source = new Source();
    const { loader } = loaderOf(source);
    const answers = await readAcrossAWrite(source, (item) => loader.load(item));
    expect(answers).toEqual(['a: old', 'a: new']);
  });

  test('the usual way, one promise for what is in flight, gives the state before the write', async () => {
    const source = new Source();
    const naive = new DataLoader<string, string>((items) => source.send(items));
    expect(await readAcrossAWrite(source, (item) => naive.load(item))).toEqual(['a: old', 'a: old']);
  });
});

describe('gathering', () => {
  test('one turn of the event loop is one batch, and nothing else is waited for', async () => {
    const source = new Source();
    const { loader, counts } = loaderOf(source);
    const answers = Promise.all([loader.load('a'), Promise.resolve().then(() => loader.load('b'))]);
    await turns();
    source.release();
    expect(await answers).toEqual(['a: old', 'b: old']);
    expect(source.batches).toEqual([['a', 'b']]);
    expect(counts).toEqual({ idle: 1, overrun: 0 });
  });

  test('those who come during a batch are the next, with those who come as it is answered', async () => {
    const source = new Source();
    const { loader } = loaderOf(source);
    const again = loader.load('a').then(() => loader.load('d'));
    await turns();
    const next = [loader.load('b'), loader.load('c')];
    await turns();
    source.release();
    await turns();
    source.release();
    await Promise.all([again, ...next]);
    expect(source.batches).toEqual([['a'], ['b', 'c', 'd']]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('too many for one batch are several, at the same time', async () => {
    const source = new Source();
    const { loader } = loaderOf(source, { maxItems: 2 });
    const answers = Promise.all(['a', 'b', 'c', 'd', 'e'].map((item) => loader.load(item)));
    await turns();
    expect(source.batches).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    for (let batch = 0; batch < 3; batch += 1) source.release();
    expect(await answers).toHaveLength(5);
  });

  test('without patience there is no gate', async () => {
    const source = new Source();
    const { loader } = loaderOf(source, { patience: () => 0 });
    const answers = [loader.load('a')];
    await turns();
    answers.push(loader.load('b'), loader.load('c'));
    await turns();
    expect(source.batches).toEqual([['a'], ['b', 'c']]);
    source.release();
    source.release();
    await Promise.all(answers);
  });
});

describe('patience', () => {
  test('ends: those who have gathered are sent beside what is under way', async () => {
    const source = new Source();
    const { loader, counts } = loaderOf(source);
    const answers = [loader.load('a')];
    await turns();
    answers.push(loader.load('b'));
    vi.advanceTimersByTime(99);
    await turns();
    expect(source.batches).toHaveLength(1);
    vi.advanceTimersByTime(1);
    await turns();
    answers.push(loader.load('c'));
    source.release();
    source.release();
    await turns();
    source.release();
    await Promise.all(answers);
    expect(source.batches).toEqual([['a'], ['b'], ['c']]);
    expect(source.overruns).toEqual([false, true, false]);
    expect(counts).toEqual({ idle: 1, overrun: 1 });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is not over where the answer is there but unread, after a pause of our own', async () => {
    const source = new Source();
    const { loader, counts } = loaderOf(source);
    const answers = [loader.load('a')];
    await turns();
    answers.push(loader.load('b'));
    vi.advanceTimersByTime(100);
    source.release();
    await turns();
    source.release();
    await Promise.all(answers);
    expect(source.overruns).toEqual([false, false]);
    expect(counts.overrun).toBe(0);
  });

  test('a batch that rejects is its own items’ failure, and the gate opens', async () => {
    let calls = 0;
    const loader = new GatheringLoader<string, string>({
      send: (items) =>
        (calls += 1) === 1 ? Promise.reject(new Error('broken')) : Promise.resolve([...items]),
      patience: () => 100,
    });
    await expect(loader.load('a')).rejects.toThrow('broken');
    expect(await loader.load('b')).toBe('b');
  });
});

describe('who is usually alone', () => {
  test('goes without waiting for the end of the turn; who comes after it gathers as ever', async () => {
    const source = new Source();
    const { loader } = loaderOf(source, { isUsuallyAlone: () => true });
    const loaded = [loader.load('a'), loader.load('b')];
    await Promise.resolve();
    expect(source.batches).toEqual([['a', 'b']]);
    loaded.push(loader.load('c'));
    await turns();
    loaded.push(loader.load('d'));
    await turns();
    expect(source.batches).toHaveLength(1);
    source.release();
    await turns();
    source.release();
    expect(await Promise.all(loaded)).toEqual(['a: old', 'b: old', 'c: old', 'd: old']);
    expect(source.batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  test('is found out by how many in a row have had no company', () => {
    const known = newlyKnown(1);
    for (let nth = 0; nth < 31; nth += 1) noteCompany(known, 1);
    expect(isUsuallyAlone(known)).toBe(false);
    noteCompany(known, 1);
    expect(isUsuallyAlone(known)).toBe(true);
    noteCompany(known, 2);
    expect(isUsuallyAlone(known)).toBe(false);
  });
});

describe('the end of a turn', () => {
  test('is one for all: what it brings about for another loader goes in it too', async () => {
    const source = new Source();
    const { loader: lane } = loaderOf(source);
    const first = loaderOf(source, { send: (items) => Promise.all(items.map((item) => lane.load(item))) });
    const second = loaderOf(source, { send: (items) => Promise.all(items.map((item) => lane.load(item))) });
    const loaded = [first.loader.load('a'), second.loader.load('b')];
    await new Promise(setImmediate);
    expect(source.batches).toEqual([['a', 'b']]);
    source.release();
    expect(await Promise.all(loaded)).toEqual(['a: old', 'b: old']);
  });
});
