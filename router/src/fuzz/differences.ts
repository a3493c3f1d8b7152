/**
 * The differences that are known and have a cause. Each is looked at by a person before it is entered here; whatever no
 * entry explains fails the run. An entry that explains nothing any more is taken out again.
 */
import type { Difference } from './compare.js';
import type { Answer } from './engines.js';
import type { Operation } from './generate-operation.js';
import type { Model } from './model.js';

export interface Compared {
  readonly model: Model;
  readonly operation: Operation;
  readonly referee: Answer;
  readonly answer: Answer;
}

export interface ExplainedDifference {
  readonly id: string;
  readonly of: readonly ('ours' | 'stock')[];
  readonly cause: string;
  explains(difference: Difference, compared: Compared): boolean;
}

export const explainedDifferences: readonly ExplainedDifference[] = [
  {
    id: 'hidden-enum-value',
    of: ['ours', 'stock'],
    cause:
      'A subgraph gives an enum value that is @inaccessible. graphql-js reports an error; Apollo gives null and puts ' +
      'the reason into extensions.valueCompletion.',
    explains: ({ kind, expected }) =>
      kind === 'error missing' &&
      typeof expected === 'string' &&
      /^Enum ".*" cannot represent value/.test(expected),
  },
  {
    id: 'override-labels-ignored',
    of: ['stock'],
    cause:
      '@apollo/gateway evaluates no label of a progressive @override and asks the subgraph that had the field.',
    explains: (_, { answer }) =>
      answer.errors.some(({ message }) => message.endsWith('which another subgraph has')),
  },
  {
    id: 'required-field-with-arguments',
    of: ['stock'],
    cause:
      "@apollo/query-planner fetches a field for @requires under its own name, where it collides with the client's use " +
      'of that field with other arguments, or with another @requires of it.',
    explains: (_, { model, operation }) => requiresFieldWithArguments(model, operation),
  },
  {
    id: 'type-condition-without-typename',
    of: ['stock'],
    cause:
      '@apollo/gateway drops what is under a condition on an interface or union when the fetch, whose subgraph does ' +
      'not know the condition, has asked for no __typename.',
    explains: ({ kind, got }, { operation }) =>
      kind === 'value' &&
      got === undefined &&
      /\.\.\. on (?:Thing|Any|Media)|fragment \w+ on (?:Thing|Any|Media)/.test(operation.query),
  },
  {
    id: 'order-of-keys',
    of: ['stock'],
    cause:
      "@apollo/gateway orders an answer's keys as the planner has normalised the operation, not as it was written.",
    explains: ({ kind }) => kind === 'order',
  },
];

/** @returns the first entry that explains it */
export function explain(
  difference: Difference,
  compared: Compared,
  of: 'ours' | 'stock',
): ExplainedDifference | undefined {
  return explainedDifferences.find((entry) => entry.of.includes(of) && entry.explains(difference, compared));
}

function requiresFieldWithArguments({ objects }: Model, { query }: Operation): boolean {
  return objects.some(({ fields }) =>
    fields.some(
      (field) =>
        query.includes(field.name) &&
        Object.values(field.placements).some(({ requires = [] }) =>
          requires.some((needed) =>
            fields.some(({ name, args }) => name === needed.field && args.length > 0),
          ),
        ),
    ),
  );
}
