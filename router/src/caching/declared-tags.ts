/**
 * The cache tags that subgraphs declare: `@cacheTag(format: "product-{$key.id}")` on entities, `{$args.id}` on root fields of
 * queries (federation 2.12). Composition leaves them in the supergraph as `@join__directive`, and checks no format: what is
 * wrong with one is a warning here, and that tag is never made.
 */
import {
  Kind,
  parse,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  OperationTypeNode,
  type ObjectTypeDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { subgraphNames, textArgument } from '../planner/join-directives.js';

export interface DeclaredTags {
  /** @param representation JSON. @returns tags of the one entity, each with its `@` */
  entity(subgraph: string, type: string, representation: string): readonly string[];
  /** @param field of the query type. @param args by name, as the subgraph gets them */
  root(subgraph: string, field: string, args: Readonly<Record<string, unknown>>): readonly string[];
  /** What an operator should know, one sentence each. */
  readonly warnings: readonly string[];
}

export function declaredTags(supergraph: DocumentNode): DeclaredTags {
  const found = new Declarations(supergraph);
  return {
    warnings: found.warnings,
    entity(subgraph, type, representation) {
      const formats = found.formatsOf(subgraph, type);
      if (formats.length === 0) return none;
      return texts(formats, formats.some(isDynamic) ? (JSON.parse(representation) as unknown) : null);
    },
    root: (subgraph, field, args) => texts(found.formatsOf(subgraph, `query ${field}`), args),
  };
}

/** Texts, and between them paths to values. */
type Format = readonly (string | readonly string[])[];

const none: readonly never[] = [];

class Declarations {
  readonly warnings: string[] = [];
  private readonly bySubgraph = new Map<string, Map<string, Format[]>>();
  private readonly names: ReadonlyMap<string, string>;

  constructor(supergraph: DocumentNode) {
    this.names = subgraphNames(supergraph);
    const queryType = queryTypeOf(supergraph);
    for (const definition of supergraph.definitions) {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
      this.readType(definition);
      for (const field of definition.fields ?? []) this.readField(definition, field, queryType);
    }
  }

  formatsOf(subgraph: string, what: string): readonly Format[] {
    return this.bySubgraph.get(subgraph)?.get(what) ?? none;
  }

  private readType(type: ObjectTypeDefinitionNode): void {
    for (const { graph, format } of declarationsOf(type.directives)) {
      const keys = keysOf(type, graph);
      if (keys.length === 0) this.warn(type.name.value, graph, format, 'expected an entity with a key');
      else this.add(graph, type.name.value, format, '$key', (path) => checkKey(path, keys));
    }
  }

  private readField(type: ObjectTypeDefinitionNode, field: FieldDefinitionNode, queryType: string): void {
    const coordinate = `${type.name.value}.${field.name.value}`;
    const known = (field.arguments ?? []).map(({ name }) => name.value);
    for (const { graph, format } of declarationsOf(field.directives)) {
      if (type.name.value !== queryType) {
        this.warn(coordinate, graph, format, `expected a field of ${queryType} or an entity`);
        continue;
      }
      this.add(graph, `query ${field.name.value}`, format, '$args', ([name = '']) =>
        known.includes(name) ? null : `expected an argument of ${coordinate} but got ${name}`,
      );
    }
  }

  /** @param check of a path. @returns what is wrong with it */
  private add(
    graph: string,
    what: string,
    text: string,
    root: string,
    check: (path: readonly string[]) => string | null,
  ): void {
    const format = parseFormat(text, root);
    const problem = typeof format === 'string' ? format : firstProblem(format, check);
    if (problem !== null || typeof format === 'string') {
      this.warn(what.replace(/^query /, 'the root field '), graph, text, problem ?? '');
      return;
    }
    const subgraph = this.names.get(graph) ?? graph;
    const declared = this.bySubgraph.get(subgraph) ?? new Map<string, Format[]>();
    declared.set(what, [...(declared.get(what) ?? []), format]);
    this.bySubgraph.set(subgraph, declared);
  }

  private warn(where: string, graph: string, format: string, problem: string): void {
    const subgraph = this.names.get(graph) ?? graph;
    this.warnings.push(
      `\`@cacheTag(format: ${JSON.stringify(format)})\` of ${where} in subgraph ${subgraph} has no effect: ${problem}`,
    );
  }
}

function declarationsOf(
  directives: readonly ConstDirectiveNode[] = [],
): { readonly graph: string; readonly format: string }[] {
  return directives.flatMap((directive) => {
    if (directive.name.value !== 'join__directive') return [];
    // Composition names it so, whatever the subgraph imported it as.
    if (textArgument(directive, 'name') !== 'federation__cacheTag') return [];
    const format = formatOf(directive);
    const graphs = directive.arguments?.find(({ name }) => name.value === 'graphs')?.value;
    if (format === undefined || graphs?.kind !== Kind.LIST) return [];
    return graphs.values.flatMap((graph) =>
      graph.kind === Kind.ENUM ? [{ graph: graph.value, format }] : [],
    );
  });
}

function formatOf(directive: ConstDirectiveNode): string | undefined {
  const args = directive.arguments?.find(({ name }) => name.value === 'args')?.value;
  if (args?.kind !== Kind.OBJECT) return undefined;
  const format = args.fields.find(({ name }) => name.value === 'format')?.value;
  return format?.kind === Kind.STRING ? format.value : undefined;
}

/** Field sets of the keys by which a subgraph resolves the type, each as the paths that it selects. */
function keysOf({ directives = [] }: ObjectTypeDefinitionNode, graph: string): ReadonlySet<string>[] {
  return directives.flatMap((directive) => {
    if (directive.name.value !== 'join__type' || textArgument(directive, 'graph') !== graph) return [];
    const key = textArgument(directive, 'key');
    const isResolvable = !(directive.arguments ?? []).some(
      ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
    );
    return key !== undefined && isResolvable ? [pathsOf(key)] : [];
  });
}

function pathsOf(fieldSet: string): ReadonlySet<string> {
  const paths = new Set<string>();
  const [operation] = parse(`{ ${fieldSet} }`, { noLocation: true }).definitions;
  const collect = ({ selections }: SelectionSetNode, above: string) => {
    for (const selection of selections) {
      if (selection.kind !== Kind.FIELD) continue;
      const path = `${above}${selection.name.value}`;
      if (selection.selectionSet === undefined) paths.add(path);
      else collect(selection.selectionSet, `${path}.`);
    }
  };
  if (operation?.kind === Kind.OPERATION_DEFINITION) collect(operation.selectionSet, '');
  return paths;
}

function checkKey(path: readonly string[], keys: readonly ReadonlySet<string>[]): string | null {
  const text = path.join('.');
  return keys.every((key) => key.has(text)) ? null : `expected a field of every key but got ${text}`;
}

/** @returns a sentence where it is none */
function parseFormat(text: string, root: string): Format | string {
  const parts: (string | readonly string[])[] = [];
  let rest = text;
  while (rest !== '') {
    const brace = /[{}]/.exec(rest);
    if (brace === null) return [...parts, rest];
    const { index } = brace;
    if (index > 0) parts.push(rest.slice(0, index));
    const value = /^\{\s*(?<root>\$\w+)(?<path>(?:\.[A-Za-z_]\w*)+)\s*\}/.exec(rest.slice(index));
    const path = value?.groups?.['path'];
    if (value === null || value.groups?.['root'] !== root || path === undefined) {
      const got = rest.slice(index, index + 40);
      return `expected \`{${root}.name}\` but got \`${got}\``;
    }
    parts.push(path.slice(1).split('.'));
    rest = rest.slice(index + value[0].length);
  }
  return parts.length === 0 ? 'expected a text but got none' : parts;
}

function firstProblem(format: Format, check: (path: readonly string[]) => string | null): string | null {
  for (const part of format) {
    const problem = typeof part === 'string' ? null : check(part);
    if (problem !== null) return problem;
  }
  return null;
}

function isDynamic(format: Format): boolean {
  return format.some((part) => typeof part !== 'string');
}

/** Leaves out those for which there is no value that is a text. */
function texts(formats: readonly Format[], values: unknown): string[] {
  return formats.flatMap((format) => {
    let tag = '@';
    for (const part of format) {
      const value = typeof part === 'string' ? part : valueAt(values, part);
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return [];
      tag += String(value);
    }
    return [tag];
  });
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined;
    found = Reflect.get(found, step);
  }
  return found;
}

function queryTypeOf({ definitions }: DocumentNode): string {
  for (const definition of definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION) continue;
    const query = definition.operationTypes.find(({ operation }) => operation === OperationTypeNode.QUERY);
    if (query !== undefined) return query.type.name.value;
  }
  return 'Query';
}
