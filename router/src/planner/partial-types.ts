/**
 * Keeps what is asked of the members that an abstract type has in some subgraphs only.
 *
 * Of a field that several subgraphs can answer, Apollo's planner (2.14.4) drops `... on Cup { size }` as soon as one of them
 * has no `Cup` in the field's union or interface: it takes the value never to be one. Yet the subgraph that is asked may
 * well answer with a `Cup`, which then has nothing but its `__typename`. So it plans on a supergraph in which each of
 * these subgraphs has all members of such a type: whichever of them is asked, nothing is dropped, and it is asked of no
 * other subgraph besides. From the plan's fetches is then taken out what their subgraph does not have. A supergraph
 * without such a field, and what is planned of other fields, stay as they are.
 */
import {
  Kind,
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type NameNode,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
  type TypeNode,
  type UnionTypeDefinitionNode,
} from 'graphql';
import { isTypeDefinitionNode } from 'graphql';
import { subgraphNames, textArgument } from './join-directives.js';

export interface PartialTypes {
  /** What to plan on: the given supergraph itself where each subgraph's answer has the same members. */
  readonly supergraph: DocumentNode;
  /** By subgraph, the types that were given to it, which it does not have. */
  readonly addedTypes: ReadonlyMap<string, ReadonlySet<string>>;
  /** By subgraph and abstract type, the members that were given to it. */
  readonly addedMembers: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
}

export function completePartialTypes(supergraph: DocumentNode): PartialTypes {
  return new Completion(supergraph).result();
}

type FieldsType = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;
type AbstractType = InterfaceTypeDefinitionNode | UnionTypeDefinitionNode;

/** Subgraphs are called here what they are in the supergraph, by values of `join__Graph`. */
class Completion {
  private readonly types = new Map<string, TypeDefinitionNode>();
  private readonly graphs = new Map<string, Set<string>>();
  private readonly addedTypes = new Map<string, Set<string>>();
  private readonly addedMembers = new Map<string, Map<string, Set<string>>>();

  constructor(private readonly supergraph: DocumentNode) {
    for (const type of supergraph.definitions.filter(isTypeDefinitionNode)) {
      this.types.set(type.name.value, type);
      this.graphs.set(type.name.value, new Set(graphsOf(type.directives, 'join__type')));
    }
  }

  result(): PartialTypes {
    for (const type of this.types.values()) {
      if (hasFields(type))
        type.fields?.forEach((field) => {
          this.completeValues(type, field);
        });
    }
    const names = subgraphNames(this.supergraph);
    const byName = <Value>(added: ReadonlyMap<string, Value>) =>
      new Map([...added].map(([graph, value]) => [names.get(graph) ?? graph, value]));
    return {
      supergraph: this.addedMembers.size === 0 ? this.supergraph : this.completed(),
      addedTypes: byName(this.addedTypes),
      addedMembers: byName(this.addedMembers),
    };
  }

  private completeValues(parent: FieldsType, field: FieldDefinitionNode): void {
    const abstract = this.types.get(namedType(field.type));
    if (abstract === undefined || !isAbstract(abstract)) return;
    const members = resolvers(parent, field).flatMap((graph) => {
      const own = this.members(abstract, graph);
      return own.size === 0 ? [] : [{ graph, own }];
    });
    const all = new Set(members.flatMap(({ own }) => [...own]));
    for (const { graph, own } of members) {
      for (const member of all) {
        if (!own.has(member) && this.isForeign(member, graph)) this.addMember(graph, abstract, member);
      }
    }
  }

  /**
   * A type that the subgraph has as something else, with fields of its own, stays what it is: to give it more of them
   * would change what is planned wherever else it occurs. Of such a member the planner drops what it always did.
   */
  private isForeign(member: string, graph: string): boolean {
    return this.addedTypes.get(graph)?.has(member) === true || this.graphs.get(member)?.has(graph) === false;
  }

  /** Empty for what is no abstract type in this subgraph, such as an `@interfaceObject`. */
  private members(abstract: AbstractType, graph: string): ReadonlySet<string> {
    if (abstract.kind === Kind.UNION_TYPE_DEFINITION)
      return new Set(namesFor(abstract, graph, 'join__unionMember', 'member'));
    const implementing = [...this.types.values()].filter(
      (type) =>
        type.kind === Kind.OBJECT_TYPE_DEFINITION &&
        namesFor(type, graph, 'join__implements', 'interface').includes(abstract.name.value),
    );
    return new Set(implementing.map(({ name }) => name.value));
  }

  private addMember(graph: string, abstract: AbstractType, member: string): void {
    const byType = entry(this.addedMembers, graph, () => new Map<string, Set<string>>());
    const added = entry(byType, abstract.name.value, () => new Set<string>());
    if (added.has(member)) return;
    added.add(member);
    this.addType(graph, member);
  }

