/** What clients and CDNs are granted of answers whose parts are known: for how long, to whom, told apart by what, purged by what. */
import type { Evidence } from '@selvedge/cache';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../config/load.js';
import type { CallOrigin, PartProof } from '../execution/fetch-answer.js';
import { ClientCache, type ClientTerms } from './client-cache.js';
import type { AnsweredFetch } from './stages.js';

const now = 1_000_000;

interface Part extends Partial<Pick<PartProof, 'names' | 'isPrivate'>> {
  /** Seconds. */
  readonly left?: number;
  readonly tags?: readonly string[];
}

function proven(parts: readonly Part[], subgraph = 'one'): AnsweredFetch {
  const proofs = parts.map(({ left = 30, tags = [], names = [], isPrivate = false }): PartProof => {
    const expiresAt = now + left * 1_000;
    const times = { fetchedAt: now - 5_000, expiresAt, staleUntil: expiresAt };
    const evidence: Evidence = { nonce: 'n', count: 1, cluster: null, snapshot: null, tags, ...times };
    return { subgraph, evidence, names, isPrivate, maxAge: 3_600, staleness: 0 };
  });
  return { subgraph, answer: { proofs, cacheControl: [undefined], origins: [] } };
}

function foreign(cacheControl: string | undefined, origin: Partial<CallOrigin> = {}): AnsweredFetch {
  const said = { extension: null, cacheControl, vary: undefined, hasSetCookie: false, hasErrors: false };
  const origins = [{ ...said, ...origin }];
  return { subgraph: 'one', answer: { proofs: null, cacheControl: [cacheControl], origins } };
}

function termsOf(fetches: readonly AnsweredFetch[], yaml = '', headers = {}): ClientTerms {
  const config = parseConfig(`client_cache: { max_age: 60s }\n${yaml}`, {});
  return new ClientCache(config).termsOf(fetches, headers, now);
}

const named =
  'headers: { all: { request: [{ propagate: { named: x-lang, rename: x-locale } }, { propagate: { named: x-user } }] } }';
const patterns = 'headers: { all: { request: [{ propagate: { matching: "x-.*" } }] } }';

describe('the lifetime', () => {
  test.each<[string, readonly AnsweredFetch[], string]>([
    [
      'is what the first part to expire has left',
      [proven([{ left: 50 }, { left: 20.9 }])],
      'max-age=20, public',
    ],
    ['is no more than the grant', [proven([{ left: 500 }])], 'max-age=60, public'],
    ['is that of all fetches', [proven([{ left: 50 }]), foreign('max-age=10')], 'max-age=10, public'],
    [
      'is private if a part is',
      [proven([{}, { isPrivate: true, names: ['x-user'] }])],
      'max-age=30, private',
    ],
    ['is private if a fetch is', [proven([{}]), foreign('private, max-age=10')], 'max-age=10, private'],
    ['is private with a cookie', [foreign('max-age=10', { hasSetCookie: true })], 'max-age=10, private'],
    ['is none below a second', [proven([{ left: 0.9 }])], 'no-cache'],
    ['is none beyond it', [proven([{ left: -1 }])], 'no-cache'],
    ['is none where a fetch says nothing', [proven([{}]), foreign(undefined)], 'no-cache'],
    ['is none of what varies by everything', [foreign('max-age=10', { vary: '*' })], 'no-cache'],
    ['is none of what no subgraph had a part in', [], 'no-cache'],
  ])('%s', (_, fetches, expected) => {
    expect(termsOf(fetches).cacheControl).toBe(expected);
  });

  test('goes on while an answer is kept, and ends with it', () => {
    const cache = new ClientCache(parseConfig('client_cache: { max_age: 60s }', {}));
    const terms = cache.termsOf([proven([{ left: 90, names: [] }])], {}, now);
    expect(terms.cacheControl).toBe('max-age=60, public');
    expect(cache.renewed(terms, 61_500).cacheControl).toBe('max-age=60, public');
    expect(cache.renewed(terms, 2_500).cacheControl).toBe('max-age=2, public');
    expect(cache.renewed(terms, 900)).toMatchObject({ cacheControl: 'no-cache', scope: null });
  });

  test('is none where nothing is granted', () => {
    const cache = new ClientCache(parseConfig('', {}));
    const terms = cache.termsOf([proven([{}])], {}, now);
    expect(terms.cacheControl).toBe('no-cache');
    expect(cache.renewed(terms, 5_000)).toBe(terms);
  });
});

describe('what tells answers apart', () => {
  test.each<[string, readonly AnsweredFetch[], string, readonly string[]]>([
    [
      'what was read, by the name that the client has for it',
      [proven([{ names: ['x-locale'] }])],
      named,
      ['x-lang'],
    ],
    ['nothing that was not read', [proven([{}])], named, []],
    ['nothing that no client sends', [proven([{ names: ['x-other'] }])], named, []],
    ['what a pattern lets pass', [proven([{ names: ['x-a', 'y'] }])], patterns, ['x-a']],
    ['what a foreign subgraph says', [foreign('max-age=9', { vary: 'X-User , x-nope' })], named, ['x-user']],
    ['all that can pass, where it says nothing', [foreign('max-age=9')], named, ['x-lang', 'x-user']],
    [
      'the header that decides about labels',
      [proven([{}])],
      'override: { sticky: { header: x-id } }',
      ['x-id'],
    ],
  ])('is %s', (_, fetches, yaml, expected) => {
    expect(termsOf(fetches, yaml).vary).toEqual(expected);
  });

  test('is not known to a CDN where any header may pass and nobody says which was read', () => {
    expect(termsOf([foreign('max-age=9')], patterns, { 'x-a': '1', accept: '*/*' })).toMatchObject({
      cacheControl: 'max-age=9, private',
      vary: ['x-a'],
    });
  });
});

describe('surrogate keys', () => {
  const yaml = 'client_cache: { max_age: 60s, surrogate_keys: { header: Surrogate-Key } }';
  const keysOf = (fetches: readonly AnsweredFetch[], text = yaml) =>
    new ClientCache(parseConfig(text, {})).termsOf(fetches, {}, now);

  test('are the tags of all parts, each once, and the subgraphs', () => {
    const fetches = [
      proven([{ tags: ['a:id=2', 'a:'] }, { tags: ['a:id=2'] }]),
      proven([{ tags: ['b:'] }], 'two'),
    ];
    expect(keysOf(fetches).surrogateKeys).toEqual({
      header: 'surrogate-key',
      value: 'one one/a: one/a:id=2 two two/b:',
    });
  });

  test('have nothing in them that a header may not have, or that separates them', () => {
    const { surrogateKeys } = keysOf([proven([{ tags: ['a:name=x y→\ud800'] }])]);
    expect(surrogateKeys?.value).toBe('one one/a:name=x%20y%E2%86%92%EF%BF%BD');
  });

  test('that do not fit keep the answer from CDNs, which could not purge it', () => {
    const tags = Array.from({ length: 300 }, (_, index) => `a:id=${index}`);
    expect(keysOf([proven([{ tags }])])).toMatchObject({
      cacheControl: 'max-age=30, private',
      surrogateKeys: null,
    });
  });

  test('are sent where they are asked for only', () => {
    expect(keysOf([proven([{ tags: ['a:'] }])], 'client_cache: { max_age: 60s }').surrogateKeys).toBeNull();
  });
});
