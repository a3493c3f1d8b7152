/**
 * The bounds of `limits` on an operation's text: depth, height (fields in all), aliases, root fields. Each fragment is
 * measured once and counts wherever it is spread, so that the check itself takes linear time.
 */
import { ClientError, type ErrorCode } from '@selvedge/errors';
import { Kind, type DocumentNode, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { LimitsConfig } from '../config/schema.js';

export type CheckLimits = (document: DocumentNode, definition: OperationDefinitionNode) => void;

/** @returns a function that throws a ClientError for the first limit that is exceeded */
export function operationLimits(config: LimitsConfig): CheckLimits {
  const limits = (
    [
      ['MAX_DEPTH_LIMIT', 'depth', config.max_depth],
      ['MAX_HEIGHT_LIMIT', 'height', config.max_height],
      ['MAX_ALIASES_LIMIT', 'aliases', config.max_aliases],
      ['MAX_ROOT_FIELDS_LIMIT', 'rootFields', config.max_root_fields],
    ] as const
  ).flatMap(([code, measure, max]) => (max === undefined ? [] : [{ code, measure, max }]));
  const withinLimits = new WeakSet<OperationDefinitionNode>();
  return (document, definition) => {
    if (limits.length === 0 || withinLimits.has(definition)) return;
    const extent = new ExtentMeasurer(document).operation(definition);
    for (const { code, measure, max } of limits)
      if (extent[measure] > max) refuse(code, measure, max, extent[measure]);
    withinLimits.add(definition);
  };
}

interface Extent {
  readonly depth: number;
  readonly height: number;
  readonly aliases: number;
  /** Fields at this level, those of fragments included. */
  readonly rootFields: number;
}

class ExtentMeasurer {
  private readonly fragments = new Map<string, Extent>();

  constructor(private readonly document: DocumentNode) {}

  operation(definition: OperationDefinitionNode): Extent {
    return this.selectionSet(definition.selectionSet);
  }

  private selectionSet(set: SelectionSetNode): Extent {
    const parts = set.selections.map((selection): Extent => {
      switch (selection.kind) {
        case Kind.FIELD: {
          const inner = selection.selectionSet ? this.selectionSet(selection.selectionSet) : nothing;
          return {
            depth: inner.depth + 1,
            height: inner.height + 1,
            aliases: inner.aliases + (selection.alias ? 1 : 0),
            rootFields: 1,
          };
        }
        case Kind.INLINE_FRAGMENT:
          return this.selectionSet(selection.selectionSet);
        case Kind.FRAGMENT_SPREAD:
          return this.fragment(selection.name.value);
      }
    });
    return parts.reduce(add, nothing);
  }

  private fragment(name: string): Extent {
    const known = this.fragments.get(name);
    if (known !== undefined) return known;
    const node = this.document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name,
    );
    const extent = node?.kind === Kind.FRAGMENT_DEFINITION ? this.selectionSet(node.selectionSet) : nothing;
    this.fragments.set(name, extent);
    return extent;
  }
}

const nothing: Extent = { depth: 0, height: 0, aliases: 0, rootFields: 0 };

function add(left: Extent, right: Extent): Extent {
  return {
    depth: Math.max(left.depth, right.depth),
    height: left.height + right.height,
    aliases: left.aliases + right.aliases,
    rootFields: left.rootFields + right.rootFields,
  };
}

const nameOf = {
  depth: 'a depth',
  height: 'a height',
  aliases: 'a number of aliases',
  rootFields: 'a number of root fields',
} as const;

function refuse(code: ErrorCode, measure: keyof typeof nameOf, max: number, got: number): never {
  throw new ClientError(
    code,
    `expected an operation with ${nameOf[measure]} of at most ${max} but got ${got}`,
  );
}
