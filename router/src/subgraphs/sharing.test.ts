/** Which fetches of concurrent requests become one, and which never do. Patience runs out only where a test says so. */
import { json } from '@selvedge/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  idsOf,
  names,
  startFetches,
  TestCaller,
  turns,
  until,
  type Ask,
  type Fetches,
} from '../testing/subgraph-fetches.js';
import { Cleanup } from '../testing/test-router.js';

const cleanup = new Cleanup();
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await cleanup.run();
});

/** Holds a first fetch; what is asked meanwhile gathers, and is sent when the first is answered. */
async function gather(fetches: Fetches, asks: readonly Ask[], first: Ask = {}) {
  fetches.behave((request) => fetches.held.hold(names(request)));
  const before = fetches.ask({ ids: ['first'], ...first });
  await until(() => fetches.requests.length === 1);
  const answers = asks.map((ask) => fetches.ask(ask));
  await turns();
  fetches.behave(names);
  return {
    before,
    answers,
    async release() {
      fetches.held.release();
      await before;
      return Promise.all(answers);
    },
  };
}

function sent(fetches: Fetches): string[][] {
  return fetches.requests.slice(1).map(({ body }) => idsOf(body));
}

describe('one call', () => {
  test('for all who ask the same, equal representations once, each with its own indexes', async () => {
    const fetches = await startFetches(cleanup);
    const asks = [{ ids: ['1', '2'] }, { ids: ['3', '2', 'no'] }, { ids: ['2'] }];
    const [one, two, three] = await (await gather(fetches, asks)).release();
    expect(sent(fetches).map((ids) => ids.sort())).toEqual([['1', '2', '3', 'no']]);
    expect(one?.entities).toEqual([{ name: 'name 1' }, { name: 'name 2' }]);
    expect(two?.entities).toEqual([{ name: 'name 3' }, { name: 'name 2' }, null]);
    expect(three?.entities).toEqual([{ name: 'name 2' }]);
  });

  test('for the branches of one request', async () => {
    const fetches = await startFetches(cleanup);
    const caller = new TestCaller();
    const headers = { traceparent: 'mine' };
    const answers = [['1'], ['2', '1']].map((ids) => fetches.ask({ caller, ids, headers }));
    expect((await Promise.all(answers)).map(({ entities }) => entities.length)).toEqual([1, 2]);
    expect(fetches.requests.map(({ body }) => idsOf(body))).toEqual([['1', '2']]);
    expect(fetches.requests[0]?.headers['traceparent']).toBe('mine');
  });

  test('is sent without waiting where nothing is in flight', async () => {
    const fetches = await startFetches(cleanup);
    await fetches.ask();
    await fetches.ask();
    expect(fetches.requests).toHaveLength(2);
  });

  test('nobody has a part in what was sent before they asked', async () => {
    const fetches = await startFetches(cleanup);
    let value = 'old';
    fetches.behave(() => fetches.held.hold(json({ data: { _entities: [{ name: value }] } })));
    const first = fetches.ask();
    await until(() => fetches.requests.length === 1);
    value = 'new';
    const second = fetches.ask();
    await turns();
    fetches.held.release();
    expect((await first).entities).toEqual([{ name: 'old' }]);
    await until(() => fetches.requests.length === 2);
    fetches.held.release();
    expect((await second).entities).toEqual([{ name: 'new' }]);
  });
});

describe('never one call', () => {
  const apart: [what: string, asks: Ask[]][] = [
    ['other texts', [{ query: 'query($representations:[_Any!]!){_entities{name price}}' }, {}]],
    ['other variables', [{ variables: '"first":1' }, { variables: '"first":2' }]],
    ['variables and none', [{ variables: '"first":1' }, {}]],
    ['other labels', [{ labels: ['a'] }, { labels: ['b'] }, {}]],
    ['other headers', [{ headers: { authorization: 'a' } }, { headers: { authorization: 'b' } }, {}]],
    ['headers of other names', [{ headers: { 'x-a': '1' } }, { headers: { 'x-b': '1' } }]],
    ['a header that nobody knows', [{ headers: { 'x-anything': '1' } }, { headers: { 'x-anything': '2' } }]],
    ['one that follows a mutation', [{ isAlone: true }, { isAlone: true }, {}]],
    ['one that asks for a report', twice({ headers: { 'apollo-federation-include-trace': 'ftv1' } })],
  ];

  test.each(apart)('%s', async (_, asks) => {
    const fetches = await startFetches(cleanup);
    await Promise.all(asks.map((ask) => fetches.ask(ask)));
    expect(fetches.requests).toHaveLength(asks.length);
  });

  test('what another supergraph is asked', async () => {
    const [old, next] = [await startFetches(cleanup), await startFetches(cleanup)];
    await Promise.all([old.ask(), next.ask()]);
    expect([old.requests.length, next.requests.length]).toEqual([1, 1]);
  });

  test('where it is switched off', async () => {
    const fetches = await startFetches(cleanup, { isShared: false });
    await Promise.all(twice({}).map((ask) => fetches.ask(ask)));
    expect(fetches.requests).toHaveLength(2);
  });
});

