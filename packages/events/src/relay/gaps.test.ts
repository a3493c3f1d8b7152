import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Gaps } from './gaps.js';

const all = { xmin: 1n, xmax: 100n };

test('ids that were not seen are looked for again, and beyond the last', () => {
  const gaps = new Gaps();
  gaps.saw([3n, 4n, 7n], all, true);
  expect(gaps.ranges).toMatchObject([
    { low: 1n, high: 2n },
    { low: 5n, high: 6n },
  ]);
  expect(gaps.last).toBe(7n);
  gaps.saw([6n, 9n], all, true);
  expect(gaps.ranges).toMatchObject([
    { low: 1n, high: 2n },
    { low: 5n, high: 5n },
    { low: 8n, high: 8n },
  ]);
});

test('once all are over who may have drawn them, they are not', () => {
  const gaps = new Gaps();
  gaps.saw([3n], { xmin: 5n, xmax: 10n }, true);
  gaps.saw([5n], { xmin: 9n, xmax: 20n }, true);
  expect(gaps.ranges).toMatchObject([
    { low: 1n, high: 2n },
    { low: 4n, high: 4n },
  ]);
  gaps.saw([], { xmin: 10n, xmax: 20n }, true);
  expect(gaps.ranges).toMatchObject([{ low: 4n, high: 4n }]);
});

test('of a look that stopped, what is past its end was not looked at', () => {
  const gaps = new Gaps();
  gaps.saw([10n, 20n], { xmin: 5n, xmax: 10n }, true);
  // Everybody is over, but only what is up to 3 was looked at.
  gaps.saw([2n, 3n], { xmin: 10n, xmax: 10n }, false);
  expect(gaps.ranges).toMatchObject([
    { low: 4n, high: 9n },
    { low: 11n, high: 19n },
  ]);
});

interface Written {
  readonly id: bigint;
  readonly transaction: number;
}

/** Transactions begin, draw ids and end in any order; a reader looks between. The server's part is played by the test. */
const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('write' as const),
      transaction: fc.nat(5),
      rows: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({ kind: fc.constant('end' as const), transaction: fc.nat(5), commits: fc.boolean() }),
    fc.record({ kind: fc.constant('look' as const), limit: fc.integer({ min: 1, max: 4 }) }),
  ),
  { maxLength: 60 },
);

test('whatever order transactions end in, each of their rows is seen once', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const server = new Server();
      const gaps = new Gaps();
      const seen: bigint[] = [];
      const look = (limit: number) => {
        const found = server
          .visible()
          .filter((id) => id > gaps.last || gaps.ranges.some(({ low, high }) => low <= id && id <= high));
        const ids = found.slice(0, limit);
        seen.push(...ids);
        gaps.saw(ids, server.snapshot(), ids.length < limit);
      };
      for (const step of script) {
        if (step.kind === 'write') server.write(step.transaction, step.rows);
        else if (step.kind === 'end') server.end(step.transaction, step.commits);
        else look(step.limit);
      }
      for (let transaction = 0; transaction <= 5; transaction += 1) server.end(transaction, true);
      while (seen.length < server.visible().length) {
        const before = seen.length;
        look(4);
        expect(seen.length).toBeGreaterThan(before);
      }
      look(4);
      expect([...seen].sort((a, b) => (a < b ? -1 : 1))).toEqual(server.visible());
      expect(gaps.ranges).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

class Server {
  private readonly running = new Map<number, { readonly xid: bigint; readonly rows: Written[] }>();
  private readonly committed: Written[] = [];
  private nextXid = 1n;
  private nextId = 1n;

  write(transaction: number, rows: number): void {
    const known = this.running.get(transaction) ?? { xid: this.nextXid++, rows: [] };
    this.running.set(transaction, known);
    for (let row = 0; row < rows; row += 1) known.rows.push({ id: this.nextId++, transaction });
  }

  end(transaction: number, commits: boolean): void {
    if (commits) this.committed.push(...(this.running.get(transaction)?.rows ?? []));
    this.running.delete(transaction);
  }

  visible(): bigint[] {
    return this.committed.map(({ id }) => id).sort((a, b) => (a < b ? -1 : 1));
  }

  snapshot(): { readonly xmin: bigint; readonly xmax: bigint } {
    const xids = [...this.running.values()].map(({ xid }) => xid);
    return {
      xmin: xids.reduce((least, xid) => (xid < least ? xid : least), this.nextXid),
      xmax: this.nextXid,
    };
  }
}
