// A subgraph's schema in which all that is public may be kept, and for one time.
import {
  Kind,
  parse,
  print,
  visit,
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type ObjectTypeDefinitionNode,
} from 'graphql';

/** @param maxAge seconds. What is `PRIVATE` is left as it is. */
export function withLifetimes(sdl: string, maxAge: number): string {
  const lasting = <Node extends { readonly directives?: readonly ConstDirectiveNode[] }>(node: Node): Node =>
    isPrivate(node) ? node : { ...node, directives: [...others(node), hint(maxAge)] };
  const ofType = (node: ObjectTypeDefinitionNode): ObjectTypeDefinitionNode => ({
    ...lasting(node),
    fields: node.fields?.map((field) => (hasHint(field) ? lasting(field) : field)) ?? [],
  });
  return print(
    visit(parse(sdl), {
      ObjectTypeDefinition: (node) => {
        if (node.name.value === 'Mutation') return undefined;
        // A type's hint does not hold for the fields of Query.
        return node.name.value === 'Query'
          ? { ...node, fields: node.fields?.map(lasting) ?? [] }
          : ofType(node);
      },
      InterfaceTypeDefinition: (node) => lasting(node),
      UnionTypeDefinition: (node) => lasting(node),
    }),
  );
}

function others({
  directives = [],
}: {
  readonly directives?: readonly ConstDirectiveNode[];
}): ConstDirectiveNode[] {
  return directives.filter(({ name }) => name.value !== 'cacheControl');
}

function hasHint({ directives = [] }: FieldDefinitionNode): boolean {
  return directives.some(({ name }) => name.value === 'cacheControl');
}

function isPrivate({ directives = [] }: { readonly directives?: readonly ConstDirectiveNode[] }): boolean {
  return directives.some(
    ({ name, arguments: given = [] }) =>
      name.value === 'cacheControl' &&
      given.some(({ value }) => value.kind === Kind.ENUM && value.value === 'PRIVATE'),
  );
}

function hint(maxAge: number): ConstDirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'cacheControl' },
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: 'maxAge' },
        value: { kind: Kind.INT, value: String(maxAge) },
      },
    ],
  };
}
