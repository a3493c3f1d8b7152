/** What a fetch asks for, by response key; `null`: a leaf. Types that may be at one place share one: it says what may be there. */
import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import type { Rewrite } from './rewrites.js';

export type SelectionTree = ReadonlyMap<string, SelectionTree | null>;

/** @returns the selections of the operation's root, or of `_entities` where it asks for entities */
export function selectionTree(document: DocumentNode, isEntityFetch: boolean): SelectionTree {
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const tree: MutableTree = new Map();
  if (operation !== undefined) collect(operation.selectionSet, fragments, tree);
  return isEntityFetch ? (tree.get('_entities') ?? new Map()) : tree;
}

/** The tree of data whose keys the rewrites have renamed. A renamed key stays as well: not every type has it renamed. */
export function withRenamedKeys(tree: SelectionTree, rewrites: readonly Rewrite[]): SelectionTree {
  return rewrites.reduce((renamed, rewrite) => {
    if (rewrite.kind !== 'KeyRenamer') return renamed;
    const path = rewrite.path.filter((step) => !step.startsWith('... on '));
    return withRenamedKey(renamed, path, rewrite.renameKeyTo);
  }, tree);
}

type MutableTree = Map<string, MutableTree | null>;

function collect(
  selectionSet: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  into: MutableTree,
): void {
  for (const selection of selectionSet.selections) {
    switch (selection.kind) {
      case Kind.FIELD: {
        const key = selection.alias?.value ?? selection.name.value;
        if (selection.selectionSet === undefined) {
          into.set(key, null);
          break;
        }
        const inner = into.get(key) ?? new Map<string, MutableTree | null>();
        collect(selection.selectionSet, fragments, inner);
        into.set(key, inner);
        break;
      }
      case Kind.INLINE_FRAGMENT:
        collect(selection.selectionSet, fragments, into);
        break;
      case Kind.FRAGMENT_SPREAD: {
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) collect(fragment.selectionSet, fragments, into);
        break;
      }
    }
  }
}

function withRenamedKey(tree: SelectionTree, path: readonly string[], to: string): SelectionTree {
  const [key, ...rest] = path;
  if (key === undefined) return tree;
  const inner = tree.get(key);
  if (inner === undefined) return tree;
  if (rest.length === 0) return new Map([...tree, [to, merged(tree.get(to), inner)]]);
  if (inner === null) return tree;
  return new Map([...tree, [key, withRenamedKey(inner, rest, to)]]);
}

function merged(left: SelectionTree | null | undefined, right: SelectionTree | null): SelectionTree | null {
  if (left == null) return right;
  if (right === null) return left;
  const both = new Map(left);
  for (const [key, inner] of right) both.set(key, merged(both.get(key), inner));
  return both;
}
