/** How often each thing that makes federation hard has occurred: a run that never met one has proved nothing of it. */
import type { Answer } from './engines.js';
import type { Operation } from './generate-operation.js';
import { objectOf, named, type Model } from './model.js';
import { subgraphSdl } from './sdl.js';

/** What came of an operation. */
export interface Met {
  readonly referee: Answer;
  ours: Answer | undefined;
  /** That came later, where it was asked for in parts. */
  parts: number;
}

export class FeatureCount {
  private readonly counts = new Map<string, number>([
    ...Object.keys(inSdl).map((name): [string, number] => [name, 0]),
    ...Object.keys(inModel).map((name): [string, number] => [name, 0]),
    ...Object.keys(inOperation).map((name): [string, number] => [name, 0]),
    ...Object.keys(inAnswers).map((name): [string, number] => [name, 0]),
  ]);

  supergraph(model: Model): void {
    const text = textOf(model);
    for (const [name, pattern] of Object.entries(inSdl)) if (pattern.test(text)) this.add(name);
    for (const [name, occurs] of Object.entries(inModel)) if (occurs(model)) this.add(name);
  }

  /** Whether it has something that was not met before. */
  isNews(model: Model): boolean {
    const text = textOf(model);
    return (
      Object.entries(inSdl).some(([name, pattern]) => this.counts.get(name) === 0 && pattern.test(text)) ||
      Object.entries(inModel).some(([name, occurs]) => this.counts.get(name) === 0 && occurs(model))
    );
  }

  operation(operation: Operation, met: Met): void {
    for (const [name, occurs] of Object.entries(inOperation))
      if (occurs(operation, met.referee)) this.add(name);
    for (const [name, occurs] of Object.entries(inAnswers)) if (occurs(met)) this.add(name);
  }

  get missing(): readonly string[] {
    return [...this.counts].filter(([, count]) => count === 0).map(([name]) => name);
  }

  toString(): string {
    return [...this.counts].map(([name, count]) => `${name} ${count}`).join(', ');
  }

