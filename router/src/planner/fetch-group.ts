/** What Apollo's planner keeps to itself and `mended-planner.ts` has to reach, as far as it is needed there. */
import {
  federationMetadata,
  type CompositeType,
  type FieldDefinition,
  type OperationPath,
  type SelectionSet,
} from '@apollo/federation-internals';

/** A fetch while the plan is made, in `buildPlan.js`. */
export interface FetchGroup {
  readonly subgraphName: string;
  readonly mergeAt?: readonly string[];
  readonly selection: SelectionSet;
  /** What its representations are made of; undefined: it begins at a root type. */
  readonly inputs?: {
    readonly usedContexts: ReadonlyMap<string, unknown>;
    contains(other: unknown): boolean;
    /** Of the supergraph, one for each type. */
    selectionSets(): readonly SelectionSet[];
  };
  /** The path is that of its objects in the parent's answer, types included. */
  parents(): readonly { readonly group: FetchGroup; readonly path?: OperationPath }[];
  addInputs(selection: SelectionSet, rewrites?: readonly unknown[]): void;
  canMergeChildIn(child: FetchGroup): boolean;
  canMergeGrandChildIn(grandChild: FetchGroup): boolean;
  canMergeSiblingIn(sibling: FetchGroup): boolean;
}

export function isFetchGroup(value: unknown): value is FetchGroup {
  return typeof value === 'object' && value !== null && 'canMergeChildIn' in value;
}

/** Whether the field has `@requires`. */
export function hasRequirement(field: FieldDefinition<CompositeType>): boolean {
  const metadata = federationMetadata(field.schema());
  return metadata !== undefined && field.hasAppliedDirective(metadata.requiresDirective());
}

/** Replaces a method by one that is given the original, bound to the same object. */
export function wrap<Prototype extends object, Name extends keyof Prototype>(
  prototype: Prototype,
  name: Name,
  replacement: Prototype[Name] extends (...parameters: infer Parameters) => infer Result
    ? (this: Prototype, original: Prototype[Name], ...parameters: Parameters) => Result
    : never,
): void {
  const original = prototype[name] as (...parameters: unknown[]) => unknown;
  const wrapped = function (this: Prototype, ...parameters: unknown[]): unknown {
    return (replacement as (...all: unknown[]) => unknown).call(this, original.bind(this), ...parameters);
  };
  Object.defineProperty(prototype, name, { value: wrapped, writable: true, configurable: true });
}
