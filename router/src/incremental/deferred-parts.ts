/**
 * Which parts of an operation come later, for one request. `@defer(if:)` is decided here, before planning, so that
 * planning and execution know only fragments that are deferred and fragments that are not. Each deferred one gets a label
 * of its own, because a fragment that is spread twice has its `@defer` twice, and neither has to wait for the other.
 */
import {
  Kind,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type InlineFragmentNode,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

export interface DeferredPart {
  /** What the client calls it. */
  readonly clientLabel: string | undefined;
}

export interface OperationInParts {
  /** Equal where the same fragments of the same operation are deferred. */
  readonly key: string;
  /** With the fragments that are deferred as inline fragments with labels of ours, and no other `@defer`. */
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  /** By our label. */
  readonly parts: ReadonlyMap<string, DeferredPart>;
}

/** An operation with more of them is answered whole, as any server may choose to: each costs the planner its time. */
const maxDeferredParts = 50;

/** @returns `null` where nothing of the operation is deferred for these variables */
export function operationInParts(
  document: DocumentNode,
  definition: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): OperationInParts | null {
  let known = prepared.get(definition);
  if (known === undefined) {
    known = { variables: conditionsOf(document), byKey: new Map() };
    prepared.set(definition, known);
  }
  if (known.variables === null) return null;
  const off = known.variables.filter((name) => variables[name] === false);
  const key = `@defer ${off.join(' ')}`;
  let operation = known.byKey.get(key);
  if (operation === undefined) {
    if (known.byKey.size >= maxVariants) known.byKey.clear();
    operation = new Rewriting(document, new Set(off)).result(definition, key);
    known.byKey.set(key, operation);
  }
  return operation;
}

interface Prepared {
  /** Those that `@defer(if:)` depends on; `null`: there is no `@defer`. */
  readonly variables: readonly string[] | null;
  readonly byKey: Map<string, OperationInParts | null>;
}

/** By the parsed operation, which is kept for as long as the client's document is. */
const prepared = new WeakMap<OperationDefinitionNode, Prepared>();
const maxVariants = 16;

function conditionsOf(document: DocumentNode): string[] | null {
  const variables = new Set<string>();
  const directives: DirectiveNode[] = [];
  visit(document, {
    Directive(directive) {
      if (!isNoDefer(directive)) directives.push(directive);
    },
  });
  for (const directive of directives) {
    const condition = argumentOf(directive, 'if');
    if (condition?.kind === Kind.VARIABLE) variables.add(condition.name.value);
  }
  return directives.length === 0 ? null : [...variables].sort();
}

class Rewriting {
  private readonly parts = new Map<string, DeferredPart>();
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly reaching = new Map<string, boolean>();
  /** It is there without any fetch: nothing of it comes later. */
  private isInIntrospection = false;

  constructor(
    document: DocumentNode,
    /** Variables that are false. */
    private readonly off: ReadonlySet<string>,
  ) {
    for (const node of document.definitions) {
      if (node.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(node.name.value, node);
    }
  }

  result(client: OperationDefinitionNode, key: string): OperationInParts | null {
    const selectionSet = this.selectionSet(client.selectionSet);
    const { size } = this.parts;
    if (size === 0 || size > maxDeferredParts) return null;
    const definition = { ...client, selectionSet };
    // A fragment that stays one has no `@defer` that is on.
    const fragments = [...this.fragments.values()]
      .filter(({ name }) => !this.reaches(name.value))
      .map((fragment): FragmentDefinitionNode => visit(fragment, { Directive: withoutDefer }));
    const document = { kind: Kind.DOCUMENT, definitions: [definition, ...fragments] } as const;
    return { key, document, definition, parts: this.parts };
  }

  private selectionSet(set: SelectionSetNode): SelectionSetNode {
    return { ...set, selections: set.selections.map((selection) => this.selection(selection)) };
  }

  private fieldSet(name: string, set: SelectionSetNode): SelectionSetNode {
    const isAround = this.isInIntrospection;
    this.isInIntrospection ||= name.startsWith('__');
    const written = this.selectionSet(set);
    this.isInIntrospection = isAround;
    return written;
  }

  private selection(selection: SelectionNode): SelectionNode {
    // What is refused in the end need not be written out to the end.
    if (this.parts.size > maxDeferredParts) return selection;
    switch (selection.kind) {
      case Kind.FIELD:
        return selection.selectionSet === undefined
          ? selection
          : { ...selection, selectionSet: this.fieldSet(selection.name.value, selection.selectionSet) };
      case Kind.INLINE_FRAGMENT:
        return this.fragment(selection.typeCondition, selection.directives ?? [], selection.selectionSet);
      case Kind.FRAGMENT_SPREAD: {
        const { directives = [] } = selection;
        const fragment = this.fragments.get(selection.name.value);
        if (fragment === undefined) return selection;
        if (!this.isOn(directives) && !this.reaches(selection.name.value))
          return { ...selection, directives: directives.filter(isNoDefer) };
        return this.fragment(fragment.typeCondition, directives, fragment.selectionSet);
      }
    }
  }

  private fragment(
    typeCondition: NamedTypeNode | undefined,
    directives: readonly DirectiveNode[],
    inner: SelectionSetNode,
  ): InlineFragmentNode {
    const condition = typeCondition && { typeCondition };
    const others = directives.filter(isNoDefer);
    if (this.isInIntrospection || !this.isOn(directives)) {
      const selectionSet = this.selectionSet(inner);
      return { kind: Kind.INLINE_FRAGMENT, ...condition, directives: others, selectionSet };
    }
    const label = `p${this.parts.size}`;
    this.parts.set(label, { clientLabel: clientLabelOf(directives) });
    const deferred: InlineFragmentNode = {
      kind: Kind.INLINE_FRAGMENT,
      ...condition,
      directives: [deferDirective(label)],
      selectionSet: this.selectionSet(inner),
    };
    if (others.length === 0) return deferred;
    // Whether it is there at all is decided around it.
    const around: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [deferred] };
    return { kind: Kind.INLINE_FRAGMENT, directives: others, selectionSet: around };
  }

  private isOn(directives: readonly DirectiveNode[]): boolean {
    const directive = directives.find((node) => !isNoDefer(node));
    if (directive === undefined) return false;
    const condition = argumentOf(directive, 'if');
    if (condition?.kind === Kind.VARIABLE) return !this.off.has(condition.name.value);
    return condition?.kind !== Kind.BOOLEAN || condition.value;
  }

  /** Whether a `@defer` that is on is in it, or in what it spreads. */
  private reaches(name: string): boolean {
    const known = this.reaching.get(name);
    if (known !== undefined) return known;
    this.reaching.set(name, false);
    const fragment = this.fragments.get(name);
    const within = ({ selections }: SelectionSetNode): boolean =>
      selections.some((selection) => {
        if (selection.kind === Kind.FIELD)
          return selection.selectionSet !== undefined && within(selection.selectionSet);
        if (this.isOn(selection.directives ?? [])) return true;
        return selection.kind === Kind.INLINE_FRAGMENT
          ? within(selection.selectionSet)
          : this.reaches(selection.name.value);
      });
    const reaches = fragment !== undefined && within(fragment.selectionSet);
    this.reaching.set(name, reaches);
    return reaches;
  }
}

function isNoDefer({ name }: DirectiveNode): boolean {
  return name.value !== 'defer';
}

function withoutDefer(directive: DirectiveNode): null | undefined {
  return isNoDefer(directive) ? undefined : null;
}

function clientLabelOf(directives: readonly DirectiveNode[]): string | undefined {
  const directive = directives.find((node) => !isNoDefer(node));
  const label = directive && argumentOf(directive, 'label');
  return label?.kind === Kind.STRING ? label.value : undefined;
}

function argumentOf(directive: DirectiveNode, name: string) {
  return directive.arguments?.find((argument) => argument.name.value === name)?.value;
}

function deferDirective(label: string): DirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'defer' },
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: 'label' },
        value: { kind: Kind.STRING, value: label },
      },
    ],
  };
}
