// The judge of prove:cache, on histories made by hand: each kind of anomaly is seen, and what is allowed is not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, type History, type ReadEvent, type WriteEvent } from './history.js';
import { Steps } from './registers.js';

const none: History = { writes: [], reads: [], lists: [], privates: [], placements: [], cutOffs: [] };
const write = (
  version: number | null,
  start: number,
  end: number,
  more: Partial<WriteEvent> = {},
): WriteEvent => ({
  key: 'a',
  version,
  start,
  end,
  outcome: 'acknowledged',
  settledAt: Infinity,
  router: 0,
  ...more,
});
const read = (version: number, arrival: number, end: number, more: Partial<ReadEvent> = {}): ReadEvent => ({
  key: 'a',
  version,
  arrival,
  end,
  client: 0,
  router: 0,
  shape: 'entity',
  ...more,
});
/** Router 0. */
const cutOffs = [{ router: 0, from: 15, until: 25, settledAt: 40 }];
const clean = {
  stale: 0,
  resurrections: 0,
  nonMonotonic: 0,
  crossUser: 0,
  staleLists: 0,
  flips: 0,
  unconfirmed: 0,
  cutOff: 0,
  impossible: 0,
};

describe('what is allowed', () => {
  it.each<[string, Partial<History>]>([
    ['what was seeded, before any write', { reads: [read(0, 0, 1)] }],
    ['the newest', { writes: [write(1, 0, 10)], reads: [read(1, 11, 12)] }],
    [
      'either, while the write is under way',
      { writes: [write(1, 0, 10)], reads: [read(1, 1, 2), read(0, 3, 20), read(1, 9, 9)] },
    ],
    [
      'the older, by a request that was sent before the acknowledgement',
      { writes: [write(1, 0, 10)], reads: [read(0, 10, 50)] },
    ],
    [
      'a newer one than acknowledged',
      { writes: [write(1, 0, 10), write(2, 5, 30)], reads: [read(2, 11, 12), read(1, 13, 14)] },
    ],
    [
      'both of two that were acknowledged in the other order, once both are',
      { writes: [write(2, 0, 10), write(1, 0, 20)], reads: [read(2, 11, 12), read(2, 21, 22)] },
    ],
    [
      'either, while an outcome is unknown',
      {
        writes: [write(1, 0, 10, { outcome: 'unknown', settledAt: 100 })],
        reads: [read(1, 20, 21), read(0, 30, 31), read(1, 101, 102)],
      },
    ],
    [
      'the older, where a write of unknown outcome is not in the store',
      {
        writes: [write(null, 0, 10, { outcome: 'unknown', settledAt: 100 })],
        reads: [read(0, 200, 201)],
      },
    ],
    ['another key', { writes: [write(1, 0, 10)], reads: [read(0, 20, 21, { key: 'b' })] }],
  ])('%s', (_, history) => {
    expect(judge({ ...none, ...history })).toEqual({ ...clean, examples: [] });
  });
});

