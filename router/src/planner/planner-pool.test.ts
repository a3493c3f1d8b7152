import { setImmediate as turn } from 'node:timers/promises';
import type { QueryPlan } from '@apollo/query-planner';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { compose } from '../testing/compose.js';
import { Cleanup, startTestRouter } from '../testing/test-router.js';
import { OverrunError, startPlannerPool, type PlannerPoolOptions } from './planner-pool.js';
import {
  startPlannerThread,
  ThreadEnded,
  UnreadableSupergraph,
  type PlannerThread,
} from './planner-thread.js';
import type { PlanRequest, SupergraphDigest } from './supergraph-planner.js';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const request = (text: string): PlanRequest => ({ text, operationName: undefined, overrideLabels: [] });
const plan: QueryPlan = { kind: 'QueryPlan' };

describe('the threads', () => {
  /** Answers when the test says so, or dies. */
  class FakeThread implements PlannerThread {
    readonly asked: string[] = [];
    isTerminated = false;
    isQuick = false;
    answer: (plan: QueryPlan) => void = () => undefined;
    die: (error: Error) => void = () => undefined;
    begin: () => void = () => undefined;
    fail: (error: Error) => void = () => undefined;
    readonly ready = new Promise<SupergraphDigest>((resolve, reject) => {
      this.begin = () => {
        resolve({} as SupergraphDigest);
      };
      this.fail = reject;
    });

    plan({ text }: PlanRequest): Promise<QueryPlan> {
      this.asked.push(text);
      if (this.isQuick) return Promise.resolve(plan);
      return new Promise((resolve, reject) => {
        this.answer = resolve;
        this.die = reject;
      });
    }

    terminate(): Promise<void> {
      this.isTerminated = true;
      this.die(new ThreadEnded(false));
      return Promise.resolve();
    }
  }

  async function fakePool(options: Partial<PlannerPoolOptions> = {}) {
    const threads: FakeThread[] = [];
    const opening = startPlannerPool(
      () => {
        const thread = new FakeThread();
        thread.ready.catch(() => undefined);
        threads.push(thread);
        return thread;
      },
      { timeout: 60_000, patience: 60_000, ...options },
    );
    const thread = (index: number): FakeThread => {
      const found = threads[index];
      if (found === undefined)
        throw new Error(`expected a thread ${index} but got ${threads.length} of them`);
      return found;
    };
    thread(0).begin();
    const pool = await cleanup.add(opening, (opened) => opened.close());
    return { pool, threads, thread };
  }

  test('plan one operation after the other', async () => {
    const { pool, threads, thread } = await fakePool();
    const both = [pool.plan(request('a')), pool.plan(request('b'))];
    expect(thread(0).asked).toEqual(['a']);
    thread(0).answer(plan);
    await turn();
    expect(thread(0).asked).toEqual(['a', 'b']);
    thread(0).answer(plan);
    expect(await Promise.all(both)).toEqual([plan, plan]);
    expect(threads).toHaveLength(1);
  });

  test('are two when others wait behind a slow operation, and one again later', async () => {
    const { pool, threads, thread } = await fakePool({ patience: 1, idleTime: 1 });
    const slow = pool.plan(request('slow'));
    const quick = pool.plan(request('quick'));
    await vi.waitFor(() => {
      expect(threads).toHaveLength(2);
    });
    thread(1).begin();
    await vi.waitFor(() => {
      expect(thread(1).asked).toEqual(['quick']);
    });
    thread(1).answer(plan);
    await expect(quick).resolves.toBe(plan);
    thread(0).answer(plan);
    await expect(slow).resolves.toBe(plan);
    await vi.waitFor(() => {
      expect(threads.filter(({ isTerminated }) => isTerminated)).toHaveLength(1);
    });
  });

  test('are never more than two', async () => {
    const { pool, threads, thread } = await fakePool({ patience: 1 });
    for (const text of ['one', 'two', 'three']) void pool.plan(request(text)).catch(() => undefined);
    await vi.waitFor(() => {
      expect(threads).toHaveLength(2);
    });
    thread(1).begin();
    await vi.waitFor(() => {
      expect(thread(1).asked).toEqual(['two']);
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(threads).toHaveLength(2);
  });

  test('are ended when they overrun, and replaced: only the operation that did it fails', async () => {
    const { pool, threads, thread } = await fakePool({ timeout: 5 });
    const bad = pool.plan(request('bad'));
    const good = pool.plan(request('good'));
    await expect(bad).rejects.toThrow(OverrunError);
    await expect(bad).rejects.toMatchObject({ extensions: { code: 'QUERY_PLANNING_FAILED' } });
    expect(thread(0).isTerminated).toBe(true);
    expect(threads).toHaveLength(2);
    thread(1).isQuick = true;
    thread(1).begin();
    await expect(good).resolves.toBe(plan);
  });

  test('that run out of memory fail the operation; that die of anything else, not at once', async () => {
    const { pool, thread } = await fakePool();
    const big = pool.plan(request('big'));
    thread(0).die(new ThreadEnded(true));
    await expect(big).rejects.toThrow(/needs more memory/);
    const unlucky = pool.plan(request('unlucky'));
    thread(1).begin();
    await turn();
    thread(1).die(new ThreadEnded(false));
    await turn();
    thread(2).begin();
    await turn();
    expect(thread(2).asked).toEqual(['unlucky']);
    thread(2).answer(plan);
    await expect(unlucky).resolves.toBe(plan);
    const cursed = pool.plan(request('cursed'));
    thread(2).die(new ThreadEnded(false));
    await turn();
    thread(3).begin();
    await turn();
    thread(3).die(new ThreadEnded(false));
    await expect(cursed).rejects.toThrow('the planning thread has ended');
  });

  test('that do not start any more are not tried for ever', async () => {
    const { pool, threads, thread } = await fakePool({ timeout: 5 });
    await expect(pool.plan(request('bad'))).rejects.toThrow(OverrunError);
    const waiting = pool.plan(request('good'));
    waiting.catch(() => undefined);
    for (let n = 1; n <= 4; n += 1) {
      await vi.waitFor(() => {
        expect(threads).toHaveLength(n + 1);
      });
      thread(n).fail(new ThreadEnded(true));
    }
    await expect(waiting).rejects.toThrow(ThreadEnded);
    await turn();
    expect(threads).toHaveLength(5);
  });

  test('are all ended when the pool is closed, with who waits told', async () => {
    const { pool, thread } = await fakePool();
    const all = [pool.plan(request('a')), pool.plan(request('b'))].map((each) => each.catch(String));
    await pool.close();
    expect(thread(0).isTerminated).toBe(true);
    expect(await Promise.all(all)).toEqual([
      'Error: the planning thread has ended',
      'Error: the planner was closed',
    ]);
    await expect(pool.plan(request('c'))).rejects.toThrow('closed');
  });
});

describe('a pathological operation', () => {
  const types = Array.from({ length: 12 }, (_, n) => `T${n}`);

  /** Many implementations of an interface that leads to itself, each an entity of four subgraphs. */
  const tangled = (url: string) =>
    compose(
      [0, 1, 2, 3].map((n) => ({
        name: `s${n}`,
        url,
        typeDefs: `
          type Query { nodes${n}: [Node] a${n}: Int }
          interface Node { id: ID! next: Node }
          ${types
            .map(
              (name) =>
                `type ${name} implements Node @key(fields: "id") { id: ID! next: Node @shareable own${n}: Int }`,
            )
            .join('\n')}
        `,
      })),
    );
  /** A few hundred tokens that stand for 12^5 paths. */
  const level = (depth: number, inner: string): string =>
    `fragment F${depth} on Node { ${types
      .map((name, n) => `... on ${name} { own${n % 4} next { ${inner} } }`)
      .join(' ')} }`;
  const operation = `{ nodes0 { ...F5 } } ${[1, 2, 3, 4, 5]
    .map((depth) => level(depth, depth === 1 ? 'id' : `...F${depth - 1}`))
    .join('\n')}`;

  async function pool(options: PlannerPoolOptions, heapLimit = 512) {
    const sdl = tangled('http://127.0.0.1:9/');
    const limits = { plans: undefined, paths: undefined };
    const opening = startPlannerPool(() => startPlannerThread({ sdl, limits }, heapLimit), options);
    return cleanup.add(opening, (opened) => opened.close());
  }

  test('does not keep others waiting while it is planned', async () => {
    const planner = await pool({ timeout: 600_000, patience: 20 });
    let isSettled = false;
    void planner
      .plan(request(operation))
      .catch(() => undefined)
      .finally(() => {
        isSettled = true;
      });
    await expect(planner.plan(request('{ a0 a1 }'))).resolves.toMatchObject({ kind: 'QueryPlan' });
    expect(isSettled).toBe(false);
  });

  test('fails alone when it takes too long', async () => {
    const planner = await pool({ timeout: 600 });
    await expect(planner.plan(request(operation))).rejects.toThrow(/is not planned after 600 ms/);
    await expect(planner.plan(request('{ a0 a1 }'))).resolves.toMatchObject({ kind: 'QueryPlan' });
  });

  test('fails alone when it takes too much memory', async () => {
    const planner = await pool({ timeout: 600_000 }, 48);
    await expect(planner.plan(request(operation))).rejects.toThrow(/needs more memory to plan/);
    await expect(planner.plan(request('{ a0 a1 }'))).resolves.toMatchObject({ kind: 'QueryPlan' });
  });

  test('is refused unseen when it comes again, and the router answers others all the while', async () => {
    const yaml =
      'supergraph: { query_planning: { experimental_cooperative_cancellation: { timeout: 600ms } } }';
    const sdl = tangled('http://127.0.0.1:9/');
    const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
    const bad = router.query(operation);
    const others = await Promise.all([1, 2, 3].map(() => router.query('{ __typename }')));
    expect(others.map(({ data }) => data)).toEqual(Array(3).fill({ __typename: 'Query' }));
    const refused = await bad;
    expect(refused.errors?.[0]?.extensions['code']).toBe('QUERY_PLANNING_FAILED');
    const [again] = (await router.query(operation)).errors ?? [];
    expect(again?.message).toBe(refused.errors?.[0]?.message);
  });
});

test('a thread that cannot read its supergraph says why', async () => {
  const limits = { plans: undefined, paths: undefined };
  await expect(
    startPlannerPool(() => startPlannerThread({ sdl: 'type Query { a: Int }', limits }, 512), {
      timeout: 1_000,
    }),
  ).rejects.toThrow(UnreadableSupergraph);
});
