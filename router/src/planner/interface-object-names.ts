/**
 * Which fields may be asked of a subgraph below an `@interfaceObject`, by name: those that the interface object has there,
 * and all fields of all types that they lead to. See `data-names.ts`.
 */
import {
  Kind,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
  type TypeNode,
  type UnionTypeDefinitionNode,
} from 'graphql';
import { joinFields, textArgument } from './join-directives.js';

/** @param supergraph as composed */
export function namesBelowInterfaceObjects(supergraph: DocumentNode): ReadonlySet<string> {
  const types = new Map<string, OutputType>();
  for (const definition of supergraph.definitions) {
    if (isOutputType(definition)) types.set(definition.name.value, definition);
  }
  const names = new Set<string>();
  const seen = new Set<string>();
  const collect = (fields: readonly FieldDefinitionNode[]) => {
    for (const { name, type } of fields) {
      names.add(name.value);
      for (const reached of withPossibleTypes(namedType(type), types)) {
        if (seen.has(reached.name.value)) continue;
        seen.add(reached.name.value);
        collect(fieldsOf(reached));
      }
    }
  };
  for (const type of types.values()) {
    for (const graph of interfaceObjectGraphs(type.directives)) {
      collect(fieldsOf(type).filter(({ directives }) => isIn(graph, directives)));
    }
  }
  return names;
}

type OutputType = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | UnionTypeDefinitionNode;

function isOutputType(definition: DefinitionNode): definition is OutputType {
  return (
    definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION ||
    definition.kind === Kind.UNION_TYPE_DEFINITION
  );
}

/** The subgraphs, as values of `join__Graph`, in which the type is an interface object. */
function interfaceObjectGraphs(directives: readonly ConstDirectiveNode[] = []): string[] {
  return directives.flatMap((directive) => {
    const isInterfaceObject =
      directive.name.value === 'join__type' &&
      directive.arguments?.some(
        ({ name, value }) => name.value === 'isInterfaceObject' && value.kind === Kind.BOOLEAN && value.value,
      );
    return isInterfaceObject ? [textArgument(directive, 'graph') ?? ''] : [];
  });
}

/** A field without `@join__field` is in every subgraph that has its type. */
function isIn(graph: string, directives: readonly ConstDirectiveNode[] | undefined): boolean {
  const joins = joinFields(directives);
  return joins.length === 0 || joins.some((join) => textArgument(join, 'graph') === graph);
}

function fieldsOf(type: OutputType): readonly FieldDefinitionNode[] {
  return type.kind === Kind.UNION_TYPE_DEFINITION ? [] : (type.fields ?? []);
}

function withPossibleTypes(name: string, types: ReadonlyMap<string, OutputType>): OutputType[] {
  const type = types.get(name);
  if (type === undefined || type.kind === Kind.OBJECT_TYPE_DEFINITION)
    return type === undefined ? [] : [type];
  const possible =
    type.kind === Kind.UNION_TYPE_DEFINITION
      ? (type.types ?? []).flatMap((member) => types.get(member.name.value) ?? [])
      : [...types.values()].filter(
          (one) =>
            one.kind !== Kind.UNION_TYPE_DEFINITION &&
            one.interfaces?.some((implemented) => implemented.name.value === name),
        );
  return [type, ...possible];
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
