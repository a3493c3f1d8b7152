/**
 * A subgraph with one row in a store that tells of its transactions as the kit does: `counter` reads the row, `count` adds to it.
 * A test can hold a mutation before its commit, and before its answer.
 */
import { cacheExtensionName, type CacheExtension } from '@selvedge/cache';
import {
  closeSocket,
  json,
  startStubSubgraph,
  type RecordedRequest,
  type StubAnswer,
} from '@selvedge/testkit';
import { compose } from './compose.js';
import type { Cleanup } from './test-router.js';

export interface CountingSubgraph {
  readonly sdl: string;
  /** Of the row, committed. */
  value(): number;
  /** Not by way of a router. */
  writeDirectly(): void;
  /** How many fetches of the row there have been. */
  reads(): number;
  /** Of the next mutation. @returns when it has come */
  holdBeforeCommit(): Promise<Held>;
  holdAfterCommit(): Promise<Held>;
  /** Of mutations from now on. */
  tell(extension: 'as the kit does' | 'nothing'): void;
}

export interface Held {
  /** Lets it go on. */
  release(): void;
  /** It commits, where it has not, and its connection ends without an answer. */
  lose(): void;
}

type Fate = 'released' | 'lost';
type Where = 'before commit' | 'after commit';

export async function startCountingSubgraph(cleanup: Cleanup): Promise<CountingSubgraph> {
  const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
  const typeDefs = 'type Query { counter: Counter } type Mutation { count: Int } type Counter { at: Int }';
  const sdl = compose([{ name: 'counting', url: stub.url, typeDefs }]);
  const store = new Store();
  let reads = 0;
  let tells = true;
  let hold: { readonly where: Where; readonly come: (held: Held) => void } | null = null;
  const pass = (where: Where): Promise<Fate> => {
    const held = hold;
    if (held?.where !== where) return Promise.resolve('released');
    hold = null;
    return new Promise((resolve) => {
      held.come({
        release: () => {
          resolve('released');
        },
        lose: () => {
          resolve('lost');
        },
      });
    });
  };
  const wait = (where: Where) =>
    new Promise<Held>((come) => {
      hold = { where, come };
    });
  const answer = (data: object, extension: CacheExtension): StubAnswer =>
    json({ data, ...(tells && { extensions: { [cacheExtensionName]: extension } }) });
  const mutate = async (): Promise<StubAnswer> => {
    const xid = store.begin();
    const isLost = (await pass('before commit')) === 'lost';
    store.commit(xid);
    if (isLost || (await pass('after commit')) === 'lost') return closeSocket();
    return answer({ count: store.value }, { cluster, writes: { xids: [String(xid)], tags: [tag] } });
  };
  stub.behave({
    from: ({ body }: RecordedRequest) => {
      const { query } = body as { query: string };
      if (query.includes('mutation')) return mutate();
      reads += 1;
      const origin = {
        maxAge: 600,
        isPrivate: false,
        staleness: 0,
        snapshot: store.snapshot(),
        tags: [tag],
        headers: [],
        claims: [],
        refusal: null,
      };
      return answer({ counter: { at: store.value } }, { cluster, answer: origin });
    },
  });
  return {
    sdl,
    value: () => store.value,
    writeDirectly() {
      store.commit(store.begin());
    },
    reads: () => reads,
    holdBeforeCommit: () => wait('before commit'),
    holdAfterCommit: () => wait('after commit'),
    tell(extension) {
      tells = extension === 'as the kit does';
    },
  };
}

const cluster = '7000000000000000000/1';
const tag = 'counters:id=1';

/** One row, and the transactions that write it. */
class Store {
  value = 0;
  private last = 700;
  private readonly running = new Set<number>();

  begin(): number {
    this.last += 1;
    this.running.add(this.last);
    return this.last;
  }

  commit(xid: number): void {
    this.running.delete(xid);
    this.value += 1;
  }

  /** As `pg_current_snapshot()` has it. */
  snapshot(): string {
    const next = this.last + 1;
    const running = [...this.running].sort((a, b) => a - b);
    return `${running[0] ?? next}:${next}:${running.join()}`;
  }
}
