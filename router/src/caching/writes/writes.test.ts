import {
  CacheUnavailable,
  openInProcessBackend,
  type CacheExtension,
  type InProcessBackend,
} from '@selvedge/cache';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ofNoCall, type FetchAnswer } from '../../execution/fetch-answer.js';
import { SubrequestFailure } from '../../subgraphs/subgraph-error.js';
import { TestCaller } from '../../testing/subgraph-fetches.js';
import { passingOwed } from './passing-owed.js';
import { sendMutation } from './send-mutation.js';
import { Writes, type WritesOptions } from './writes.js';

const store = 'reviews';
const cluster = '7/1';

/** A backend that can be cut off, and says what it was asked for. */
class Cuttable {
  readonly calls: string[] = [];
  isAway = false;
  /** Carries it out, and fails to say so. */
  losesAnswers = false;

  constructor(readonly inner: InProcessBackend) {}

  intend: InProcessBackend['intend'] = (...args) =>
    this.ask(`intend ${args[2].suspect}`, () => this.inner.intend(...args));
  settle: InProcessBackend['settle'] = (...args) =>
    this.ask(`settle ${args[1].tags.join()}`, () => this.inner.settle(...args));
  doubt: InProcessBackend['doubt'] = (...args) => this.ask('doubt', () => this.inner.doubt(...args));

  private async ask(call: string, carryOut: () => Promise<void>): Promise<void> {
    this.calls.push(call);
    if (!this.isAway) await carryOut();
    if (this.isAway || this.losesAnswers) throw new CacheUnavailable('expected an answer but got none');
  }
}

let backend: Cuttable;
let noted: string[];
let open: Writes[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  backend = new Cuttable(openInProcessBackend({ maxBytes: 1_000_000 }));
  noted = [];
  open = [];
});
afterEach(async () => {
  for (const writes of open) await writes.close();
  vi.useRealTimers();
});

function start(options: Partial<WritesOptions> = {}): Writes {
  const note = (what: string) => () => void noted.push(what);
  const observer = {
    settled: note('settled'),
    doubted: note('doubted'),
    unreachable: note('unreachable'),
    unconfirmed: note('unconfirmed'),
  };
  const writes = new Writes({
    backend,
    mode: 'available',
    covers: () => true,
    timeoutOf: () => 30_000,
    clockDifference: 1_000,
    observer,
    ...options,
  });
  open.push(writes);
  return writes;
}

function answered(extension: CacheExtension | null): FetchAnswer {
  const origin = {
    extension,
    cacheControl: undefined,
    vary: undefined,
    hasSetCookie: false,
    hasErrors: false,
  };
  return { ...failed(undefined), data: {}, errors: [], origins: [origin] };
}

/** @param code of the system */
function failed(code: string | undefined): FetchAnswer {
  const cause = Object.assign(new Error('it broke'), code !== undefined && { code });
  const failure = new SubrequestFailure('SUBREQUEST_HTTP_ERROR', 'could not be reached', { cause });
  return {
    data: null,
    entities: [],
    errors: [{ error: failure.toSubgraphError(store), entity: null, path: [] }],
    cacheControl: [undefined],
    isPrivate: false,
    ...ofNoCall,
  };
}

function written(tags: readonly string[]): CacheExtension {
  return { cluster, writes: { xids: ['740'], tags } };
}

function send(writes: Writes, answer: FetchAnswer, during?: () => Promise<void>, caller = new TestCaller()) {
  return sendMutation(writes, store, caller, async () => {
    await during?.();
    return answer;
  });
}

async function state() {
  const [found] = await backend.inner.states([store]);
  if (found === undefined) throw new Error('expected a state');
  return found;
}

