/** Which fields have a union or an interface as their type that has other members in each of the subgraphs that can answer. */
import {
  isTypeDefinitionNode,
  Kind,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
  type TypeNode,
  type UnionTypeDefinitionNode,
} from 'graphql';
import { joinFields, textArgument } from './join-directives.js';

/** @returns their coordinates, such as `Shelf.items` */
export function partialFields(supergraph: DocumentNode): ReadonlySet<string> {
  const types = new Map(
    supergraph.definitions.filter(isTypeDefinitionNode).map((type) => [type.name.value, type]),
  );
  const found = new Set<string>();
  for (const parent of types.values()) {
    if (parent.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const field of parent.fields ?? []) {
      const type = types.get(namedType(field.type));
      if (type === undefined || !isAbstract(type)) continue;
      const members = resolvers(parent, field).map((graph) => membersIn(graph, type, types).sort().join(' '));
      if (new Set(members).size > 1) found.add(`${parent.name.value}.${field.name.value}`);
    }
  }
  return found;
}

type AbstractType = InterfaceTypeDefinitionNode | UnionTypeDefinitionNode;

/** The subgraphs that can answer this field, by values of `join__Graph`. */
function resolvers(parent: ObjectTypeDefinitionNode, { directives }: FieldDefinitionNode): string[] {
  const joins = joinFields(directives);
  if (joins.length === 0) return [...new Set(directivesOf(parent, 'join__type').flatMap(graphOf))];
  return joins.flatMap((join) => (isExternal(join) ? [] : graphOf(join)));
}

function membersIn(
  graph: string,
  abstract: AbstractType,
  types: ReadonlyMap<string, TypeDefinitionNode>,
): string[] {
  const here = (directive: ConstDirectiveNode) => textArgument(directive, 'graph') === graph;
  if (abstract.kind === Kind.UNION_TYPE_DEFINITION) {
    const joins = directivesOf(abstract, 'join__unionMember').filter(here);
    return joins.map((join) => textArgument(join, 'member') ?? '');
  }
  const isImplementation = (type: TypeDefinitionNode) =>
    type.kind === Kind.OBJECT_TYPE_DEFINITION &&
    directivesOf(type, 'join__implements').some(
      (join) => here(join) && textArgument(join, 'interface') === abstract.name.value,
    );
  return [...types.values()].filter(isImplementation).map(({ name }) => name.value);
}

function directivesOf(type: TypeDefinitionNode, name: string): readonly ConstDirectiveNode[] {
  return (type.directives ?? []).filter((directive) => directive.name.value === name);
}

function graphOf(directive: ConstDirectiveNode): string[] {
  const graph = textArgument(directive, 'graph');
  return graph === undefined ? [] : [graph];
}

function isExternal(directive: ConstDirectiveNode): boolean {
  const value = directive.arguments?.find(({ name }) => name.value === 'external')?.value;
  return value?.kind === Kind.BOOLEAN && value.value;
}

function isAbstract(type: TypeDefinitionNode): type is AbstractType {
  return type.kind === Kind.INTERFACE_TYPE_DEFINITION || type.kind === Kind.UNION_TYPE_DEFINITION;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
