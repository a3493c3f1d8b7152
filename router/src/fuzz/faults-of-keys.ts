/** Faults in what entries are called, and in what is said of them on the wire. See `faults.ts`. */
import type { Fault } from './faults.js';

const parts = 'caching/parts-of-answers.test.ts';
const part = { file: 'caching/part.ts', suite: parts };
const hashes = { file: 'caching/schema-hashes.ts', suite: 'caching/schema-hashes.test.ts' };
const field = { file: 'caching/canonical-field.ts', suite: 'caching/canonical-field.test.ts' };
const extension = { file: 'caching/read-extension.ts', suite: 'caching/read-extension.test.ts' };

export const faultsOfKeys: readonly Fault[] = [
  {
    ...part,
    id: 'keys/entities-without-the-schema',
    what: 'entries outlive the schema that they were fetched under',
    search: '`${caching.schemaHash} ${representation}`',
    replacement: '`${representation}`',
    test: 'entries serve until what the supergraph says of the subgraph changes',
  },
  {
    ...part,
    id: 'keys/roots-without-the-schema',
    search: '`${schemaHash} ${queryType} ${key}`',
    replacement: '`${queryType} ${key}`',
    test: 'entries serve until what the supergraph says of the subgraph changes',
  },
  {
    ...part,
    id: 'keys/without-what-is-required',
    what: 'of a representation only the id counts, not what `@requires` brought',
    search: '`${caching.schemaHash} ${representation}`',
    replacement: '`${caching.schemaHash} ${representation.replace(/,"weight":[^}]*/, \'\')}`',
    test: 'what a field requires is part of the key',
  },
  {
    ...hashes,
    id: 'hashes/without-arguments',
    search: "${field.name.value}(${given.sort().join(' ')}):",
    replacement: '${field.name.value}:',
    test: 'another argument',
  },
  {
    ...hashes,
    id: 'hashes/without-types-of-fields',
    search: ': ${print(field.type)} ',
    replacement: ': ',
    test: 'another type',
  },
  {
    ...hashes,
    id: 'hashes/without-directives-of-fields',
    search: " ${directivesOf(field.directives, graph).join(' ')}`",
    replacement: '`',
    test: 'another requirement',
  },
  {
    ...hashes,
    id: 'hashes/without-values-of-enums',
    search: '.map((value) => value.name.value);',
    replacement: ".map(() => '');",
    test: 'another value of an enum',
  },
  {
    ...hashes,
    id: 'hashes/without-fields-of-inputs',
    search: '.map((field) => print({ ...field, directives: [] }));',
    replacement: ".map(() => '');",
    test: 'another field of an input',
  },
  {
    ...field,
    id: 'keys/without-arguments',
    search: '`${field.name.value}${argumentsOf(field.arguments, variables)}$',
    replacement: '`${field.name.value}$',
    test: 'is f(a:2,b:1)',
  },
  {
    ...field,
    id: 'keys/an-enum-is-a-text',
    search: 'return `enum ${value.value}`;',
    replacement: 'return JSON.stringify(value.value);',
    test: 'f(a:NAME)',
  },
  {
    id: 'keeping/one-of-two-values',
    what: 'where two aliases of a field have different values the last is kept',
    file: 'caching/canonical-data.ts',
    search: 'return known === undefined || known === value ||',
    replacement: 'return known !== value || known === value ||',
    suite: parts,
    test: 'what has two values is not kept',
  },
  {
    ...extension,
    id: 'wire/an-answer-as-it-comes',
    what: 'what a subgraph says wrongly of an answer is believed',
    search: 'return isAsAgreed ? (value as unknown as AnswerOrigin) : null;',
    replacement: 'void isAsAgreed;\n  return value as unknown as AnswerOrigin;',
    test: 'an answer that is not as agreed is not kept',
  },
  {
    ...extension,
    id: 'wire/unclear-writes-are-none',
    search: "{ xids: [], tags: ['*'] }",
    replacement: '{ xids: [], tags: [] }',
    test: 'writes that are not as agreed have changed everything',
  },
  {
    id: 'wire/clients-may-ask',
    what: 'a client has a subgraph tell what its answer was made of',
    file: 'config/values.ts',
    search: '  cacheRequestHeader,\n',
    replacement: '',
    suite: 'caching/wire.test.ts',
    test: 'no client can ask',
  },
];
