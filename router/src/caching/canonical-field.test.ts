import fc from 'fast-check';
import { Kind, parse, type FieldNode } from 'graphql';
import { expect, test } from 'vitest';
import { canonicalField } from './canonical-field.js';

function fieldOf(text: string): FieldNode {
  const [operation] = parse(`query($a: Int, $b: JSON){${text}}`).definitions;
  const field =
    operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections[0] : undefined;
  if (field?.kind !== Kind.FIELD) throw new Error('expected a field');
  return field;
}

test.for([
  ['f', {}, 'f'],
  ['x:f', {}, 'f'],
  ['f(b:1 a:2)', {}, 'f(a:2,b:1)'],
  ['f(a:$a)', { a: 2 }, 'f(a:2)'],
  ['f(a:$a)', {}, 'f'],
  ['f(a:null)', {}, 'f(a:null)'],
  ['f(a:$a)', { a: null }, 'f(a:null)'],
  ['f(a:[$a])', {}, 'f(a:[null])'],
  ['f(a:{x:$a y:1})', {}, 'f(a:{"y":1})'],
  ['f(a:NAME)', {}, 'f(a:enum NAME)'],
  ['f(a:"NAME")', {}, 'f(a:"NAME")'],
  ['f(a:1.0)', {}, 'f(a:1.0)'],
  ['f @skip(if:false) @upper(by:$a)', { a: 1 }, 'f@upper(by:1)'],
] as const)('%s with %j is %s', ([text, variables, canonical]) => {
  expect(canonicalField(fieldOf(text), variables)).toBe(canonical);
});

test('a literal and a variable of the same JSON are one, and nothing else is', () => {
  const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  const literal = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(literal).join(' ')}]`;
    return JSON.stringify(value);
  };
  const plain = json.filter(
    (value) => !JSON.stringify(value).includes('{') && !/e[+-]/.test(JSON.stringify(value)),
  );
  fc.assert(
    fc.property(plain, (b) => {
      expect(canonicalField(fieldOf('f(b:$b)'), { b })).toBe(
        canonicalField(fieldOf(`f(b:${literal(b)})`), {}),
      );
    }),
  );
  fc.assert(
    fc.property(json, json, (one, other) => {
      const isOne =
        canonicalField(fieldOf('f(b:$b)'), { b: one }) === canonicalField(fieldOf('f(b:$b)'), { b: other });
      expect(isOne).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});
