/**
 * What the supergraph says of each subgraph, as one hash: what is cached of a subgraph serves until that changes, whatever
 * becomes of the others. All types and fields count that have the subgraph's join directives, with all that these say.
 */
import { createHash } from 'node:crypto';
import {
  Kind,
  print,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type ValueNode,
} from 'graphql';
import { subgraphNames } from '../planner/join-directives.js';

/** @returns by the subgraph's name */
export function schemaHashes(supergraph: DocumentNode): ReadonlyMap<string, string> {
  return new Map(
    [...subgraphNames(supergraph)].map(([graph, name]) => {
      const lines = supergraph.definitions.flatMap((definition) => linesOf(definition, graph)).sort();
      return [name, createHash('sha256').update(lines.join('\n')).digest('base64url').slice(0, 16)];
    }),
  );
}

function linesOf(definition: DefinitionNode, graph: string): string[] {
  if (!('directives' in definition) || !('name' in definition)) return [];
  const own = directivesOf(definition.directives, graph);
  if (!own.some((text) => text.startsWith('@join__type'))) return [];
  const type = `${definition.kind} ${definition.name.value}`;
  return [`${type} ${own.join(' ')}`, ...membersOf(definition, graph).map((member) => `${type}.${member}`)];
}

function membersOf(definition: DefinitionNode, graph: string): string[] {
  switch (definition.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return (definition.fields ?? [])
        .filter((field) => isOfGraph(field.directives, graph))
        .map((field) => {
          const given = (field.arguments ?? []).map((argument) => print({ ...argument, directives: [] }));
          return `${field.name.value}(${given.sort().join(' ')}): ${print(field.type)} ${directivesOf(field.directives, graph).join(' ')}`;
        });
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return (definition.fields ?? [])
        .filter((field) => isOfGraph(field.directives, graph))
        .map((field) => print({ ...field, directives: [] }));
    case Kind.ENUM_TYPE_DEFINITION:
      return (definition.values ?? [])
        .filter((value) => directivesOf(value.directives, graph).length > 0)
        .map((value) => value.name.value);
    default:
      return [];
  }
}

/** A field that does not say whose it is is everybody's who has the type. */
function isOfGraph(directives: readonly DirectiveNode[] | undefined, graph: string): boolean {
  const fields = (directives ?? []).filter(({ name }) => name.value === 'join__field');
  return fields.length === 0 || directivesOf(fields, graph).length > 0;
}

/** Those join directives that name the graph, as text. */
function directivesOf(directives: readonly DirectiveNode[] | undefined, graph: string): string[] {
  return (directives ?? [])
    .filter(
      ({ name, arguments: given = [] }) =>
        name.value.startsWith('join__') &&
        given.some(
          (argument) =>
            (argument.name.value === 'graph' || argument.name.value === 'graphs') &&
            namesGraph(argument.value, graph),
        ),
    )
    .map((directive) => print(directive))
    .sort();
}

function namesGraph(value: ValueNode, graph: string): boolean {
  if (value.kind === Kind.LIST) return value.values.some((each) => namesGraph(each, graph));
  return value.kind === Kind.ENUM && value.value === graph;
}