describe('what is not', () => {
  it.each<[string, Partial<History>, Partial<typeof clean>]>([
    ['a stale read', { writes: [write(1, 0, 10)], reads: [read(0, 11, 12)] }, { stale: 1 }],
    [
      'a stale read, where a later one was acknowledged first',
      {
        writes: [write(2, 0, 10), write(1, 0, 20)],
        reads: [read(1, 11, 12)],
      },
      { stale: 1 },
    ],
    [
      'a resurrection',
      {
        writes: [write(1, 0, 10)],
        reads: [read(1, 11, 12, { client: 1 }), read(0, 13, 14)],
      },
      { stale: 1, resurrections: 1 },
    ],
    [
      'no resurrection where nobody had been shown it yet',
      {
        writes: [write(1, 0, 10)],
        reads: [read(1, 11, 20, { client: 1 }), read(0, 13, 14)],
      },
      { stale: 1 },
    ],
    [
      'what was shown early, acknowledged, and gone',
      {
        writes: [write(1, 0, 10)],
        reads: [read(1, 5, 6), read(0, 11, 12)],
      },
      { stale: 1, resurrections: 1, nonMonotonic: 1 },
    ],
    [
      'a client that goes back',
      {
        writes: [write(1, 0, 10)],
        reads: [read(1, 11, 12), read(0, 13, 14, { router: 1 })],
      },
      { stale: 1, resurrections: 1, nonMonotonic: 1 },
    ],
    [
      'a write of unknown outcome that is taken back after all',
      {
        writes: [write(1, 0, 10, { outcome: 'unknown', settledAt: 100 })],
        reads: [read(1, 20, 21), read(0, 101, 102)],
      },
      { flips: 1 },
    ],
    [
      'an unconfirmed write, counted apart',
      {
        writes: [write(1, 0, 10, { outcome: 'unconfirmed', settledAt: 100 })],
        reads: [read(0, 20, 21)],
      },
      { unconfirmed: 1 },
    ],
    [
      'an unconfirmed write that stays away',
      {
        writes: [write(1, 0, 10, { outcome: 'unconfirmed', settledAt: 100 })],
        reads: [read(0, 120, 121)],
      },
      { flips: 1 },
    ],
    [
      'what a router shows that is cut off with a demoted master, counted apart',
      { writes: [write(1, 0, 10, { router: 1 })], reads: [read(0, 20, 21), read(0, 30, 31)], cutOffs },
      { cutOff: 1, stale: 1 },
    ],
    [
      'what others show below a write by it, counted apart for as long as that may be',
      {
        writes: [write(1, 15, 20)],
        reads: [read(0, 22, 23, { router: 1 }), read(0, 41, 42, { router: 1 })],
        cutOffs,
      },
      { cutOff: 1, flips: 1 },
    ],
    ['what nobody wrote', { writes: [write(1, 0, 10)], reads: [read(2, 11, 12)] }, { impossible: 1 }],
    [
      'what nobody had asked for yet',
      { writes: [write(1, 10, 20)], reads: [read(1, 5, 9)] },
      { impossible: 1 },
    ],
    [
      'what is private',
      {
        privates: [
          { user: 'x', owner: 'x', arrival: 0, router: 0 },
          { user: 'x', owner: 'y', arrival: 1, router: 0 },
        ],
      },
      { crossUser: 1 },
    ],
  ])('%s', (_, history, expected) => {
    expect(judge({ ...none, ...history })).toMatchObject({ ...clean, ...expected });
  });

  it('says what it saw', () => {
    const { examples } = judge({ ...none, writes: [write(1, 0, 10)], reads: [read(0, 11, 12)] });
    expect(examples).toEqual([expect.stringContaining('stale: {"key":"a","version":0')]);
  });
});

describe('lists', () => {
  const placements = [
    { key: 'a', version: 0, list: 'one' },
    { key: 'a', version: 1, list: 'two' },
  ];
  const judged = (list: string, members: string[], arrival: number, end = arrival + 1): number =>
    judge({
      ...none,
      placements,
      writes: [write(1, 0, 10)],
      lists: [{ list, members: new Set(members), arrival, end, router: 0 }],
    }).staleLists;

  it.each([
    ['must have who moved in', 'two', [], 11, 1],
    ['must not have who moved out', 'one', ['a'], 11, 1],
    ['has who moved in', 'two', ['a'], 11, 0],
    ['has not who moved out', 'one', [], 11, 0],
    ['may still have who is about to move', 'one', ['a'], 5, 0],
    ['may have who is about to move already', 'two', ['a'], 5, 0],
    ['must have who has not begun to move', 'one', [], -5, 1],
    ['must not have who has not begun to move', 'two', ['a'], -5, 1],
    ['must not have strangers', 'one', ['b'], 5, 1],
  ])('a list %s', (_, list, members, arrival, expected) => {
    expect(judged(list, members, arrival)).toBe(expected);
  });
});

it('counts the lists of a router that is cut off apart', () => {
  const placements = [{ key: 'a', version: 1, list: 'two' }];
  const lists = [{ list: 'two', members: new Set<string>(), arrival: 20, end: 21, router: 0 }];
  const judged = judge({ ...none, placements, writes: [write(1, 0, 10)], lists, cutOffs });
  expect(judged).toMatchObject({ ...clean, cutOff: 1 });
});

it('finds the greatest before a time as a search of all does', () => {
  const step = fc.record({ at: fc.integer({ min: 0, max: 30 }), value: fc.nat({ max: 9 }) });
  fc.assert(
    fc.property(fc.array(step), fc.integer({ min: -1, max: 32 }), (steps, time) => {
      const values = steps.filter(({ at }) => at < time).map(({ value }) => value);
      expect(new Steps(steps).before(time)).toBe(Math.max(0, ...values));
    }),
  );
});

it('finds nothing in a history of one true register, and every read that is put back below an acknowledged write', () => {
  const gaps = fc.array(fc.record({ before: fc.nat({ max: 5 }), takes: fc.integer({ min: 1, max: 5 }) }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(gaps, (each) => {
      let now = 0;
      const writes: WriteEvent[] = [];
      const reads: ReadEvent[] = [];
      each.forEach(({ before, takes }, index) => {
        now += before + 1;
        writes.push(write(index + 1, now, now + takes));
        now += takes + 1;
        reads.push(read(index + 1, now, now + 1));
        now += 1;
      });
      expect(judge({ ...none, writes, reads })).toMatchObject(clean);
      const stale = reads.map((one) => ({ ...one, version: one.version - 1 }));
      expect(judge({ ...none, writes, reads: stale }).stale).toBe(reads.length);
    }),
  );
});