describe('headers', () => {
  const mine = (n: number): Ask => ({
    ids: [String(n)],
    headers: {
      'x-tenant': 'acme',
      traceparent: `trace ${n}`,
      tracestate: `state ${n}`,
      'x-request-id': `request ${n}`,
      baggage: `baggage ${n}`,
    },
  });
  const own = ['traceparent', 'tracestate', 'x-request-id', 'baggage'];

  test('that cannot shape an answer keep nobody apart, and none is sent for several', async () => {
    const fetches = await startFetches(cleanup);
    await Promise.all([fetches.ask(mine(1)), fetches.ask(mine(2))]);
    expect(fetches.requests).toHaveLength(1);
    expect(fetches.requests[0]?.headers['x-tenant']).toBe('acme');
    expect(own.map((name) => fetches.requests[0]?.headers[name])).toEqual(own.map(() => undefined));
  });

  test('of one caller go with what is sent for it alone, also when that is the second time', async () => {
    const fetches = await startFetches(cleanup);
    fetches.behave((request) =>
      idsOf(request.body).length > 1 ? json({}, { status: 500 }) : names(request),
    );
    await Promise.all([fetches.ask(mine(1)), fetches.ask(mine(2))]);
    const headers = fetches.requests.slice(1).map((request) => own.map((name) => request.headers[name]));
    const expected = [1, 2].map((n) => own.map((name) => mine(n).headers?.[name]));
    expect(headers.sort()).toEqual(expected);
  });
});

describe('an answer that is one caller’s alone', () => {
  test.each([
    ['a cookie', { 'set-cookie': 'session=1' }],
    ['Cache-Control: private', { 'cache-control': 'max-age=5, private' }],
  ])('%s: is asked for again by each, and its key is shared no more', async (_, headers) => {
    const fetches = await startFetches(cleanup);
    fetches.behave(({ body }) =>
      json(
        { data: { _entities: idsOf(body).map((id) => ({ name: `${id} of ${idsOf(body).length}` })) } },
        { headers },
      ),
    );
    const answers = await Promise.all([fetches.ask({ ids: ['1'] }), fetches.ask({ ids: ['2'] })]);
    expect(answers.map(({ entities }) => entities)).toEqual([[{ name: '1 of 1' }], [{ name: '2 of 1' }]]);
    expect(answers.map(({ isPrivate }) => isPrivate)).toEqual([true, true]);
    expect(fetches.requests).toHaveLength(3);
    await Promise.all([fetches.ask({ ids: ['1'] }), fetches.ask({ ids: ['2'] })]);
    expect(fetches.requests).toHaveLength(5);
  });

  test('and those who have gathered behind it go alone', async () => {
    const fetches = await startFetches(cleanup);
    const { answers, before } = await gather(fetches, [{ ids: ['1'] }, { ids: ['2'] }]);
    fetches.behave(names);
    const isPrivate = json({ data: { _entities: [{ name: 'mine' }] } }, { headers: { 'set-cookie': 'a=b' } });
    // The first is answered with a cookie; nothing else has changed.
    fetches.held.release(isPrivate);
    await Promise.all([before, ...answers]);
    expect(sent(fetches)).toEqual([['1'], ['2']]);
  });
});

describe('a call that fails as a whole', () => {
  const bad = { message: 'bad' };
  test.each<[string, Parameters<typeof json>]>([
    ['a status', [{}, { status: 503 }]],
    [
      'a status with GraphQL errors that have paths',
      [{ data: { _entities: [null, null] }, errors: [{ ...bad, path: ['_entities', 0] }] }, { status: 500 }],
    ],
    ['an error without a path', [{ data: { _entities: [null, null] }, errors: [bad] }]],
    [
      'an error of no entity',
      [{ data: { _entities: [null, null] }, errors: [{ ...bad, path: ['_entities'] }] }],
    ],
    ['a null that took all with it', [{ data: null, errors: [{ ...bad, path: ['_entities', 0, 'name'] }] }]],
    ['something else than was asked for', [{ data: { _entities: [] } }]],
  ])('%s: is sent again once for each', async (_, answer) => {
    const fetches = await startFetches(cleanup);
    fetches.behave((request) => (idsOf(request.body).length > 1 ? json(...answer) : names(request)));
    const answers = await Promise.all([fetches.ask({ ids: ['1'] }), fetches.ask({ ids: ['2'] })]);
    expect(answers.map(({ entities, errors }) => [entities, errors])).toEqual([
      [[{ name: 'name 1' }], []],
      [[{ name: 'name 2' }], []],
    ]);
    expect(fetches.requests).toHaveLength(3);
  });

  test('a lost connection: the same, and who fails alone is not tried a third time', async () => {
    const fetches = await startFetches(cleanup);
    fetches.behave((request) => {
      if (idsOf(request.body).join() === '2') return names(request);
      return (response) => {
        response.destroy();
      };
    });
    const [one, two] = await Promise.all([fetches.ask({ ids: ['1'] }), fetches.ask({ ids: ['2'] })]);
    expect(one.errors).toHaveLength(1);
    expect(two.entities).toEqual([{ name: 'name 2' }]);
    expect(fetches.requests).toHaveLength(3);
  });

  test('errors of entities are no such thing: each caller gets its own, under its own indexes', async () => {
    const fetches = await startFetches(cleanup);
    fetches.behave(({ body }) => {
      const index = idsOf(body).indexOf('bad');
      const errors = [{ message: 'no name', path: ['_entities', index, 'name'] }];
      return json({ data: { _entities: idsOf(body).map(() => ({ name: null })) }, errors });
    });
    const asks = [{ ids: ['1', '2'] }, { ids: ['3', '4', 'bad'] }, { ids: ['bad'] }];
    const answers = await Promise.all(asks.map((ask) => fetches.ask(ask)));
    expect(answers.map(({ errors }) => errors.map(({ entity, path }) => [entity, path]))).toEqual([
      [],
      [[2, ['name']]],
      [[0, ['name']]],
    ]);
    expect(fetches.requests).toHaveLength(1);
  });
});

function twice(ask: Ask): Ask[] {
  return [ask, ask];
}
