/** What a fetch asks for, by response key; `null`: a leaf. Types that may be at one place share one: it says what may be there. */
import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import { clientVariable } from '../planner/data-names.js';
import type { Rewrite } from './rewrites.js';
import { guardOf, type Guard } from './selections.js';

export interface SelectionTree extends ReadonlyMap<string, SelectionTree | null> {
  /** By response key: what must hold for it to be asked for, one of them; a key that is not in it always is. */
  readonly guards: ReadonlyMap<string, readonly Guard[]>;
}

/**
 * @param conditions of the fetch
 * @returns the selections of the operation's root, or of `_entities` where it asks for entities
 */
export function selectionTree(
  document: DocumentNode,
  isEntityFetch: boolean,
  conditions: Guard = [],
): SelectionTree {
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const tree = new MutableTree();
  if (operation === undefined) return tree;
  const entities = operation.selectionSet.selections.find(
    (node) => node.kind === Kind.FIELD && node.name.value === '_entities',
  );
  const selectionSet =
    isEntityFetch && entities?.kind === Kind.FIELD ? entities.selectionSet : operation.selectionSet;
  if (selectionSet !== undefined) collect(selectionSet, { fragments, into: tree, guard: conditions });
  return tree;
}

/** The tree of data whose keys the rewrites have renamed. A renamed key stays as well: not every type has it renamed. */
export function withRenamedKeys(tree: SelectionTree, rewrites: readonly Rewrite[]): SelectionTree {
  return rewrites.reduce((renamed, rewrite) => {
    if (rewrite.kind !== 'KeyRenamer') return renamed;
    const path = rewrite.path.filter((step) => !step.startsWith('... on '));
    return withRenamedKey(renamed, path, rewrite.renameKeyTo);
  }, tree);
}

class MutableTree extends Map<string, SelectionTree | null> implements SelectionTree {
  readonly guards: Map<string, readonly Guard[]>;

  constructor(tree?: SelectionTree) {
    super(tree);
    this.guards = new Map(tree?.guards);
  }

  /** @param guard `null`: never */
  guard(key: string, guard: Guard | null): void {
    const known = this.has(key) ? this.guards.get(key) : [];
    if (guard?.length === 0) this.guards.delete(key);
    else if (known !== undefined) this.guards.set(key, guard === null ? known : [...known, guard]);
  }

  /** The inner tree of the key, which is only this tree's. */
  inner(key: string): MutableTree {
    const known = this.get(key);
    if (known instanceof MutableTree) return known;
    const inner = new MutableTree();
    this.set(key, inner);
    return inner;
  }
}

interface Collecting {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly into: MutableTree;
  /** Of all around the selections; `null`: they are never asked for. */
  readonly guard: Guard | null;
}

function collect({ selections }: SelectionSetNode, collecting: Collecting): void {
  const { fragments, into } = collecting;
  for (const selection of selections) {
    const guard = collecting.guard && withClientVariables(guardOf(selection, collecting.guard));
    switch (selection.kind) {
      case Kind.FIELD: {
        const key = selection.alias?.value ?? selection.name.value;
        into.guard(key, guard);
        // Within an object that is there, its own conditions have held.
        if (selection.selectionSet === undefined) into.set(key, null);
        else collect(selection.selectionSet, { fragments, into: into.inner(key), guard });
        break;
      }
      case Kind.INLINE_FRAGMENT:
        collect(selection.selectionSet, { fragments, into, guard });
        break;
      case Kind.FRAGMENT_SPREAD: {
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) collect(fragment.selectionSet, { fragments, into, guard });
        break;
      }
    }
  }
}

/** A fetch may call a variable otherwise. */
function withClientVariables(guard: Guard | null): Guard | null {
  if (guard === null) return null;
  return guard.map(({ variable, expected }) => ({ variable: clientVariable(variable), expected }));
}

function withRenamedKey(tree: SelectionTree, path: readonly string[], to: string): SelectionTree {
  const [key, ...rest] = path;
  if (key === undefined) return tree;
  const inner = tree.get(key);
  if (inner === undefined) return tree;
  const renamed = new MutableTree(tree);
  if (rest.length > 0) {
    if (inner !== null) renamed.set(key, withRenamedKey(inner, rest, to));
    return renamed;
  }
  const guards = tree.guards.get(key);
  for (const guard of guards ?? [[]]) renamed.guard(to, guard);
  renamed.set(to, merged(tree.get(to), inner));
  return renamed;
}

function merged(left: SelectionTree | null | undefined, right: SelectionTree | null): SelectionTree | null {
  if (left == null) return right;
  if (right === null) return left;
  const both = new MutableTree(left);
  for (const [key, inner] of right) {
    for (const guard of right.guards.get(key) ?? [[]]) both.guard(key, guard);
    both.set(key, merged(both.get(key), inner));
  }
  return both;
}
