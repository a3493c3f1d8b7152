/** Where errors of fetches belong in the client's answer. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SubgraphError } from '../subgraphs/subgraph-error.js';
import { at, compiled, entityFetch, rootFetch, run, sequence } from '../testing/plans.js';
import type { FetchError } from './fetch-answer.js';
import { placeErrors } from './places.js';

const operation = compiled(
  `type Query { lists: [[Thing]] one: Thing }
   type Thing { id: ID name: String more: More }
   type More { deep: Int }`,
  '{ ls: lists { n: name m: more { d: deep } } one { n: name } }',
  sequence(
    rootFetch('root', '{ ls: lists { __typename id } one { __typename id } }'),
    at('ls.@.@', entityFetch('names', 'Thing', 'id', 'n: name m: more { d: deep } unasked')),
  ),
);

type Drawn = readonly (readonly (string | null)[] | null)[];

const lists: fc.Arbitrary<Drawn> = fc.array(
  fc.option(fc.array(fc.option(fc.nat(4).map(String), { nil: null }), { maxLength: 4 }), { nil: null }),
  { maxLength: 5 },
);

async function pathsOf(drawn: Drawn, errorsOf: (ids: readonly string[]) => readonly FetchError[]) {
  const thing = (id: string | null) => (id === null ? null : { __typename: 'Thing', id });
  const data = { ls: drawn.map((list) => list?.map(thing) ?? null), one: null };
  const { results, failures } = await run(operation, ({ representations }) => {
    if (representations === null) return { data };
    const ids = representations.map((each) => String(each['id']));
    return { entities: ids.map(() => ({ n: null, m: null })), errors: errorsOf(ids) };
  });
  const placed = placeErrors(operation.plan, results, failures, operation.shape);
  return placed.map(({ error, path }) => [error.message, path] as const);
}

/** `[message, path]` of each place with one of the ids. */
function expected(drawn: Drawn, isMeant: (id: string) => boolean, below: readonly (string | number)[]) {
  return drawn.flatMap(
    (list, outer) =>
      list?.flatMap((id, inner) =>
        id !== null && isMeant(id) ? [[`no ${id}`, ['ls', outer, inner, ...below]] as const] : [],
      ) ?? [],
  );
}

const errorOf = (message: string) => new SubgraphError('names', message, { path: undefined, extensions: {} });
const failed = (ids: readonly string[], path: FetchError['path'], isMeant: (id: string) => boolean) =>
  ids.flatMap((id, entity) => (isMeant(id) ? [{ error: errorOf(`no ${id}`), entity, path }] : []));
const inOrder = (errors: readonly (readonly [string, unknown])[]) =>
  errors.map((each) => JSON.stringify(each)).sort();

test.each<[what: string, path: string[], below: string[]]>([
  ['a field', ['n'], ['n']],
  ['a field below it', ['m', 'd'], ['m', 'd']],
  ['what the client has not asked for', ['unasked', 'x'], []],
  ['the whole entity', [], []],
])('an error of %s is at each place of its entity, by the client’s indexes', async (_, path, below) => {
  await fc.assert(
    fc.asyncProperty(lists, fc.constantFrom('0', '1', '4'), async (drawn, least) => {
      const isMeant = (id: string) => id >= least;
      const got = await pathsOf(drawn, (ids) => failed(ids, path, isMeant));
      expect(inOrder(got)).toEqual(inOrder(expected(drawn, isMeant, below)));
    }),
    { numRuns: 40 },
  );
});

test('an error of the whole fetch is at each place that was asked for, said once a place', async () => {
  const error = errorOf('no x');
  const drawn = [['1', null, '2'], null, ['1']];
  const errors = [{ error, entity: null, path: [] }];
  const got = await pathsOf(drawn, () => [...errors, ...errors]);
  expect(got.map(([, path]) => path)).toEqual([
    ['ls', 0, 0],
    ['ls', 0, 2],
    ['ls', 2, 0],
  ]);
});

test('an error of no place has none', async () => {
  const errors = [{ error: errorOf('no x'), entity: null, path: undefined }];
  expect(await pathsOf([['1']], () => errors)).toEqual([['no x', undefined]]);
});

test('an entity that is everywhere has its error at a hundred places, and no more', async () => {
  const drawn = Array.from({ length: 20 }, () => Array.from({ length: 20 }, () => '1'));
  expect(await pathsOf(drawn, (ids) => failed(ids, ['n'], () => true))).toHaveLength(100);
});