  private add(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}

function textOf(model: Model): string {
  return model.subgraphs.map((name) => subgraphSdl(model, name).split('\n').slice(4).join('\n')).join('\n');
}

const inSdl: Readonly<Record<string, RegExp>> = {
  'single key': /@key\(fields: "\w+"/,
  'composite key': /@key\(fields: "\w+ \w+"/,
  'nested key': /@key\(fields: "\w+ \{/,
  'repeated key': /@key\([^\n]*@key\(/,
  'resolvable: false': /resolvable: false/,
  '@requires': /@requires\(/,
  '@requires with arguments': /@requires\(fields: "[^"]*\(/,
  'nested @requires': /@requires\(fields: "[^"]*\{/,
  '@provides': /@provides\(/,
  'nested @provides': /@provides\(fields: "[^"]*\{/,
  '@external': /@external/,
  '@shareable': /: \S+ @shareable/,
  'shared value type': /type \w+ @shareable/,
  '@inaccessible field': /\w: \S+[^\n]*@inaccessible/,
  '@inaccessible enum value': /VOID @inaccessible/,
  '@inaccessible argument': /hiddenArg: Int @inaccessible/,
  '@inaccessible type': /^type Vault @shareable @inaccessible/m,
  'custom scalar': /^scalar/m,
  '@interfaceObject': /@interfaceObject/,
  '@requires on an interface object': /type Media @interfaceObject[^}]*@requires/,
  '@override': /@override\(from: "\w+"\)/,
  '@override percent(0)': /percent\(0\)/,
  '@override percent(100)': /percent\(100\)/,
  '@fromContext': /@fromContext/,
  interface: /^interface Thing/m,
  union: /^union/m,
  'input object': /^input/m,
  'nested list': /: \[\[/,
  '@deprecated': /@deprecated/,
};

const inAnswers: Readonly<Record<string, (met: Met) => boolean>> = {
  '@defer': ({ parts }) => parts > 0,
  'several parts': ({ parts }) => parts > 1,
  'error that named what is hidden': ({ ours }) =>
    ours?.errors.some(({ message }) => message === 'the subgraph answered with an error') === true,
};

const inModel: Readonly<Record<string, (model: Model) => boolean>> = {
  'two @requires of one field with different arguments': ({ objects }) =>
    objects.some(({ fields }) => fields.some(({ name }) => name.endsWith('NeedsToo'))),
  'chain of @requires': ({ objects }) =>
    objects.some(({ fields }) => fields.some(({ name }) => name.endsWith('Chained'))),
  'nullability that differs between subgraphs': ({ objects }) =>
    objects.some(({ fields }) =>
      fields.some(({ placements }) => Object.values(placements).some(({ weaker }) => weaker === true)),
    ),
  'union of entities and value types': (model) =>
    model.unions.some(
      ({ members }) => new Set(members.map((member) => objectOf(model, member)?.kind)).size === 2,
    ),
  'entity that a subgraph does not know': ({ objects }) =>
    objects.some(({ presence }) => Object.values(presence).some(({ unknown }) => unknown !== undefined)),
  'hidden type in a union': ({ unions }) => unions.some(({ members }) => members.includes('Vault')),
  'entity in a nested list': ({ objects }) =>
    objects.some(({ fields }) =>
      fields.some(({ type }) => 'list' in type && 'list' in type.list && /^E\d/.test(named(type))),
    ),
};

const inOperation: Readonly<Record<string, (operation: Operation, answer: Answer) => boolean>> = {
  alias: ({ query }) => /\w+: \w+[ ({]/.test(query),
  'alias that is the name of a key': ({ query }) => /\b(?:id|sku): \w/.test(query),
  'named fragment': ({ query }) => /^fragment/m.test(query),
  'inline fragment': ({ query }) => /\.\.\. (?:on|\{|@)/.test(query),
  '@skip': ({ query }) => query.includes('@skip(if: $'),
  '@include': ({ query }) => query.includes('@include(if: $'),
  '@skip and @include at once': ({ query }) => /@skip\([^)]*\) @include/.test(query),
  __typename: ({ query }) => query.includes('__typename'),
  introspection: ({ query }) => /__(?:schema|type)\b/.test(query),
  'introspection beside data': ({ query }, { data }) =>
    /__(?:schema|type)\b/.test(query) &&
    typeof data === 'object' &&
    data !== null &&
    Object.keys(data).length > 1,
  arguments: ({ query }) => /\w\((?!if)\w+: /.test(query),
  variables: ({ variables }) => Object.keys(variables).length > 0,
  'variable with a default': ({ query }) => /\$\w+: [^$]* = /.test(query),
  'null as a variable': ({ variables }) => Object.values(variables).includes(null),
  mutation: ({ query }) => query.startsWith('mutation'),
  'several mutations': (_, { changes = [] }) => changes.length > 1,
  'several root fields': ({ query }, { data }) =>
    query.startsWith('query') && typeof data === 'object' && data !== null && Object.keys(data).length > 1,
  'abstract type': ({ query }) => /\.\.\. on (?:Thing|Any|Media)|Book|Film/.test(query),
  'interface object': ({ query }) => /mediaScore|mediaRank/.test(query),
  'field that requires': ({ query }) => query.includes('Needs'),
  'field from context': ({ query }) => query.includes('contextual'),
  'field that requires what is hidden': ({ query }) => query.includes('vaultNeeds'),
  'interface object that requires': ({ query }) => query.includes('mediaNeeds'),
  'custom scalar as a variable': ({ query }) => /\$\w+: (?:Blob|Stamp)/.test(query),
  'object as a leaf': (_, { data }) => JSON.stringify(data).includes('not an id'),
  'error in the answer': (_, { errors }) => errors.length > 0,
  'null instead of all data': (_, { data, errors }) => data === null && errors.length > 0,
  'null that went up': (_, { data, errors }) => errors.some(({ path = [] }) => wentUp(data, path)),
};

function wentUp(data: unknown, path: readonly (string | number)[]): boolean {
  let value = data;
  for (const [index, step] of path.entries()) {
    if (value === null || value === undefined) return index < path.length;
    value = (value as Record<string | number, unknown>)[step];
  }
  return false;
}
