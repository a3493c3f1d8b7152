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
];
