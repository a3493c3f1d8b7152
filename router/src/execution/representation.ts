/** The planner's `requires`: the selections that name an entity to a subgraph, with what the subgraph needs of it besides. */
export type Representation = RepresentationField | RepresentationFragment;

export interface RepresentationField {
  readonly kind: 'Field';
  readonly name: string;
  readonly alias?: string;
  readonly selections?: readonly Representation[];
}

export interface RepresentationFragment {
  readonly kind: 'InlineFragment';
  readonly typeCondition?: string;
  readonly selections: readonly Representation[];
}

/** Those that the representations of every type have. */
export function requiredLeaves(requires: readonly Representation[]): ReadonlySet<string> {
  let common: ReadonlySet<string> | undefined;
  for (const fragment of requires) {
    if (fragment.kind !== 'InlineFragment') return new Set();
    const keys = fragment.selections.flatMap((field) =>
      field.kind === 'Field' && field.selections === undefined ? [field.alias ?? field.name] : [],
    );
    const before: ReadonlySet<string> | undefined = common;
    common = new Set(before === undefined ? keys : keys.filter((key) => before.has(key)));
  }
  return common ?? new Set();
}
