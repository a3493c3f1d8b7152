import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinSnapshots, parseSnapshot, printSnapshot, sees, type Snapshot } from './snapshot.js';

/** Around a power of ten as well, where the order of texts is not that of numbers. */
const base = fc.constantFrom(1n, 995n, 2n ** 32n - 5n, 2n ** 53n - 5n);
const snapshots = (low: bigint): fc.Arbitrary<Snapshot> =>
  fc
    .tuple(fc.bigInt(low, low + 10n), fc.bigInt(0n, 10n), fc.array(fc.bigInt(0n, 20n), { maxLength: 6 }))
    .map(([xmin, width, offsets]) => {
      const xmax = xmin + width;
      const running = offsets.map((offset) => xmin + offset).filter((xid) => xid < xmax);
      return { xmin, xmax, xip: new Set(running) };
    });

describe('a snapshot', () => {
  it('shows what had committed, and compares numbers, not texts', () => {
    const snapshot = parseSnapshot('998:1003:1000,1001');
    expect(sees(snapshot, 997n)).toBe(true);
    expect(sees(snapshot, 999n)).toBe(true);
    expect(sees(snapshot, 1000n)).toBe(false);
    expect(sees(snapshot, 1001n)).toBe(false);
    expect(sees(snapshot, 1002n)).toBe(true);
    expect(sees(snapshot, 1003n)).toBe(false);
    expect(sees(parseSnapshot('1000:1000:'), 999n)).toBe(true);
    expect(sees(parseSnapshot('999:999:'), 1000n)).toBe(false);
  });

  it('of more than 53 bits is exact', () => {
    const snapshot = parseSnapshot('9007199254740992:9007199254740995:9007199254740993');
    expect(sees(snapshot, 9007199254740992n)).toBe(true);
    expect(sees(snapshot, 9007199254740993n)).toBe(false);
    expect(sees(snapshot, 9007199254740994n)).toBe(true);
  });

  it.each(['', '1:2', '1:2:3,', '1:2:,3', '-1:2:', '1:2:3;4', ' 1:2:', '1:2:\n', '0x1:2:'])(
    'is not %j',
    (text) => {
      expect(() => parseSnapshot(text)).toThrow(/^expected a snapshot of the form xmin:xmax:xip,… but got "/);
    },
  );

  it('is read as it is printed', () => {
    fc.assert(
      fc.property(base.chain(snapshots), (snapshot) => {
        expect(parseSnapshot(printSnapshot(snapshot))).toStrictEqual({
          ...snapshot,
          xip: new Set([...snapshot.xip].sort((a, b) => (a < b ? -1 : 1))),
        });
      }),
    );
  });

  it('joined with others shows a write exactly where each shows it', () => {
    fc.assert(
      fc.property(
        base.chain((low) =>
          fc.tuple(fc.constant(low), fc.array(snapshots(low), { minLength: 1, maxLength: 5 })),
        ),
        ([low, several]) => {
          const [first, ...others] = several;
          if (first === undefined) return;
          const joined = joinSnapshots([first, ...others]);
          for (let xid = low - 1n; xid < low + 25n; xid += 1n)
            expect(sees(joined, xid)).toBe(several.every((snapshot) => sees(snapshot, xid)));
          expect(parseSnapshot(printSnapshot(joined))).toEqual(joined);
        },
      ),
    );
  });
});
