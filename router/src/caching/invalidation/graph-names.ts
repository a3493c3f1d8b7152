/** What a supergraph calls its subgraphs and types: a misspelt name in an invalidation would otherwise do nothing, in silence. */
import { Kind, parse, type DocumentNode } from 'graphql';
import { subgraphNames } from '../../planner/join-directives.js';

export interface GraphNames {
  readonly subgraphs: ReadonlySet<string>;
  /** By each object type, interface and union, the object types that it may be. */
  readonly types: ReadonlyMap<string, readonly string[]>;
}

/** @returns of the supergraph of the moment, read anew where that has changed */
export function followGraphNames(sdl: () => string): () => GraphNames {
  let known: { readonly sdl: string; readonly names: GraphNames } | null = null;
  return () => {
    const present = sdl();
    if (known?.sdl !== present) known = { sdl: present, names: graphNames(present) };
    return known.names;
  };
}

function graphNames(sdl: string): GraphNames {
  const document = parse(sdl, { noLocation: true });
  return { subgraphs: new Set(subgraphNames(document).values()), types: objectTypes(document) };
}

function objectTypes({ definitions }: DocumentNode): ReadonlyMap<string, readonly string[]> {
  const types = new Map<string, string[]>();
  const add = (abstract: string, object: string) => {
    types.set(abstract, [...(types.get(abstract) ?? []), object]);
  };
  for (const definition of definitions) {
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) {
      add(definition.name.value, definition.name.value);
      for (const { name } of definition.interfaces ?? []) add(name.value, definition.name.value);
    } else if (definition.kind === Kind.UNION_TYPE_DEFINITION) {
      for (const { name } of definition.types ?? []) add(definition.name.value, name.value);
    } else if (definition.kind === Kind.INTERFACE_TYPE_DEFINITION) {
      // Subgraphs that have it as an `@interfaceObject` call their objects by its own name.
      add(definition.name.value, definition.name.value);
    }
  }
  return types;
}
