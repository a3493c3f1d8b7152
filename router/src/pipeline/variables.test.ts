import fc from 'fast-check';
import { buildSchema, getVariableValues, Kind, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, test } from 'vitest';
import { variablesCoercer, VariablesError } from './variables.js';

const schema = buildSchema(`
  scalar Any
  enum Colour { RED GREEN }
  input Point { x: Int! y: Int = 7 label: String next: Point colours: [Colour!] any: Any }
  input Choice @oneOf { a: Int b: String }
  type Query { field(point: Point): Int }
`);

const types = [
  ...['Int', 'Float', 'String', 'Boolean', 'ID', 'Any', 'Colour', 'Point', 'Choice'],
  ...['Int!', 'Colour!', 'Point!', '[Int]', '[Int!]!', '[[Point!]]', '[Colour]'],
];

const defaults: Readonly<Record<string, string>> = {
  Int: '3',
  Colour: 'RED',
  Point: '{ x: 1 }',
  'Int!': '4',
  '[Int]': '[1, null]',
};

/** Mostly near what fits: keys and values that occur in the schema. */
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    fc.constantFrom<unknown>(null, 0, 1, -5, 2 ** 31, 0.5, true, 'RED', 'GREEN', 'BLUE', '', 'text'),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(
    fc.constantFrom('x', 'y', 'label', 'next', 'colours', 'any', 'a', 'b', 'z', 'constructor'),
    tie('value'),
    { maxKeys: 4 },
  ),
})).value;

const variables = fc.array(
  fc.record({
    type: fc.constantFrom(...types),
    hasDefault: fc.boolean(),
    given: fc.option(values, { nil: undefined }),
  }),
  { maxLength: 3 },
);

describe('variables', () => {
  test('are what graphql-js makes of them, and refused with its errors', () => {
    let fitting = 0;
    let refused = 0;
    fc.assert(
      fc.property(variables, (drawn) => {
        const definition = operationWith(
          drawn.map(({ type, hasDefault }, index) => {
            const value = hasDefault ? defaults[type] : undefined;
            return `$v${index}: ${type}${value === undefined ? '' : ` = ${value}`}`;
          }),
        );
        const given = Object.fromEntries(
          drawn.flatMap(({ given: value }, index) => (value === undefined ? [] : [[`v${index}`, value]])),
        );
        const expected = getVariableValues(schema, definition.variableDefinitions ?? [], given);
        const coerce = variablesCoercer(schema, definition);
        if (expected.errors === undefined) {
          fitting += 1;
          expect(coerce(given)).toEqual(expected.coerced);
        } else {
          refused += 1;
          expect(messagesOf(() => coerce(given))).toEqual(expected.errors.map(({ message }) => message));
        }
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(fitting, refused)).toBeGreaterThan(100);
  });

  test.each([
    ['a variable of a type that is none', '$v: Missing', {}],
    ['a variable that is called like a property of every object', '$__proto__: Int!', {}],
    ['an inherited property', '$toString: Int!', {}],
  ])('%s is refused', (_, definition, given) => {
    expect(messagesOf(() => variablesCoercer(schema, operationWith([definition]))(given))).toHaveLength(1);
  });
});

function operationWith(definitions: readonly string[]): OperationDefinitionNode {
  const text = definitions.length === 0 ? '{ field }' : `query (${definitions.join(', ')}) { field }`;
  const [definition] = parse(text).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('expected an operation');
  return definition;
}

function messagesOf(coerce: () => unknown): string[] {
  try {
    coerce();
  } catch (error) {
    if (error instanceof VariablesError) return error.errors.map(({ message }) => message);
    throw error;
  }
  return [];
}
