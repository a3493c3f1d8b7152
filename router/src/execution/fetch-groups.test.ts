import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fetch } from './fetch-graph.js';
import { fetchGroups, type FetchGroup } from './fetch-groups.js';

interface Drawn {
  readonly template: number;
  readonly part: number;
  /** Of the fetches before it. */
  readonly after: readonly number[];
  readonly hasContext: boolean;
}

const templates = Array.from({ length: 4 }, (_, n) => ({ isEntityFetch: n > 0 }));

/** In the order of a plan: a fetch comes after fetches before it, and after all that those come after. */
function fetchesOf(drawn: readonly Drawn[]): Fetch[] {
  const fetches: Pick<Fetch, 'index' | 'after'>[] = [];
  for (const [index, { template, part, after: wished, hasContext }] of drawn.entries()) {
    const after = new Set(wished.map((n) => n % Math.max(1, index)).filter((n) => n < index));
    for (const before of after) for (const earlier of fetches[before]?.after ?? []) after.add(earlier);
    const rest = { template: templates[template], part: part === 0 ? null : 'later' };
    fetches.push({
      index,
      after,
      ...rest,
      contextRewrites: hasContext ? [{}] : [],
    } as (typeof fetches)[number]);
  }
  return fetches as Fetch[];
}

const fetches = fc
  .array(
    fc.record({
      template: fc.nat(3),
      part: fc.constantFrom(0, 0, 0, 1),
      after: fc.array(fc.nat(12), { maxLength: 3 }),
      hasContext: fc.constantFrom(false, false, false, true),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map(fetchesOf);

function depthOf(groups: readonly Pick<FetchGroup, 'index' | 'after'>[]): number {
  const depths: number[] = [];
  for (const { index, after } of groups) depths[index] = 1 + Math.max(0, ...after.map((n) => depths[n] ?? 0));
  return Math.max(...depths);
}

describe('any fetches', () => {
  test('are in one group each, and only those that may be one call are in one', () => {
    fc.assert(
      fc.property(fetches, (all) => {
        const groups = fetchGroups(all);
        expect(
          groups.flatMap((group) => group.fetches.map(({ index }) => index)).sort((a, b) => a - b),
        ).toEqual(all.map(({ index }) => index));
        for (const { fetches: members } of groups) {
          const [first, ...others] = members;
          for (const other of others) {
            expect([other.template, other.part]).toEqual([first?.template, first?.part]);
            expect(other.template).toBe(first?.template);
            expect([first?.contextRewrites, other.contextRewrites]).toEqual([[], []]);
            expect(other.template.isEntityFetch).toBe(true);
          }
        }
      }),
    );
  });

  test('never wait for each other in a circle, nor for what is in their own group', () => {
    fc.assert(
      fc.property(fetches, (all) => {
        const groups = fetchGroups(all);
        const groupOf = new Map(groups.flatMap((group) => group.fetches.map(({ index }) => [index, group])));
        for (const { index, after, fetches: members } of groups) {
          for (const before of after) expect(before).toBeLessThan(index);
          const needed = new Set(
            members.flatMap((fetch) => [...fetch.after].map((n) => groupOf.get(n)?.index)),
          );
          expect(needed.has(index)).toBe(false);
          expect(new Set(after)).toEqual(needed);
        }
      }),
    );
  });

  test('come to no deeper a plan than they were', () => {
    fc.assert(
      fc.property(fetches, (all) => {
        const alone = all.map(({ index, after }) => ({ index, after: [...after] }));
        expect(depthOf(fetchGroups(all))).toBeLessThanOrEqual(depthOf(alone));
      }),
    );
  });
});

describe('fetches of one text', () => {
  const sizes = (drawn: Partial<Drawn>[]) => {
    const whole = drawn.map((one) => ({ template: 1, part: 0, after: [], hasContext: false, ...one }));
    return fetchGroups(fetchesOf(whole)).map((group) => group.fetches.map(({ index }) => index));
  };

  test('are one call', () => {
    expect(sizes([{}, {}, {}])).toEqual([[0, 1, 2]]);
  });

  test('are two where one comes after the other, also by way of a third', () => {
    expect(sizes([{}, { after: [0] }])).toEqual([[0], [1]]);
    expect(sizes([{}, { template: 2, after: [0] }, { after: [1] }])).toEqual([[0], [1], [2]]);
  });

  test('of which nothing waits for the first: it goes with the later one', () => {
    expect(sizes([{ template: 0 }, { after: [0] }, { template: 2, after: [0] }, { after: [2] }])).toEqual([
      [0],
      [2],
      [1, 3],
    ]);
  });

  test('of which something waits for the first are two: the plan would be deeper', () => {
    const later = { template: 3, after: [1] };
    expect(
      sizes([{ template: 0 }, { after: [0] }, { template: 2, after: [0] }, { after: [2] }, later]),
    ).toHaveLength(5);
  });
});
