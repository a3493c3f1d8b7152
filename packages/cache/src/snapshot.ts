/**
 * `pg_current_snapshot()` and what can be told from it: whether a transaction's writes were visible to a statement. Transaction ids
 * are `xid8`: 64 bits, and text on the wire, so "999" is greater than "1000" for whoever compares the texts; here they are BigInts.
 *
 * Source: PostgreSQL documentation, "pg_snapshot Components" (xmin: lowest id still active, all below are finished; xmax: one past
 * the highest finished; xip: those between that are in progress).
 */

export interface Snapshot {
  readonly xmin: bigint;
  readonly xmax: bigint;
  readonly xip: ReadonlySet<bigint>;
}

const form = /^(\d{1,20}):(\d{1,20}):((?:\d{1,20}(?:,\d{1,20})*)?)$/;

/** @param text `xmin:xmax:xip,xip…`. Throws where it is something else. */
export function parseSnapshot(text: string): Snapshot {
  const [, xmin, xmax, xip] = form.exec(text) ?? [];
  if (xmin === undefined || xmax === undefined || xip === undefined)
    throw new Error(`expected a snapshot of the form xmin:xmax:xip,… but got ${JSON.stringify(text)}`);
  const running = xip === '' ? [] : xip.split(',').map(BigInt);
  return { xmin: BigInt(xmin), xmax: BigInt(xmax), xip: new Set(running) };
}

export function printSnapshot(snapshot: Snapshot): string {
  const running = [...snapshot.xip].sort((a, b) => (a < b ? -1 : 1));
  return `${snapshot.xmin}:${snapshot.xmax}:${running.join(',')}`;
}

/** Whether the writes of a finished transaction were visible; of a running one: false. */
export function sees(snapshot: Snapshot, xid: bigint): boolean {
  if (xid < snapshot.xmin) return true;
  return xid < snapshot.xmax && !snapshot.xip.has(xid);
}

/**
 * A write is visible in it exactly where it is visible in each: least xmin, least xmax, union of xip. What runs above the least
 * xmax is invisible by that already, and left out.
 */
export function joinSnapshots(snapshots: readonly [Snapshot, ...Snapshot[]]): Snapshot {
  const [first, ...others] = snapshots;
  if (others.length === 0) return first;
  let { xmin, xmax } = first;
  for (const other of others) {
    if (other.xmin < xmin) xmin = other.xmin;
    if (other.xmax < xmax) xmax = other.xmax;
  }
  const xip = new Set<bigint>();
  for (const { xip: running } of snapshots) for (const xid of running) if (xid < xmax) xip.add(xid);
  return { xmin, xmax, xip };
}
