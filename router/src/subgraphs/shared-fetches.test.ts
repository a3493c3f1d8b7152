/** However fetches are put together, and whatever becomes of the calls: each gets what it would have got alone. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallOrigin, FetchAnswer } from '../execution/fetch-answer.js';
import type { RequestTemplate } from '../execution/request-template.js';
import { freeze } from '../testing/freeze.js';
import { representation, TestCaller } from '../testing/subgraph-fetches.js';
import { toAnswer, type OperationOutcome, type SubgraphOperation } from './operation.js';
import type { SubgraphResponseError } from './read-response.js';
import { scopeOf } from './scope.js';
import { fetchTogether, type Member, type SharedFetchOptions } from './shared-fetches.js';
import { SubrequestFailure } from './subgraph-error.js';

const template: RequestTemplate = {
  key: '',
  subgraph: 's',
  kind: 'query',
  isEntityFetch: true,
  query: '',
  head: '',
  variables: [],
  outputRewrites: [],
  rootKeys: ['_entities'],
};

function member(ids: readonly string[] | null, caller = new TestCaller()): Member {
  const representations = ids?.map(representation) ?? null;
  return { operation: { template, variables: '', representations }, caller, scope: scopeOf({}, []) };
}

/** What a call of several meets; one caller's own never does. */
type Weather = 'fine' | 'lost' | 'status' | 'unplaced' | 'emptied' | 'private';

interface World {
  readonly weather: readonly Weather[];
  readonly calls: { readonly ids: readonly string[]; readonly callers: number; readonly isAlone: boolean }[];
}

function idOf(text: string): string {
  return (JSON.parse(text) as { id: string }).id;
}

/** Each entity is told of by its own tag. */
function originOf(representations: readonly string[]): CallOrigin {
  const entityTags = representations.map((text) => [idOf(text)]);
  const said = {
    maxAge: 1,
    isPrivate: false,
    staleness: 0,
    snapshot: null,
    tags: [],
    headers: [],
    claims: [],
  };
  const extension = { cluster: null, answer: { ...said, refusal: null, entityTags } };
  return { extension, cacheControl: undefined, vary: undefined, hasSetCookie: false, hasErrors: false };
}

function tagsOf({ origins, entityPlaces, entities }: FetchAnswer): unknown[] {
  return entities.map((_, index) => {
    const place = entityPlaces === null ? { origin: 0, index } : entityPlaces[index];
    return origins[place?.origin ?? -1]?.extension?.answer?.entityTags?.[place?.index ?? -1]?.[0];
  });
}

/** An entity for each; by its id it is missing, has an error, or both. */
function answerTo(
  { representations }: SubgraphOperation,
  weather: Weather,
  isShared: boolean,
): OperationOutcome {
  const about = { isShared, isPrivate: weather === 'private', milliseconds: 1 };
  if (weather === 'lost')
    return { ...about, isOfCall: true, response: new SubrequestFailure('SUBREQUEST_HTTP_ERROR', 'was lost') };
  const entities = (representations ?? []).map((text) => {
    const id = idOf(text);
    return id.startsWith('null') ? null : { name: isShared && weather === 'private' ? 'of another' : id };
  });
  const errors: SubgraphResponseError[] = (representations ?? []).flatMap((text, index) =>
    idOf(text).includes('bad')
      ? [{ message: `${idOf(text)} failed`, path: ['_entities', index, 'name'], extensions: {} }]
      : [],
  );
  if (weather === 'unplaced') errors.push({ message: 'all failed', path: undefined, extensions: {} });
  if (weather === 'emptied')
    errors.push({ message: 'empty', path: ['_entities', 0, 'name'], extensions: {} });
  const data = weather === 'emptied' ? null : { _entities: entities };
  const status = weather === 'status' ? 500 : 200;
  return freeze({
    ...about,
    isOfCall: false,
    response: { data, errors, status, origin: originOf(representations ?? []) },
  });
}

