import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DistinctHosts, HostsByValue, HostsInstead, type Hosts } from './host-index.js';
import type { JsonObject } from './json-text.js';

const host = fc.record(
  {
    __typename: fc.constantFrom('A', 'B', undefined),
    id: fc.constantFrom<unknown>('1', 1, '2', 2, null, true, ''),
    other: fc.nat(3),
  },
  { requiredKeys: ['other'] },
) as fc.Arbitrary<JsonObject>;

function areSame(left: JsonObject, right: JsonObject): boolean {
  return left['__typename'] === right['__typename'] && left['id'] === right['id'];
}

describe('objects that one field tells apart', () => {
  test('are the same where type and value are, and nothing without the value', () => {
    fc.assert(
      fc.property(fc.array(host, { maxLength: 20 }), fc.array(host, { maxLength: 5 }), (added, others) => {
        const distinct = new DistinctHosts('id');
        for (const one of added) distinct.add(one);
        const expected: JsonObject[] = [];
        for (const one of added) {
          if (one['id'] !== undefined && !expected.some((known) => areSame(known, one))) expected.push(one);
        }
        expect(distinct.hosts).toEqual(expected);
        for (const one of [...added, ...others]) {
          const index = expected.findIndex((known) => areSame(known, one));
          expect(distinct.get(one)).toBe(one['id'] === undefined || index < 0 ? undefined : index);
        }
      }),
    );
  });

  test('have the entity that was found for the first like them; `null` is none', () => {
    const distinct = new DistinctHosts('id');
    const hosts = ['a', 'b', 'c'].map((id) => ({ __typename: 'A', id }));
    for (const one of hosts) distinct.add(one);
    const byValue = new HostsByValue(distinct, [4, null, 0]);
    expect([...hosts, { __typename: 'A', id: 'd' }].map((one) => byValue.get(one))).toEqual([
      4,
      undefined,
      0,
      undefined,
    ]);
    expect(byValue.isWhole).toBe(false);
    expect(new HostsByValue(distinct, [0, 0, 1]).isWhole).toBe(true);
  });
});

test('what some have got instead goes before what the rest have, also where it is the first', () => {
  const [one, two, three]: [JsonObject, JsonObject, JsonObject] = [{}, {}, {}];
  const rest: Hosts = new Map([
    [one, 7],
    [two, 8],
  ]);
  const instead = new HostsInstead(new Map([[one, 0]]), rest);
  expect([one, two, three].map((each) => instead.get(each))).toEqual([0, 8, undefined]);
});
