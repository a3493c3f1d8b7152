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
