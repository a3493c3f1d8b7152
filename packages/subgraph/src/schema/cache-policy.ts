// How long an operation's answer may be kept, from the `@cacheControl` of the types and fields that it selects; the strictest
// wins. Computed once per operation from its text alone: Apollo's plugin does the same per resolved field of every request,
// which costs a wrapper around each resolver, and is laxer where a null hides a strict field below it.
// Rules: Apollo Server documentation, "Server-side caching", section "Default maxAge".
import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  type ConstDirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  OperationTypeNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** How long an answer may be kept, and by whom. */
export interface CachePolicy {
  /** Seconds; 0 for an answer that must not be kept. */
  readonly maxAge: number;
  readonly isPrivate: boolean;
}

/** The value of the `Cache-Control` header. */
export function cacheControlHeader(policy: CachePolicy): string {
  return policy.maxAge > 0
    ? `max-age=${policy.maxAge}, ${policy.isPrivate ? 'private' : 'public'}`
    : 'no-store';
}

/** The strictest of all hints on what the operation selects; nothing but queries may be kept. */
export function cachePolicy(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CachePolicy {
  const root = schema.getRootType(operation.operation);
  if (root == null || operation.operation !== OperationTypeNode.QUERY) return { maxAge: 0, isPrivate: true };
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const walk = new PolicyWalk(schema, fragments);
  walk.visit(operation.selectionSet, root, true);
  return { maxAge: Number.isFinite(walk.maxAge) ? walk.maxAge : 0, isPrivate: walk.isPrivate };
}

interface Hint {
  readonly maxAge: number | undefined;
  readonly isPrivate: boolean;
  readonly inherits: boolean;
}

class PolicyWalk {
  maxAge = Infinity;
  isPrivate = false;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  ) {}

  visit(set: SelectionSetNode, type: GraphQLNamedType, isRoot: boolean): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const field =
          isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
        if (field === undefined) continue;
        this.#restrictByField(field, isRoot);
        if (selection.selectionSet !== undefined)
          this.visit(selection.selectionSet, getNamedType(field.type), false);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
      if (fragment === undefined) continue;
      const condition = fragment.typeCondition?.name.value;
      const narrowed = condition === undefined ? type : (this.schema.getType(condition) ?? type);
      // An entity's own hint: `_entities` itself returns a union, which has none.
      if (narrowed !== type) this.#restrictByHint(hintOf(directivesOf(narrowed)));
      this.visit(fragment.selectionSet, narrowed, isRoot);
    }
  }

  #restrictByField(field: GraphQLField<unknown, unknown>, isRoot: boolean): void {
    const target = getNamedType(field.type);
    const ofField = hintOf(field.astNode?.directives);
    const ofType = isCompositeType(target) ? hintOf(directivesOf(target)) : undefined;
    this.isPrivate ||= ofField.isPrivate || ofType?.isPrivate === true;
    const maxAge = ofField.maxAge ?? ofType?.maxAge;
    if (maxAge !== undefined) this.maxAge = Math.min(this.maxAge, maxAge);
    else if (field.name === '_entities') return;
    // Nobody said how long: scalars live as long as their parent, objects and root fields are not kept.
    else if (isRoot || (isCompositeType(target) && !ofField.inherits && ofType?.inherits !== true))
      this.maxAge = 0;
  }

  #restrictByHint(hint: Hint): void {
    this.isPrivate ||= hint.isPrivate;
    if (hint.maxAge !== undefined) this.maxAge = Math.min(this.maxAge, hint.maxAge);
  }
}

function directivesOf(type: GraphQLNamedType): readonly ConstDirectiveNode[] {
  if (!isObjectType(type) && !isInterfaceType(type) && !isUnionType(type)) return [];
  return [
    ...(type.astNode?.directives ?? []),
    ...type.extensionASTNodes.flatMap((node) => node.directives ?? []),
  ];
}

function hintOf(directives: readonly ConstDirectiveNode[] = []): Hint {
  const directive = directives.find(({ name }) => name.value === 'cacheControl');
  const argument = (wanted: string): string | boolean | undefined => {
    const value = directive?.arguments?.find(({ name }) => name.value === wanted)?.value;
    return value !== undefined && 'value' in value ? value.value : undefined;
  };
  const maxAge = argument('maxAge');
  return {
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
    isPrivate: argument('scope') === 'PRIVATE',
    inherits: argument('inheritMaxAge') === true,
  };
}
