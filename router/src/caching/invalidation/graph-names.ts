/** What a supergraph calls its subgraphs and types: a misspelt name in an invalidation would otherwise do nothing, in silence. */
import { Kind, parse, type DocumentNode, type TypeDefinitionNode } from 'graphql';
import { subgraphNames, textArgument } from '../../planner/join-directives.js';

export interface GraphNames {
  readonly subgraphs: ReadonlySet<string>;
  /** By subgraph: by each object type, interface and union that it has, what entries with it in them may be tagged with. */
  readonly types: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
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
  const names = subgraphNames(document);
  const objects = objectsOf(document);
  const types = new Map<string, Map<string, readonly string[]>>();
  for (const name of names.values()) types.set(name, new Map());
  for (const definition of document.definitions) {
    if (!isComposite(definition)) continue;
    const fenced = [...namesWith(definition.name.value, objects)];
    for (const directive of definition.directives ?? []) {
      const graph = directive.name.value === 'join__type' ? textArgument(directive, 'graph') : undefined;
      types.get(names.get(graph ?? '') ?? '')?.set(definition.name.value, fenced);
    }
  }
  return { subgraphs: new Set(names.values()), types };
}

function isComposite(definition: DocumentNode['definitions'][number]): definition is TypeDefinitionNode {
  return (
    definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION ||
    definition.kind === Kind.UNION_TYPE_DEFINITION
  );
}

/** All that it may be, and all that may be one of these: a list of a union without a Category lacks the first one that is made. */
function namesWith(name: string, objects: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const own = objects.get(name) ?? new Set();
  const found = new Set([name, ...own]);
  for (const [other, members] of objects)
    if ([...members].some((member) => own.has(member))) found.add(other);
  return found;
}

/** By each type, the object types that it may be. */
function objectsOf({ definitions }: DocumentNode): ReadonlyMap<string, ReadonlySet<string>> {
  const objects = new Map<string, Set<string>>();
  const add = (type: string, object: string) => {
    objects.set(type, (objects.get(type) ?? new Set()).add(object));
  };
  for (const definition of definitions) {
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) {
      const { value: object } = definition.name;
      add(object, object);
      for (const { name } of definition.interfaces ?? []) add(name.value, object);
    } else if (definition.kind === Kind.UNION_TYPE_DEFINITION) {
      for (const { name } of definition.types ?? []) add(definition.name.value, name.value);
    }
  }
  return objects;
}
