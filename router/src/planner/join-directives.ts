/** Reads what composition recorded of the subgraphs' directives in the supergraph, whatever `@link` renamed them to. */
import {
  Kind,
  visit,
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type StringValueNode,
} from 'graphql';

/** `join__field(requires:)`, `join__type(key:)` and `join__field(contextArguments: [{ selection: }])`. */
type FieldSetArgument = 'key' | 'requires' | 'selection';

/** @returns the texts of the arguments (or of fields of input objects in arguments) of these names */
export function directiveTexts(supergraph: DocumentNode, names: readonly FieldSetArgument[]): string[] {
  const wanted: ReadonlySet<string> = new Set(names);
  const texts: string[] = [];
  visit(supergraph, {
    Directive(directive) {
      if (!isJoin(directive.name.value)) return false;
      return undefined;
    },
    Argument({ name, value }) {
      if (wanted.has(name.value) && value.kind === Kind.STRING) texts.push(value.value);
    },
    ObjectField({ name, value }) {
      if (wanted.has(name.value) && value.kind === Kind.STRING) texts.push(value.value);
    },
  });
  return texts;
}

/** @returns the subgraphs' names by the values of `join__Graph` that stand for them */
export function subgraphNames(supergraph: DocumentNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  visit(supergraph, {
    EnumValueDefinition({ name, directives = [] }) {
      const graph = directives.find((directive) => directive.name.value === 'join__graph');
      const subgraph = graph && textArgument(graph, 'name');
      if (subgraph !== undefined) names.set(name.value, subgraph);
    },
  });
  return names;
}

/** @returns the applications of `@join__field` among a field's directives */
export function joinFields(directives: readonly ConstDirectiveNode[] = []): readonly ConstDirectiveNode[] {
  return directives.filter(({ name }) => name.value === 'join__field');
}

export function textArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = argument(directive, name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}

export function withTextArgument(
  directive: ConstDirectiveNode,
  name: string,
  text: string,
): ConstDirectiveNode {
  const value: StringValueNode = { kind: Kind.STRING, value: text };
  return {
    ...directive,
    arguments: (directive.arguments ?? []).map((node) =>
      node.name.value === name ? { ...node, value } : node,
    ),
  };
}

function argument(directive: ConstDirectiveNode, name: string): ConstArgumentNode | undefined {
  return directive.arguments?.find((node) => node.name.value === name);
}

function isJoin(name: string): boolean {
  return name.startsWith('join__');
}
