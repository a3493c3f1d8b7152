/**
 * Faults to be seeded, one at a time, into a copy of the router: each is a small edit of the kind that a person makes by
 * mistake. `faults.test.ts` shows that the differential test catches every one.
 */
export interface Fault {
  readonly id: string;
  /** Below `router/src`. */
  readonly file: string;
  /** Occurs once in the file. */
  readonly search: string;
  readonly replacement: string;
  /** The first supergraph, where the test's own first ones do not show it. */
  readonly seed?: number;
}

export const faults: readonly Fault[] = [
  {
    id: 'labels/the-wrong-way-round',
    file: 'planner/override-labels.ts',
    search: 'place < percent',
    replacement: 'place >= percent',
  },
  {
    id: 'requires/renamed-to-nothing',
    file: 'planner/restore-required.ts',
    search: "kind: 'KeyRenamer', path: here, renameKeyTo: field.name",
    replacement: "kind: 'KeyRenamer', path: here, renameKeyTo: `${field.name}_`",
  },
  {
    id: 'merge/the-first-entity-for-all',
    file: 'execution/results.ts',
    search: 'if (entity !== undefined) position[slot] = result.entities[entity] ?? undefined;',
    replacement: 'if (entity !== undefined) position[slot] = result.entities[0] ?? undefined;',
  },
  {
    id: 'merge/the-next-entity',
    file: 'execution/host-index.ts',
    search: 'this.entities[index] ?? undefined',
    replacement: 'this.entities[index + 1] ?? undefined',
  },
  {
    id: 'merge/groups-of-any-text',
    file: 'execution/fetch-groups.ts',
    search: 'fetch.template === other.template &&',
    replacement: 'fetch.subgraph === other.subgraph &&',
  },
  {
    id: 'merge/leaves-as-objects',
    file: 'execution/data-tree.ts',
    search: 'if (selections !== null) this.child(key).add',
    replacement: 'if (selections === null) this.child(key).add',
  },
  {
    id: 'nulls/leaf',
    file: 'execution/write-answer.ts',
    search: "if (!shape.isNonNull) return 'null';",
    replacement: "if (shape.isNonNull) return 'null';",
  },
  {
    id: 'skip/include-is-skip',
    file: 'execution/selections.ts',
    search: "['include', true],",
    replacement: "['include', false],",
  },
  {
    id: 'skip/any-guard',
    file: 'execution/selections.ts',
    search: 'guards.some((guard) => guard.every(',
    replacement: 'guards.some((guard) => guard.some(',
  },
  {
    id: 'skip/order-of-places',
    file: 'execution/selections.ts',
    search: 'left.at - right.at',
    replacement: 'right.at - left.at',
  },
  {
    id: 'skip/left-out-requirement',
    file: 'execution/results.ts',
    search: '!holds(guards, this.variables)',
    replacement: 'holds(guards, this.variables)',
  },
  {
    id: 'representations/null-is-nothing',
    file: 'execution/representations.ts',
    search: '    found = null;\n',
    replacement: '    found = undefined;\n',
    seed: 3,
  },
  {
    id: 'rewrites/output-keys',
    file: 'execution/rewrites.ts',
    search: 'object[rewrite.renameKeyTo] = value;',
    replacement: 'object[rewrite.renameKeyTo] = null;',
  },
  {
    id: 'mutations/steps-the-wrong-way-round',
    file: 'planner/mutation-steps.ts',
    search: 'steps: [...changes.values()].map(',
    replacement: 'steps: [...changes.values()].reverse().map(',
  },
];
