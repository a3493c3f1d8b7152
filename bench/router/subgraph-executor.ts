// Executes whatever a router may ask of the subgraphs, at next to no cost, so that the figures are the router's: an operation is
// compiled once by its text, and then is closures over data in memory. It takes queries that are valid, as routers send them.
import {
  Kind,
  parse,
  valueFromASTUntyped,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;
export type Arguments = Readonly<Record<string, unknown>>;

/** How a field is had from its object; objects carry their `__typename`. */
export type Resolve = (object: never, args: Arguments) => unknown;

/** By type and field. What is not listed is a property of the object. */
export type Resolvers = Readonly<Record<string, Readonly<Record<string, Resolve>>>>;

export type Operation = (variables: Variables) => Readonly<Record<string, unknown>>;

interface CollectedField {
  readonly node: FieldNode;
  readonly conditions: readonly Condition[];
}

type Condition = (variables: Variables) => boolean;
type Read = (object: Record<string, unknown>, variables: Variables) => unknown;
type Select = (object: Record<string, unknown>, variables: Variables) => Record<string, unknown>;

interface CompiledField {
  readonly key: string;
  readonly read: Read;
  readonly isIncluded: Condition | null;
}

/** @throws where the text is no query */
export function compileOperation(query: string, resolvers: Resolvers): Operation {
  const document = parse(query, { noLocation: true });
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw new Error('expected an operation');
  const select = new Compiler(fragments, resolvers).select([
    { selectionSet: operation.selectionSet, conditions: [] },
  ]);
  return (variables) => select({ __typename: 'Query' }, variables);
}

interface ConditionalSelection {
  readonly selectionSet: SelectionSetNode;
  readonly conditions: readonly Condition[];
}

class Compiler {
  constructor(
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly resolvers: Resolvers,
  ) {}

  /** Compiled for each type when an object of it is met first. */
  select(selections: readonly ConditionalSelection[]): Select {
    const byType = new Map<string, readonly CompiledField[]>();
    return (object, variables) => {
      const type = String(object['__typename']);
      let fields = byType.get(type);
      if (fields === undefined) byType.set(type, (fields = this.fields(type, selections)));
      const result: Record<string, unknown> = {};
      for (const { key, read, isIncluded } of fields)
        if (isIncluded === null || isIncluded(variables)) result[key] = read(object, variables);
      return result;
    };
  }

  private fields(type: string, selections: readonly ConditionalSelection[]): CompiledField[] {
    const collected = new Map<string, CollectedField[]>();
    for (const { selectionSet, conditions } of selections)
      this.collect(type, selectionSet, conditions, collected);
    return [...collected].map(([key, nodes]) => ({
      key,
      read: this.field(type, nodes),
      isIncluded: nodes.some(({ conditions }) => conditions.length === 0)
        ? null
        : (variables) => nodes.some(({ conditions }) => conditions.every((holds) => holds(variables))),
    }));
  }

  private collect(
    type: string,
    { selections }: SelectionSetNode,
    inherited: readonly Condition[],
    into: Map<string, CollectedField[]>,
  ): void {
    for (const node of selections) {
      const conditions = [...inherited, ...conditionsOf(node.directives ?? [])];
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        into.set(key, [...(into.get(key) ?? []), { node, conditions }]);
        continue;
      }
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(node.name.value) : node;
      if (fragment === undefined) throw new Error('expected a fragment that is defined');
      const wanted = fragment.typeCondition?.name.value;
      if (wanted === undefined || wanted === type || wanted === '_Entity')
        this.collect(type, fragment.selectionSet, conditions, into);
    }
  }

  private field(type: string, nodes: readonly CollectedField[]): Read {
    const [first] = nodes;
    if (first === undefined) throw new Error('expected a field');
    const name = first.node.name.value;
    const resolve = this.resolvers[type]?.[name];
    const argsOf = compileArguments(first.node);
    const value: Read =
      resolve === undefined
        ? (object) => object[name]
        : (object, variables) => resolve(object as never, argsOf(variables));
    const selections = nodes.flatMap(({ node: { selectionSet }, conditions }) =>
      selectionSet === undefined ? [] : [{ selectionSet, conditions }],
    );
    if (selections.length === 0) return (object, variables) => value(object, variables) ?? null;
    const select = this.select(selections);
    return (object, variables) => complete(value(object, variables), select, variables);
  }
}

function complete(value: unknown, select: Select, variables: Variables): unknown {
  if (Array.isArray(value)) return value.map((item) => complete(item, select, variables));
  return value == null ? null : select(value as Record<string, unknown>, variables);
}

function conditionsOf(directives: readonly DirectiveNode[]): Condition[] {
  return directives.flatMap(({ name, arguments: args = [] }) => {
    const node = args.find((arg) => arg.name.value === 'if')?.value;
    if (node === undefined || !['skip', 'include'].includes(name.value)) return [];
    const isWanted = name.value === 'include';
    return [(variables: Variables) => valueFromASTUntyped(node, { ...variables }) === isWanted];
  });
}

function compileArguments({ arguments: nodes = [] }: FieldNode): (variables: Variables) => Arguments {
  if (nodes.length === 0) return () => ({});
  return (variables) =>
    Object.fromEntries(nodes.map(({ name, value }) => [name.value, argument(value, variables)]));
}

function argument(value: Parameters<typeof valueFromASTUntyped>[0], variables: Variables): unknown {
  return value.kind === Kind.VARIABLE
    ? variables[value.name.value]
    : valueFromASTUntyped(value, { ...variables });
}
