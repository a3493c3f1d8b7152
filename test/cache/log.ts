// What clients saw, as it is written down during a run; the writes' versions are looked up in the stores when it is over.
import type { Pool } from 'pg';
import type {
  CutOff,
  History,
  ListEvent,
  Placement,
  PrivateEvent,
  ReadEvent,
  WriteEvent,
} from './history.js';
import { groups, keys } from './scale.js';

export interface NotedWrite extends Omit<WriteEvent, 'version' | 'key'> {
  readonly nonce: string;
  /** How it was made. */
  readonly path: string;
}

export class Log {
  readonly reads: ReadEvent[] = [];
  readonly lists: ListEvent[] = [];
  readonly privates: PrivateEvent[] = [];
  readonly writes: NotedWrite[] = [];
  readonly cutOffs: CutOff[] = [];
  requests = 0;
  begunWrites = 0;
  /** Of these, made two at once on one key. */
  pairedWrites = 0;
  /** Requests without a whole answer, by what was said. */
  readonly problems = new Map<string, number>();

  /** Whether a router or a subgraph is being killed. */
  isAway = false;
  /** Reads; that a busy machine is too slow for a fetch's time is none. */
  problemsOfRedis = 0;

  problem(text: string, isRead: boolean): void {
    if (isRead && !this.isAway && !text.includes('did not answer within')) this.problemsOfRedis += 1;
    const kind = text.replaceAll(/[0-9a-f-]{8,}|\d+/g, '…').slice(0, 120);
    this.problems.set(kind, (this.problems.get(kind) ?? 0) + 1);
  }

  async history(stores: readonly Pool[]): Promise<History> {
    const rows = await Promise.all(stores.map(storedWrites));
    const stored = new Map(rows.flat().map((row) => [row.nonce, row]));
    const writes = this.writes.flatMap(({ nonce, ...write }) => {
      const row = stored.get(nonce);
      return row === undefined
        ? []
        : [{ ...write, key: row.key, version: row.version } satisfies WriteEvent & { path: string }];
    });
    return {
      writes,
      reads: this.reads,
      lists: this.lists,
      privates: this.privates,
      placements: placementsOf(rows.flat()),
      cutOffs: this.cutOffs,
    };
  }
}

interface StoredWrite {
  readonly nonce: string;
  readonly key: string;
  readonly version: number;
  readonly group_id?: number | null;
}

async function storedWrites(store: Pool): Promise<StoredWrite[]> {
  return (await store.query<StoredWrite>('SELECT * FROM writes')).rows;
}

function placementsOf(rows: readonly StoredWrite[]): Placement[] {
  const seeded = Array.from({ length: keys }, (_, id) => ({
    key: `item:${id}`,
    version: 0,
    list: `group:${id % groups}`,
  }));
  const moved = rows.flatMap(({ key, version, group_id }) =>
    group_id == null ? [] : [{ key, version, list: `group:${group_id}` }],
  );
  return [...seeded, ...moved];
}
