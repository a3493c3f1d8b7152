/**
 * Faults to be seeded, one at a time, into a copy of the router: each is a small edit of the kind that a person makes by
 * mistake. `faults.test.ts` shows that the tests named catch every one.
 */
import { faultsOfSharing } from './faults-of-sharing.js';

export interface Fault {
  readonly id: string;
  /** What is wrong with it, where the id does not say. */
  readonly what?: string;
  /** Below `router/src`, or below the root where it begins with `packages/`. */
  readonly file: string;
  /** Occurs once in the file. */
  readonly search: string;
  readonly replacement: string;
  /** The test file that catches it, likewise; none: the differential test. */
  readonly suite?: string;
  /** A part of the name of the test that catches it; none: any of the file. */
  readonly test?: string;
  /** For the differential test: the supergraph that shows it, where it is not the first. */
  readonly seed?: number;
}

const inMerging: readonly Fault[] = [
  {
    id: 'labels/the-wrong-way-round',
    file: 'planner/override-labels.ts',
    search: 'place < percent',
    replacement: 'place >= percent',
    seed: 2,
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
    suite: 'execution/fetch-groups.test.ts',
  },
  {
    id: 'merge/leaves-as-objects',
    file: 'execution/data-tree.ts',
    search: 'if (selections !== null) this.child(key).add',
    replacement: 'if (selections === null) this.child(key).add',
  },
  {
    id: 'merge/an-interface-name-before-an-object-name',
    file: 'execution/results.ts',
    search: 'if (this.types.isObject(name)) return name;',
    replacement: 'return name;',
    suite: 'execution/results.test.ts',
  },
  {
    id: 'merge/lists-side-by-side-at-index-0',
    file: 'execution/write-answer.ts',
    search: 'Array.isArray(value) ? value[index] : undefined,',
    replacement: 'Array.isArray(value) ? value[0] : undefined,',
    suite: 'execution/results.test.ts',
  },
  {
    id: 'merge/lists-walked-at-index-0',
    file: 'execution/positions.ts',
    search: 'Array.isArray(value) ? value[index] : undefined));',
    replacement: 'Array.isArray(value) ? value[0] : undefined));',
    suite: 'execution/places.test.ts',
  },
  {
    id: 'merge/the-text-of-another',
    file: 'execution/write-answer.ts',
    search: 'json.repeat(ranges[2 * entity] ?? end, end);',
    replacement: 'json.repeat(ranges[0] ?? end, end);',
    suite: 'execution/results.test.ts',
  },
  {
    id: 'merge/types-of-entities-mixed',
    file: 'execution/host-index.ts',
    search: "this.valuesOf(host['__typename']) ?? this.newType(host['__typename'])",
    replacement: "this.valuesOf('') ?? this.newType('')",
  },
  {
    id: 'merge/equal-where-not-all-is-named',
    file: 'execution/shape.ts',
    search: 'inner === null && required.has(key)',
    replacement: 'inner === null || required.has(key)',
    suite: 'execution/results.test.ts',
  },
  {
    id: 'merge/decided-by-one-of-two-keys',
    file: 'execution/determinant.ts',
    search: 'if (determinant === undefined || others.length > 0) return null;',
    replacement: 'if (determinant === undefined || others.length > 1) return null;',
    suite: 'execution/determinant.test.ts',
  },
  {
    id: 'merge/a-gap-stays',
    file: 'execution/run-plan.ts',
    search: 'hosts: new HostsInstead(gaps, result.hosts),',
    replacement: 'hosts: result.hosts,',
    suite: 'execution/results.test.ts',
  },
  {
    id: 'merge/groups-that-wait-for-themselves',
    file: 'execution/fetch-groups.ts',
    search: 'return this.reaches(a, b) || this.reaches(b, a);',
    replacement: 'return this.reaches(a, b);',
    suite: 'execution/fetch-groups.test.ts',
  },
  {
    id: 'merge/a-deeper-plan',
    file: 'execution/fetch-groups.ts',
    search: 'if (this.depth() <= depth) return;',
    replacement: 'if (this.depth() > 0) return;',
    suite: 'execution/fetch-groups.test.ts',
  },
  {
    id: 'merge/a-number-for-its-text',
    file: 'execution/host-index.ts',
    search: 'values.set(value, this.hosts.push(host) - 1);',
    replacement: 'values.set(String(value), this.hosts.push(host) - 1);',
    suite: 'execution/host-index.test.ts',
  },
];

