/**
 * The differences that are known and have a cause. Each is looked at by a person before it is entered here; whatever no
 * entry explains fails the run. An entry that explains nothing any more is taken out again.
 */
import type { Difference } from './compare.js';
import type { Answer, AnswerError } from './engines.js';
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

const explainedDifferences: readonly ExplainedDifference[] = [
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
    id: 'chain-of-requires',
    of: ['stock'],
    cause:
      '@apollo/query-planner asks a subgraph for a required field that itself has @requires without what that one ' +
      'requires, when the plan is already in its subgraph. The value is wrong or null.',
    explains: (_, { operation, answer }) =>
      operation.query.includes('Chained') ||
      answer.errors.some(({ message }) => message.endsWith('without what it requires')),
  },
  {
    id: 'alias-of-a-key',
    of: ['stock'],
    cause:
      '@apollo/query-planner fetches keys and required fields under their own names, where they collide with what the ' +
      'client has given that name to.',
    explains: (_, { operation }) => /\b(?:id|sku|label): \w/.test(operation.query),
  },
  {
    id: 'condition-on-requires',
    of: ['stock'],
    cause:
      '@apollo/query-planner makes one fetch of fields with and without @requires. Where @skip or @include leaves out ' +
      'what is required, the representation lacks it and is not sent, and the other fields are lost.',
    explains: (_, { operation }) =>
      /Needs|Chained/.test(operation.query) && /@(?:skip|include)/.test(operation.query),
  },
  {
    id: 'typename-from-interface-object',
    of: ['stock'],
    cause:
      'A fetch from a subgraph with @interfaceObject selects __typename, which is the name of the interface there; ' +
      '@apollo/gateway lets it overwrite the name of the object type.',
    explains: (_, { operation }) =>
      /media(?:Score|Rank)/.test(operation.query) && operation.query.includes('__typename'),
  },
  {
    id: 'mutation-twice',
    of: ['stock'],
    cause:
      '@apollo/query-planner plans one mutation field that is selected twice, once with @skip or @include, as two ' +
      'fetches when a mutation of another subgraph stands between them: it is carried out twice.',
    explains: (_, { operation, answer, referee }) =>
      operation.query.startsWith('mutation') &&
      (answer.changes?.length ?? 0) > (referee.changes?.length ?? 0),
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
    id: 'hidden-type',
    of: ['ours', 'stock'],
    cause:
      'A subgraph gives an object of a type that is @inaccessible. graphql-js reports an error; Apollo gives null and ' +
      'puts the reason into extensions.valueCompletion.',
    explains: ({ kind, expected }) =>
      kind === 'error missing' &&
      typeof expected === 'string' &&
      /^Abstract type ".*" was resolved to a type ".*" that does not exist/.test(expected),
  },
  {
    id: 'hidden-names-in-errors',
    of: ['stock'],
    cause: '@apollo/gateway passes on what subgraphs say, whatever it names.',
    explains: ({ kind }) => kind === 'leak',
  },
  {
    id: 'mutations-after-a-null-at-the-root',
    of: ['ours', 'stock'],
    cause:
      'A mutation fails whose null goes up to the root. graphql-js carries out none after it; the specification (6.4.4) ' +
      'leaves that open, and the plan is carried out to its end.',
    explains: ({ kind }, { referee, answer }) =>
      kind === 'changes' &&
      referee.data === null &&
      String(answer.changes).startsWith(String(referee.changes)),
  },
  {
    id: 'condition-lost-after-what-it-requires',
    of: ['ours', 'stock'],
    cause:
      'Of the planner, and not repaired: where a field with @requires is left out by @skip or @include and another ' +
      'condition reaches the same object, the fetch of what is required has the condition and the fetch of the field ' +
      'has not. It is asked for without what it requires, and its error comes beside data that is right.',
    explains: ({ kind, got }, { operation }) =>
      kind === 'error added' &&
      typeof got === 'string' &&
      / without \w+, which it requires/.test(got) &&
      /@(?:skip|include)/.test(operation.query),
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
  // That the router broke is no known difference, whatever was asked.
  if (of === 'ours' && compared.answer.errors.some(isBreakdown)) return undefined;
  return explainedDifferences.find((entry) => entry.of.includes(of) && entry.explains(difference, compared));
}

function isBreakdown({ message, extensions }: AnswerError): boolean {
  return (
    extensions?.['code'] === 'INTERNAL_SERVER_ERROR' ||
    /^(?:it threw|there was no answer within)/.test(message)
  );
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