function optionsOf(world: World, maxRepresentations: number): SharedFetchOptions {
  let turn = 0;
  return {
    subgraph: 's',
    maxRepresentations,
    send(operation, members) {
      const callers = new Set(members.map(({ caller }) => caller)).size;
      world.calls.push({ ids: (operation.representations ?? []).map(idOf), callers, isAlone: false });
      const weather =
        members.length > 1 ? (world.weather[(turn += 1) % world.weather.length] ?? 'fine') : 'fine';
      return Promise.resolve(answerTo(operation, weather, callers > 1));
    },
    sendAlone({ operation }) {
      world.calls.push({ ids: (operation.representations ?? []).map(idOf), callers: 1, isAlone: true });
      return Promise.resolve(answerTo(operation, 'fine', false));
    },
  };
}

function comparable({ entities, errors, data }: FetchAnswer) {
  const texts = errors.map(({ error, entity, path }) => JSON.stringify([error.message, entity, path]));
  return { entities, data, errors: texts.sort() };
}

const id = fc.oneof(
  fc.nat(12).map(String),
  fc.nat(3).map((n) => `bad ${n}`),
  fc.nat(3).map((n) => `null ${n}`),
  fc.nat(3).map((n) => `null bad ${n}`),
);
const weather = fc.constantFrom<Weather>('fine', 'fine', 'lost', 'status', 'unplaced', 'emptied', 'private');

describe('each member', () => {
  test('gets exactly what it would have got alone', async () => {
    const members = fc.array(fc.record({ ids: fc.uniqueArray(id, { maxLength: 14 }), caller: fc.nat(4) }), {
      minLength: 1,
      maxLength: 9,
    });
    await fc.assert(
      fc.asyncProperty(
        members,
        fc.integer({ min: 1, max: 20 }),
        fc.array(weather, { minLength: 1, maxLength: 6 }),
        async (drawn, bound, sky) => {
          const world: World = { weather: sky, calls: [] };
          const callers = Array.from({ length: 5 }, () => new TestCaller());
          const all = drawn.map(({ ids, caller }) => member(ids, callers[caller]));
          const answers = await fetchTogether(all, optionsOf(world, bound));
          const alone = all.map(({ operation }) =>
            toAnswer('s', operation, answerTo(operation, 'fine', false)),
          );
          expect(answers.map(comparable)).toEqual(alone.map(comparable));
          expect(answers.map(tagsOf)).toEqual(
            all.map(({ operation }) => operation.representations?.map(idOf)),
          );
          const longest = Math.max(...drawn.map(({ ids }) => ids.length));
          for (const call of world.calls.filter(({ isAlone }) => !isAlone)) {
            expect(new Set(call.ids).size).toBe(call.ids.length);
            expect(call.ids.length).toBeLessThanOrEqual(Math.max(call.callers > 1 ? bound : longest, bound));
          }
          // Nobody is asked for a third time.
          expect(world.calls.filter(({ isAlone }) => isAlone).length).toBeLessThanOrEqual(all.length);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('of a fetch that begins at a root type gets the one answer', async () => {
    const world: World = { weather: ['fine'], calls: [] };
    await fetchTogether([member(null), member(null)], optionsOf(world, 10));
    expect(world.calls).toHaveLength(1);
  });
});

describe('fairness', () => {
  function many(name: string, count: number): string[] {
    return Array.from({ length: count }, (_, n) => `${name}${n}`);
  }

  test('a call that is full has as much of each request, however many fetches it made', async () => {
    const world: World = { weather: ['fine'], calls: [] };
    const greedy = new TestCaller();
    const all = [
      member(many('a', 250), greedy),
      member(many('b', 250), greedy),
      member(many('c', 400)),
      member(many('d', 300)),
    ];
    await fetchTogether(all, optionsOf(world, 1_000));
    const [first, second] = world.calls.map(({ ids }) => ids);
    const count = (name: string) => first?.filter((text) => text.startsWith(name)).length ?? 0;
    expect(world.calls).toHaveLength(2);
    expect([count('a') + count('b'), count('c'), count('d')]).toEqual([350, 350, 300]);
    expect(second).toHaveLength(200);
  });

  test('who asks for more than half of a call goes alone', async () => {
    const world: World = { weather: ['fine'], calls: [] };
    const all = [
      member(many('a', 501)),
      member(many('b', 500)),
      member(many('c', 2)),
      member(many('d', 1_200)),
    ];
    await fetchTogether(all, optionsOf(world, 1_000));
    const sizes = world.calls.map(({ ids, callers }) => [ids.length, callers]);
    expect(sizes).toEqual([
      [502, 2],
      [501, 1],
      [1_200, 1],
    ]);
  });
});
