/** What stands at a place: which entity belongs to which object, what it calls itself, and what is asked for where there is none. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  at,
  compiled,
  entityFetch,
  parallel,
  rootFetch,
  run,
  sequence,
  type AskedFetch,
} from '../testing/plans.js';
import { makeAnswer } from './answer.js';

const sdl = `
  type Query { things: [Thing] lists: [[Thing]] named: Named }
  interface Named { id: ID name: String }
  type Thing implements Named { id: ID name: String a: Int b: Int n: Int parts: [Part] }
  type Part { id: ID x: Int y: Int }
  type Other implements Named { id: ID name: String }
`;

function textOf(operation: ReturnType<typeof compiled>, outcome: Awaited<ReturnType<typeof run>>): unknown {
  const { response } = makeAnswer(operation, outcome, {});
  return (JSON.parse(String(response)) as { data: unknown } | null)?.data ?? null;
}

describe('entities', () => {
  const operation = compiled(
    sdl,
    '{ lists { name } }',
    sequence(
      rootFetch('root', '{ lists { __typename id } }'),
      at('lists.@.@', entityFetch('names', 'Thing', 'id', 'name')),
    ),
  );
  const id = fc.option(fc.nat(4).map(String), { nil: null });

  test('stand wherever they were asked for, each asked for once', async () => {
    const lists = fc.array(fc.option(fc.array(id, { maxLength: 4 }), { nil: null }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(lists, async (drawn) => {
        const thing = (each: string | null) => each && { __typename: 'Thing', id: each };
        const data = { lists: drawn.map((list) => list?.map(thing) ?? null) };
        const outcome = await run(operation, ({ representations }) =>
          representations === null
            ? { data }
            : {
                entities: representations.map((each) =>
                  each['id'] === '0' ? null : { name: `n${String(each['id'])}` },
                ),
              },
        );
        const name = (each: string | null) => each && { name: each === '0' ? null : `n${each}` };
        expect(textOf(operation, outcome)).toEqual({ lists: drawn.map((list) => list?.map(name) ?? null) });
        const ids = outcome.asked[1]?.representations?.map((each) => each['id']) ?? [];
        expect([...ids].sort()).toEqual([...new Set(drawn.flat().filter((each) => each !== null))].sort());
      }),
    );
  });
});

test('what is asked of a place besides the key of its entity is the place’s own', async () => {
  const operation = compiled(
    sdl,
    '{ things { own: a name } }',
    sequence(
      rootFetch('root', '{ things { __typename id own: a } }'),
      at('things.@', entityFetch('names', 'Thing', 'id', 'name')),
    ),
  );
  const outcome = await run(operation, ({ representations }) =>
    representations === null
      ? { data: { things: [1, 2].map((own) => ({ __typename: 'Thing', id: '1', own })) } }
      : { entities: [{ name: 'it' }] },
  );
  expect(textOf(operation, outcome)).toEqual({ things: [1, 2].map((own) => ({ own, name: 'it' })) });
});

test('lists that several fetches have parts of are put together item by item', async () => {
  const operation = compiled(
    sdl,
    '{ things { parts { x y } } }',
    sequence(
      rootFetch('root', '{ things { __typename id parts { x } } }'),
      at('things.@', entityFetch('more', 'Thing', 'id', 'parts { y }')),
    ),
  );
  const parts = (key: string) => [1, 2, 3].map((value) => ({ [key]: value }));
  const outcome = await run(operation, ({ representations }) =>
    representations === null
      ? { data: { things: [{ __typename: 'Thing', id: '1', parts: parts('x') }] } }
      : { entities: [{ parts: parts('y') }] },
  );
  expect(textOf(operation, outcome)).toEqual({
    things: [{ parts: [1, 2, 3].map((value) => ({ x: value, y: value })) }],
  });
});

test('entities whose arguments come from what is above them are asked for apart', async () => {
  const contextRewrites = [
    { kind: 'KeyRenamer', path: ['..', '... on Thing', 'name'], renameKeyTo: 'above' },
  ];
  const parts = { ...entityFetch('parts', 'Part', 'id', 'x'), variableUsages: ['above'], contextRewrites };
  const operation = compiled(
    sdl,
    '{ things { parts { x } } }',
    sequence(
      rootFetch('root', '{ things { __typename name parts { __typename id } } }'),
      at('things.@.parts.@', parts as ReturnType<typeof entityFetch>),
    ),
  );
  const thing = (name: string) => ({
    __typename: 'Thing',
    name,
    parts: ['1', '2'].map((id) => ({ __typename: 'Part', id })),
  });
  const outcome = await run(operation, ({ representations, variables }) =>
    representations === null
      ? { data: { things: ['10', '20'].map(thing) } }
      : { entities: representations.map(({ id }) => ({ x: Number(variables['above']) + Number(id) })) },
  );
  expect(textOf(operation, outcome)).toEqual({
    things: [{ parts: [{ x: 11 }, { x: 12 }] }, { parts: [{ x: 21 }, { x: 22 }] }],
  });
});

describe('a type’s name', () => {
  const operation = compiled(
    sdl,
    '{ named { __typename name } }',
    sequence(
      rootFetch('root', '{ named { __typename id } }'),
      at('named', entityFetch('names', 'Named', 'id', '__typename name')),
    ),
  );

  test.each([
    ['Thing', 'Named'],
    ['Named', 'Thing'],
  ])('of an object goes before that of an interface: %s, then %s', async (first, then) => {
    const outcome = await run(operation, ({ representations }) =>
      representations === null
        ? { data: { named: { __typename: first, id: '1' } } }
        : { entities: [{ __typename: then, name: 'it' }] },
    );
    expect(textOf(operation, outcome)).toEqual({ named: { __typename: 'Thing', name: 'it' } });
  });
});

describe('two fetches that are sent as one', () => {
  const operation = compiled(
    sdl,
    '{ things { a b } }',
    sequence(
      rootFetch('root', '{ things { __typename id } }'),
      parallel(
        at('things.@', entityFetch('both', 'Thing', 'id', 'a')),
        sequence(
          at('things.@', entityFetch('needed', 'Thing', 'id', 'n')),
          at('things.@', entityFetch('both', 'Thing', 'id n', 'b')),
        ),
      ),
    ),
  );
  const data = { things: ['1', '2', '3', '1'].map((id) => ({ __typename: 'Thing', id })) };
  const idsOf = ({ representations }: AskedFetch) => representations?.map((each) => String(each['id'])) ?? [];

  function ask(both: (id: string, hasMore: boolean) => object | null, needed: (id: string) => object | null) {
    return run(operation, (asked) => {
      if (asked.subgraph === 'root') return { data };
      const isNeeded = asked.subgraph === 'needed';
      const entities = asked.representations?.map((each) => {
        const id = String(each['id']);
        return (isNeeded ? needed(id) : both(id, 'n' in each)) as Record<string, unknown> | null;
      });
      const failed = isNeeded
        ? []
        : (entities ?? []).flatMap((entity, index) => (entity === null ? [index] : []));
      const errors = failed.map((entity) => ({ error: new Error('no'), entity, path: ['b'] }));
      return { entities: entities ?? [], errors };
    });
  }

  test('ask for all at once', async () => {
    const outcome = await ask(
      (id) => ({ a: Number(id), b: 9 }),
      () => ({ n: 5 }),
    );
    expect(outcome.asked.map(({ subgraph }) => subgraph)).toEqual(['root', 'needed', 'both']);
    expect(textOf(operation, outcome)).toEqual({ things: [1, 2, 3, 1].map((a) => ({ a, b: 9 })) });
  });

  test('ask for less where the requirement is not there, and where they got nothing', async () => {
    const outcome = await ask(
      (id, hasMore) => (id === '3' && hasMore ? null : { a: Number(id), ...(hasMore && { b: 9 }) }),
      (id) => (id === '2' ? null : { n: 5 }),
    );
    const [, , more, less, ...others] = outcome.asked;
    expect(others).toEqual([]);
    expect([more, less].map((asked) => asked && idsOf(asked))).toEqual([
      ['1', '3'],
      ['2', '3'],
    ]);
    expect(less?.query).not.toMatch(/\bb\b/);
    expect(textOf(operation, outcome)).toEqual({
      things: [
        { a: 1, b: 9 },
        { a: 2, b: null },
        { a: 3, b: null },
        { a: 1, b: 9 },
      ],
    });
  });
});
