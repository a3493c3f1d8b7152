/**
 * The types as one subgraph has them, out of the supergraph's join directives: what its answers are of, which is not always
 * what the supergraph makes of it. An `@interfaceObject` is an object here, and a field may have a narrower type.
 */
import {
  Kind,
  parseType,
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  type TypeNode,
} from 'graphql';

export class SubgraphTypes {
  private readonly types = new Map<string, SubgraphType>();

  constructor(
    readonly queryType: string,
    supergraph: DocumentNode,
    graph: string,
  ) {
    for (const definition of supergraph.definitions) this.add(definition, graph);
  }

  /** Whether objects have this name. */
  isObject(name: string): boolean {
    return this.types.get(name)?.isObject === true;
  }

  /** Whether an object of this name meets the condition. */
  isOfType(name: string, condition: string): boolean {
    return name === condition || this.types.get(condition)?.members.has(name) === true;
  }

  /** The objects that may be where this type is. */
  objectsOf(name: string): readonly string[] {
    if (this.isObject(name)) return [name];
    return [...(this.types.get(name)?.members ?? [])].filter((member) => this.isObject(member));
  }

  /** The type of the field's items. @returns undefined: it is not known */
  typeOf(parent: string, field: string): string | undefined {
    return this.types.get(parent)?.fields.get(field);
  }

  private add(definition: DefinitionNode, graph: string): void {
    const isUnion = definition.kind === Kind.UNION_TYPE_DEFINITION;
    const isObject = definition.kind === Kind.OBJECT_TYPE_DEFINITION;
    if (!isUnion && !isObject && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) return;
    const [own] = ofGraph(definition.directives, 'join__type', graph);
    if (own === undefined) return;
    const name = definition.name.value;
    const type = this.typeNamed(name);
    type.isObject = isObject || argument(own, 'isInterfaceObject') === true;
    for (const member of ofGraph(definition.directives, 'join__unionMember', graph))
      type.members.add(String(argument(member, 'member')));
    if (isUnion) return;
    for (const implemented of ofGraph(definition.directives, 'join__implements', graph))
      this.typeNamed(String(argument(implemented, 'interface'))).members.add(name);
    for (const field of definition.fields ?? []) {
      const [here] = ofGraph(field.directives, 'join__field', graph);
      const narrowed = here && argument(here, 'type');
      type.fields.set(
        field.name.value,
        namedType(typeof narrowed === 'string' ? parseType(narrowed, { noLocation: true }) : field.type),
      );
    }
  }

  private typeNamed(name: string): SubgraphType {
    let type = this.types.get(name);
    if (type === undefined) {
      type = { isObject: false, members: new Set(), fields: new Map() };
      this.types.set(name, type);
    }
    return type;
  }
}

interface SubgraphType {
  isObject: boolean;
  readonly members: Set<string>;
  readonly fields: Map<string, string>;
}

function ofGraph(
  directives: readonly DirectiveNode[] | undefined,
  name: string,
  graph: string,
): DirectiveNode[] {
  return (directives ?? []).filter(
    (directive) => directive.name.value === name && argument(directive, 'graph') === graph,
  );
}

function argument({ arguments: given = [] }: DirectiveNode, name: string): unknown {
  const value = given.find((node) => node.name.value === name)?.value;
  return value !== undefined && 'value' in value ? value.value : undefined;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