describe('a mutation', () => {
  test('has its intent recorded before it is sent, and its fences before it is answered', async () => {
    const before = await state();
    const { isConfirmed } = await send(start(), answered(written(['reviews:id=7'])), () => {
      expect(backend.calls).toEqual(['intend 1000']);
      return Promise.resolve();
    });
    expect(isConfirmed).toBe(true);
    expect(backend.calls).toEqual(['intend 1000', 'settle reviews:id=7']);
    expect((await state()).count).toBe(before.count + 1);
    expect(noted).toEqual(['settled']);
  });

  test('that takes long makes others pass the store by, and that is over when it is settled', async () => {
    await send(start(), answered(written(['reviews:'])), async () => {
      expect((await state()).isBypassed).toBe(false);
      await vi.advanceTimersByTimeAsync(1_000);
      expect((await state()).isBypassed).toBe(true);
    });
    expect((await state()).isBypassed).toBe(false);
  });

  test('that somebody in between may have answered is of unknown outcome', async () => {
    const writes = start();
    const other = answered(null);
    const [origin] = other.origins;
    if (origin === undefined) throw new Error('expected an origin');
    await send(writes, { ...other, origins: [{ ...origin, isServerError: true }] });
    expect(backend.calls.at(-1)).toBe('doubt');
    await send(writes, answered(written(['reviews:id=7'])));
    // By now it is known to say what it writes.
    await send(writes, other);
    expect(backend.calls.at(-1)).toBe('doubt');
    expect((await state()).isBypassed).toBe(true);
  });

  test('whose fences are owed makes its own router pass the store by until they are put', async () => {
    const writes = start();
    const seen = passingOwed(backend.inner, (store) => writes.owes(store));
    const isBypassed = async () => (await seen.states([store])).map((each) => each.isBypassed);
    expect(await isBypassed()).toEqual([false]);
    backend.isAway = true;
    const { isConfirmed } = await send(writes, answered(written(['reviews:id=7'])));
    expect(isConfirmed).toBe(false);
    expect(await isBypassed()).toEqual([true]);
    expect((await seen.read(store, [], null)).state.isBypassed).toBe(true);
    backend.isAway = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await isBypassed()).toEqual([false]);
  });

  test('that wrote nothing takes its intent back', async () => {
    await send(start(), answered({ cluster }));
    expect(backend.calls).toEqual(['intend 1000', 'settle ']);
    await vi.advanceTimersByTimeAsync(40_000);
    expect((await state()).isBypassed).toBe(false);
  });

  test('of a subgraph that says nothing of what it wrote fences all of its store', async () => {
    const before = await state();
    await send(start(), answered(null));
    expect(backend.calls.at(-1)).toBe('settle *');
    expect((await state()).since).toBeGreaterThan(before.count);
  });

  test('whose outcome is not known leaves the store passed by until it cannot commit any more', async () => {
    const before = await state();
    const { answer } = await send(start({ timeoutOf: () => 5_000 }), failed('ECONNRESET'));
    expect(answer.errors).toHaveLength(1);
    expect((await state()).isBypassed).toBe(true);
    await vi.advanceTimersByTimeAsync(6_900);
    expect((await state()).isBypassed).toBe(true);
    await vi.advanceTimersByTimeAsync(200);
    const after = await state();
    expect(after.isBypassed).toBe(false);
    expect(after.since).toBeGreaterThan(before.count);
    expect(noted).toEqual(['doubted']);
  });

  test.each(['ECONNREFUSED', 'ENOTFOUND'])(
    'that met %s was not sent: the store is served from as before',
    async (code) => {
      await send(start(), failed(code));
      expect(backend.calls).toEqual(['intend 1000', 'settle ']);
      expect((await state()).isBypassed).toBe(false);
    },
  );

  test('whose client has left while its intent was recorded was not sent', async () => {
    const caller = new TestCaller();
    caller.leave();
    await send(start(), failed(undefined), undefined, caller);
    expect(backend.calls).toEqual(['intend 1000', 'settle ']);
  });

  test('is over no later than its client waits for it, and a grace', async () => {
    const caller = new TestCaller();
    await send(start({ timeoutOf: () => 90_000 }), failed('ECONNRESET'), undefined, caller);
    await vi.advanceTimersByTimeAsync(caller.deadline - performance.now() + 1_900);
    expect((await state()).isBypassed).toBe(true);
    await vi.advanceTimersByTimeAsync(200);
    expect((await state()).isBypassed).toBe(false);
  });
});

