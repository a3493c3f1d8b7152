// For how long an operation's answer may be served without being proven to be new enough: a staleness that the schema grants by
// name, with `@mayBeStale(seconds: …)` on types and fields. The least of all that the operation selects counts, and what
// nobody granted anything has none.
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  OperationTypeNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** In seconds; 0: it is always to be proven. */
export function stalenessOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): number {
  const root = schema.getRootType(operation.operation);
  // Most schemas grant none: no need to look at each field.
  if (
    root == null ||
    operation.operation !== OperationTypeNode.QUERY ||
    schema.getDirective(directiveName) == null
  )
    return 0;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const least = new StalenessWalk(schema, fragments).least(operation.selectionSet, root, 0);
  return Number.isFinite(least) ? least : 0;
}

const directiveName = 'mayBeStale';

class StalenessWalk {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  ) {}

  /** @param inherited what was granted to the object, and with it to its scalars */
  least(set: SelectionSetNode, type: GraphQLNamedType, inherited: number): number {
    let least = Infinity;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value !== '__typename')
          least = Math.min(
            least,
            this.#ofField(selection.name.value, selection.selectionSet, type, inherited),
          );
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
      if (fragment === undefined) return 0;
      const condition = fragment.typeCondition?.name.value;
      const narrowed = condition === undefined ? type : (this.schema.getType(condition) ?? type);
      // An entity's own grant: `_entities` returns a union, which has none.
      const granted = narrowed === type ? inherited : this.#ofType(narrowed);
      least = Math.min(least, this.least(fragment.selectionSet, narrowed, granted));
    }
    return least;
  }

  #ofField(
    name: string,
    set: SelectionSetNode | undefined,
    type: GraphQLNamedType,
    inherited: number,
  ): number {
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    if (field === undefined) return 0;
    const target = getNamedType(field.type);
    const own = grantOf(field.astNode?.directives);
    if (set === undefined || !isCompositeType(target)) return own ?? inherited;
    if (name === '_entities') return this.least(set, target, 0);
    const granted = own ?? this.#ofType(target);
    return Math.min(granted, this.least(set, target, granted));
  }

  /** Of an abstract type, the least of all that its values may be of. */
  #ofType(type: GraphQLNamedType): number {
    const own = grantOf(directivesOf(type)) ?? 0;
    if (!isAbstractType(type)) return own;
    return Math.min(own, ...this.schema.getPossibleTypes(type).map((each) => this.#ofType(each)));
  }
}

function directivesOf(type: GraphQLNamedType): readonly ConstDirectiveNode[] {
  if (!isObjectType(type) && !isInterfaceType(type) && !isUnionType(type)) return [];
  return [
    ...(type.astNode?.directives ?? []),
    ...type.extensionASTNodes.flatMap((node) => node.directives ?? []),
  ];
}

function grantOf(directives: readonly ConstDirectiveNode[] = []): number | undefined {
  const directive = directives.find(({ name }) => name.value === directiveName);
  const value = directive?.arguments?.find(({ name }) => name.value === 'seconds')?.value;
  return value?.kind === Kind.INT ? Math.max(0, Number(value.value)) : undefined;
}