  /** With all that it leads to: as far as the planner sees, this subgraph can answer whatever is asked of the member. */
  private addType(graph: string, name: string): void {
    const type = this.types.get(name);
    const graphs = this.graphs.get(name);
    // Those of the language are in all subgraphs, and not in the supergraph's SDL.
    if (type === undefined || graphs === undefined || graphs.has(graph)) return;
    graphs.add(graph);
    entry(this.addedTypes, graph, () => new Set<string>()).add(name);
    if (isAbstract(type)) {
      const everywhere = subgraphsOf(type).flatMap((one) => [...this.members(type, one)]);
      for (const member of everywhere) this.addMember(graph, type, member);
    }
    if (!hasFields(type) && type.kind !== Kind.INPUT_OBJECT_TYPE_DEFINITION) return;
    for (const field of type.fields ?? []) {
      this.addType(graph, namedType(field.type));
      if (!('arguments' in field)) continue;
      for (const argument of field.arguments ?? []) this.addType(graph, namedType(argument.type));
    }
  }

  private completed(): DocumentNode {
    const definitions = this.supergraph.definitions.map((definition) => {
      if (!isTypeDefinitionNode(definition)) return definition;
      const name = definition.name.value;
      const added = [...this.addedTypes].flatMap(([graph, types]) => (types.has(name) ? [graph] : []));
      return this.withMembers(added.reduce(withGraph, definition));
    });
    return { ...this.supergraph, definitions };
  }

  private withMembers(type: TypeDefinitionNode): TypeDefinitionNode {
    const added: ConstDirectiveNode[] = [];
    for (const [graph, byType] of this.addedMembers) {
      for (const [abstract, members] of byType) {
        if (type.name.value === abstract && type.kind === Kind.UNION_TYPE_DEFINITION) {
          for (const member of members) added.push(join('unionMember', graph, ['member', member]));
        }
        const isInterface = this.types.get(abstract)?.kind === Kind.INTERFACE_TYPE_DEFINITION;
        if (isInterface && members.has(type.name.value))
          added.push(join('implements', graph, ['interface', abstract]));
      }
    }
    return added.length === 0 ? type : { ...type, directives: [...(type.directives ?? []), ...added] };
  }
}

function withGraph(type: TypeDefinitionNode, graph: string): TypeDefinitionNode {
  const directives = [...(type.directives ?? []), join('type', graph)];
  switch (type.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return { ...type, directives, fields: joinEach(type.fields ?? [], graph) };
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return { ...type, directives, fields: joinEach<InputField>(type.fields ?? [], graph) };
    case Kind.ENUM_TYPE_DEFINITION:
      return { ...type, directives, values: valuesIn(type.values ?? [], graph) };
    default:
      return { ...type, directives };
  }
}

type InputField = NonNullable<InputObjectTypeDefinitionNode['fields']>[number];

/** A field without a `@join__field` is in all of its type's subgraphs as it is. */
function joinEach<Field extends FieldDefinitionNode | InputField>(
  fields: readonly Field[],
  graph: string,
): Field[] {
  return fields.map((field) => {
    const { directives = [] } = field;
    if (!directives.some(isJoinField)) return field;
    return { ...field, directives: [...directives, join('field', graph)] };
  });
}

function valuesIn(values: readonly EnumValueDefinitionNode[], graph: string): EnumValueDefinitionNode[] {
  return values.map((value) => ({
    ...value,
    directives: [...(value.directives ?? []), join('enumValue', graph)],
  }));
}

/** The subgraphs that can answer this field. */
function resolvers(parent: FieldsType, { directives = [] }: FieldDefinitionNode): string[] {
  const joins = directives.filter(isJoinField);
  if (joins.length === 0) return subgraphsOf(parent);
  return joins.flatMap((directive) => {
    const graph = textArgument(directive, 'graph');
    return graph === undefined || isTrue(directive, 'external') ? [] : [graph];
  });
}

function subgraphsOf(type: TypeDefinitionNode): string[] {
  return [...new Set(graphsOf(type.directives, 'join__type'))];
}

function graphsOf(directives: readonly ConstDirectiveNode[] = [], name: string): string[] {
  return directives.flatMap((directive) => {
    const graph = directive.name.value === name ? textArgument(directive, 'graph') : undefined;
    return graph === undefined ? [] : [graph];
  });
}

/** What these directives of a type say for one subgraph. */
function namesFor(
  type: TypeDefinitionNode,
  graph: string,
  directiveName: string,
  argument: string,
): string[] {
  return (type.directives ?? []).flatMap((directive) => {
    if (directive.name.value !== directiveName || textArgument(directive, 'graph') !== graph) return [];
    return textArgument(directive, argument) ?? [];
  });
}

function join(
  name: string,
  graph: string,
  ...texts: readonly [name: string, text: string][]
): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: nameNode(`join__${name}`),
    arguments: [
      { kind: Kind.ARGUMENT, name: nameNode('graph'), value: { kind: Kind.ENUM, value: graph } },
      ...texts.map(([argument, value]) => ({
        kind: Kind.ARGUMENT as const,
        name: nameNode(argument),
        value: { kind: Kind.STRING as const, value },
      })),
    ],
  };
}

function nameNode(value: string): NameNode {
  return { kind: Kind.NAME, value };
}

function isTrue(directive: ConstDirectiveNode, argument: string): boolean {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.BOOLEAN && value.value;
}

function isJoinField({ name }: ConstDirectiveNode): boolean {
  return name.value === 'join__field';
}

function hasFields(type: TypeDefinitionNode): type is FieldsType {
  return type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function isAbstract(type: TypeDefinitionNode): type is AbstractType {
  return type.kind === Kind.INTERFACE_TYPE_DEFINITION || type.kind === Kind.UNION_TYPE_DEFINITION;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