const inNulls: readonly Fault[] = [
  {
    id: 'nulls/leaf',
    file: 'execution/write-answer.ts',
    search: "if (shape.isNonNull) this.note('null', field, true);",
    replacement: "if (!shape.isNonNull) this.note('null', field, true);",
  },
  {
    id: 'nulls/a-non-null-object-stays',
    file: 'execution/write-answer.ts',
    search: 'this.writeFields(type, position) || this.takeBack(shape, start);',
    replacement: 'this.writeFields(type, position) || this.takeBack({ ...shape, isNonNull: false }, start);',
    suite: 'execution/write-answer.test.ts',
  },
  {
    id: 'nulls/a-list-keeps-it',
    file: 'execution/write-answer.ts',
    search: 'return isWhole || this.takeBack(shape, start);',
    replacement: 'return isWhole || this.takeBack({ ...shape, isNonNull: false }, start);',
    suite: 'execution/write-answer.test.ts',
  },
  {
    id: 'nulls/half-an-object-stays',
    file: 'execution/write-answer.ts',
    search: 'this.json.backTo(start);',
    replacement: '',
    seed: 4,
  },
  {
    id: 'representations/null-is-nothing',
    file: 'execution/representations.ts',
    search: '    found = null;\n',
    replacement: '    found = undefined;\n',
    seed: 6,
  },
];

const inConditions: readonly Fault[] = [
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
    suite: 'execution/results.test.ts',
  },
  {
    id: 'skip/conditions-of-a-fetch',
    file: 'execution/run-plan.ts',
    search: 'coercedVariables[variable] === expected',
    replacement: 'coercedVariables[variable] !== expected',
  },
  {
    id: 'fragments/for-all-types',
    file: 'execution/selections.ts',
    search: 'if (condition === undefined || condition === this.type.name) return true;',
    replacement: 'if (condition !== this.context.schema.getMutationType()?.name) return true;',
  },
];

const inPaths: readonly Fault[] = [
  {
    id: 'names/what-is-hidden-in-errors',
    file: 'execution/hidden-names.ts',
    search: 'this.pattern.test(error.message)',
    replacement: 'this.pattern.test(subgraph)',
    seed: 3,
  },
  {
    id: 'paths/without-indexes',
    file: 'execution/places.ts',
    search: 'walk(depth + 1, inner, [...path, child.key, ...indexes]);',
    replacement: 'walk(depth + 1, inner, [...path, child.key]);',
    suite: 'execution/places.test.ts',
  },
  {
    id: 'paths/by-names-of-fields',
    file: 'execution/places.ts',
    search: 'path.push(field.responseName);',
    replacement: "path.push(field.coordinate.split('.')[1] ?? '');",
    seed: 4,
  },
  {
    id: 'paths/of-the-first-place-only',
    file: 'execution/places.ts',
    search: 'place.entity === entity).slice(0, maxPlacesOfAnError)',
    replacement: 'place.entity === entity).slice(0, 1)',
    suite: 'execution/places.test.ts',
  },
  {
    id: 'paths/of-the-first-entity',
    file: 'execution/places.ts',
    search: 'places.filter((place) => place.entity === entity)',
    replacement: 'places.filter((place) => place.entity === 0)',
    suite: 'execution/places.test.ts',
  },
  {
    id: 'context/one-level-off',
    file: 'execution/representations.ts',
    search: 'ancestors[ancestors.length - 1 - ups]',
    replacement: 'ancestors[ancestors.length - 2 - ups]',
    suite: 'execution/results.test.ts',
  },
  {
    id: 'context/of-the-first-for-all',
    file: 'execution/run-plan.ts',
    search: 'noteHosts(compiled.fetch.node, position, (offsets.get(call) ?? 0) + entity, hosts);',
    replacement: 'noteHosts(compiled.fetch.node, position, entity, hosts);',
    suite: 'execution/results.test.ts',
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

export const faults: readonly Fault[] = [
  ...inMerging,
  ...inNulls,
  ...inConditions,
  ...inPaths,
  ...faultsOfSharing,
];