describe('while the cache is away', () => {
  test('mode strict sends nothing, and takes back what may have been recorded', async () => {
    backend.losesAnswers = true;
    const during = vi.fn(() => Promise.resolve());
    const { answer } = await send(start({ mode: 'strict' }), answered(null), during);
    expect(during).not.toHaveBeenCalled();
    expect(answer.errors[0]?.error).toMatchObject({ extensions: { code: 'CACHE_UNAVAILABLE' } });
    backend.losesAnswers = false;
    await vi.advanceTimersByTimeAsync(3_000);
    expect((await state()).isBypassed).toBe(false);
    expect(backend.calls).toContain('settle ');
  });

  test('mode available sends, says that it is not confirmed, and fences it when the cache is back', async () => {
    const before = await state();
    backend.isAway = true;
    const writes = start();
    const { isConfirmed } = await send(writes, answered(written(['reviews:id=7'])));
    expect(isConfirmed).toBe(false);
    expect(noted).toContain('unconfirmed');
    expect(writes.owing).toBe(1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await state()).count).toBe(before.count);
    backend.isAway = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await state()).count).toBe(before.count + 1);
    expect(writes.owing).toBe(0);
  });

  test('a mutation that met it back when it was to be settled is confirmed', async () => {
    backend.isAway = true;
    const { isConfirmed } = await send(start(), answered(written(['reviews:id=7'])), () => {
      backend.isAway = false;
      return Promise.resolve();
    });
    expect(isConfirmed).toBe(true);
  });

  test('one of unknown outcome has the store passed by once the cache is back', async () => {
    backend.isAway = true;
    await send(start(), failed('ECONNRESET'));
    backend.isAway = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await state()).isBypassed).toBe(true);
  });

  test('one that was recorded is answered when everybody else passes the store by, not before', async () => {
    const writes = start();
    let isAnswered = false;
    const sent = send(writes, answered(written(['reviews:id=7'])), () => {
      backend.isAway = true;
      return Promise.resolve();
    }).then(({ isConfirmed }) => {
      isAnswered = true;
      return isConfirmed;
    });
    await vi.advanceTimersByTimeAsync(990);
    expect(isAnswered).toBe(false);
    expect((await state()).isBypassed).toBe(false);
    await vi.advanceTimersByTimeAsync(40);
    expect(isAnswered).toBe(true);
    expect((await state()).isBypassed).toBe(true);
    expect(await sent).toBe(true);
    backend.isAway = false;
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await state()).isBypassed).toBe(false);
  });

  test('what is owed is bounded: past it, all of the store is fenced at once', async () => {
    backend.isAway = true;
    const writes = start();
    for (let index = 0; index < 400; index += 1) {
      await send(writes, answered(written([`reviews:id=${index}`])));
    }
    backend.isAway = false;
    backend.calls.length = 0;
    const before = await state();
    await vi.advanceTimersByTimeAsync(3_000);
    const after = await state();
    expect(backend.calls[0]).toBe('settle *');
    expect(backend.calls.length).toBeLessThanOrEqual(301);
    expect(after.since).toBeGreaterThan(before.count);
  });

  test('what is owed is tried once more when the router ends', async () => {
    backend.isAway = true;
    const writes = start();
    await send(writes, answered(written(['reviews:id=7'])));
    backend.isAway = false;
    backend.calls.length = 0;
    await writes.close();
    expect(backend.calls).toEqual(['settle reviews:id=7']);
  });
});

describe('a query that wrote', () => {
  test('is fenced before it is answered, once for all who share its answer', async () => {
    const writes = start();
    const extension = written(['reviews:id=7']);
    expect(await Promise.all([1, 2, 3].map(() => writes.settleQuery(store, extension)))).toEqual([
      true,
      true,
      true,
    ]);
    expect(backend.calls).toEqual(['settle reviews:id=7']);
  });

  test('and that did not costs nothing', async () => {
    await start().settleQuery(store, { cluster });
    expect(backend.calls).toEqual([]);
  });
});
