import { describe, expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { startMemorySubgraph } from '../testing/memory-subgraph.js';
import { Cleanup, startTestRouter } from '../testing/test-router.js';
import { labelDecision } from './override-labels.js';
import { afterEach } from 'vitest';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const anonymous = { headers: {} };
const user = (id: string) => ({ headers: { 'x-user-id': id } });
const users = Array.from({ length: 4_000 }, (_, n) => user(`user-${n}`));
const sticky = { sticky: { header: 'X-User-Id' }, labels: {} };

describe('the labels of a request', () => {
  test('are those that are named, and no other', () => {
    const decide = labelDecision(['move', 'wait', 'percent(100)', 'percent(0)', 'percent(101x)'], {
      labels: { move: true, wait: false, other: true },
    });
    expect(decide(anonymous)).toEqual(['move', 'percent(100)']);
    const turned = labelDecision(['percent(100)', 'percent(0)'], {
      labels: { 'percent(100)': false, 'percent(0)': true },
    });
    expect(turned(anonymous)).toEqual(['percent(0)']);
  });

  test.each([
    ['at random', { labels: {} }],
    ['by a sticky key', sticky],
  ])('with a percentage are on as often as it says, %s', (_, config) => {
    const decide = labelDecision(['percent(25)', 'percent(0.5)'], config);
    const decisions = users.map((request) => decide(request));
    const shareOf = (label: string) =>
      decisions.filter((labels) => labels.includes(label)).length / decisions.length;
    // Six standard deviations either way.
    expect(shareOf('percent(25)')).toBeGreaterThan(0.209);
    expect(shareOf('percent(25)')).toBeLessThan(0.291);
    expect(shareOf('percent(0.5)')).toBeLessThan(0.012);
    expect(shareOf('percent(0.5)')).toBeGreaterThan(0);
  });

  test('are the same for one key, and for another header’s value they are not asked', () => {
    const decide = labelDecision(['percent(50)'], sticky);
    for (const request of users.slice(0, 100)) {
      const first = decide(request);
      for (let n = 0; n < 10; n += 1) expect(decide(request)).toEqual(first);
    }
    const other = Array.from({ length: 100 }, () => decide({ headers: { 'x-other': 'user-1' } }));
    expect(new Set(other.map((labels) => labels.length)).size).toBe(2);
  });

  test('grow with the percentage: who was moved stays moved', () => {
    const decide = labelDecision(['percent(20)', 'percent(50)', 'percent(80)'], sticky);
    const combinations = new Set(users.map((request) => decide(request).join()));
    expect([...combinations].sort()).toEqual([
      '',
      'percent(20),percent(50),percent(80)',
      'percent(50),percent(80)',
      'percent(80)',
    ]);
  });
});

describe('a field that is overridden progressively', () => {
  const old = `
    type Query { thing: Thing }
    type Thing @key(fields: "id") { id: ID! name: String }
  `;
  const next = (label: string) => `
    type Thing @key(fields: "id") { id: ID! name: String @override(from: "old", label: "${label}") }
  `;

  async function movingRouter(label: string, yaml = '') {
    const before = await cleanup.add(
      startMemorySubgraph({
        typeDefs: old,
        resolvers: { Query: { thing: () => ({ id: '1' }) }, Thing: { name: () => 'old' } },
      }),
      (started) => started.stop(),
    );
    const after = await cleanup.add(
      startMemorySubgraph({
        typeDefs: next(label),
        resolvers: { Thing: { __resolveReference: (thing: object) => thing, name: () => 'next' } },
      }),
      (started) => started.stop(),
    );
    const sdl = compose([
      { name: 'old', url: before.url, typeDefs: old },
      { name: 'next', url: after.url, typeDefs: next(label) },
    ]);
    const router = await cleanup.add(startTestRouter({ sdl, yaml }), (started) => started.close(0));
    const ask = async (id: string) => {
      const answer = await router.query('{ thing { name } }', {}, { headers: { 'x-user-id': id } });
      return (answer.data?.['thing'] as { name: string } | undefined)?.name;
    };
    return { router, ask };
  }

  async function answers(label: string, yaml = '') {
    const { ask, router } = await movingRouter(label, yaml);
    const all = [];
    for (let n = 0; n < 60; n += 1) all.push(await ask(`user-${n}`));
    expect(router.log.filter(({ level }) => Number(level) >= 40)).toEqual([]);
    return new Set(all);
  }

  test('stays where it was at percent(0), and for a label that nothing turns on', async () => {
    expect(await answers('percent(0)')).toEqual(new Set(['old']));
    expect(await answers('move-name')).toEqual(new Set(['old']));
  });

  test('is moved at percent(100), and by a label that is turned on', async () => {
    expect(await answers('percent(100)')).toEqual(new Set(['next']));
    expect(await answers('move-name', 'override: { labels: { move-name: true } }')).toEqual(
      new Set(['next']),
    );
  });

  test('is in both places at percent(50), in one of them for one user', async () => {
    expect(await answers('percent(50)')).toEqual(new Set(['old', 'next']));
    const { ask } = await movingRouter('percent(50)', 'override: { sticky: { header: X-User-Id } }');
    const perUser = [];
    for (let n = 0; n < 20; n += 1) {
      const [first, second, third] = [await ask(`user-${n}`), await ask(`user-${n}`), await ask(`user-${n}`)];
      expect([second, third]).toEqual([first, first]);
      perUser.push(first);
    }
    expect(new Set(perUser)).toEqual(new Set(['old', 'next']));
  });

  test('is told of where router.yaml names a label that nothing has', async () => {
    const { router } = await movingRouter('move-name', 'override: { labels: { mov-name: true } }');
    expect(router.log.map(({ msg }) => msg)).toContain(
      '`override.labels` names "mov-name", which no field of the supergraph has',
    );
  });
});
