import { withNeeds } from '../look-ahead/needs.js';
import type { Property } from '../reads/read.js';

/** A stub of an entity that another subgraph resolves: its name, and the fields that this subgraph knows of it. */
export type EntityRef<Name extends string, P, M extends Readonly<Record<string, Property<P>>>> = {
  __typename: Name;
} & {
  [F in keyof M]: Exclude<Required<P>[M[F]], null>;
};

/** Null where a column that the stub is made of may be. */
type NullIfNullable<P, M extends Readonly<Record<string, Property<P>>>> = null extends Required<P>[M[keyof M]]
  ? null
  : never;

/**
 * A field that names an entity of another subgraph by columns of this row. Null where one of them is null.
 *
 * @example author: entityRef('User', { id: 'authorId' })
 */
export function entityRef<
  Name extends string,
  P extends object,
  const M extends Readonly<Record<string, Property<P>>>,
>(typename: Name, fields: M): (parent: P) => EntityRef<Name, P, M> | NullIfNullable<P, M> {
  const mapping = Object.entries(fields);
  function resolve(parent: P): Record<string, unknown> | null {
    const stub: Record<string, unknown> = { __typename: typename };
    for (const [field, property] of mapping) {
      const value = parent[property];
      if (value === undefined)
        throw new Error(`expected the row to have "${property}" but it was not loaded`);
      if (value === null) return null;
      stub[field] = value;
    }
    return stub;
  }
  refs.set(resolve, { typename, mapping });
  // The mapped type says field by field what the loop builds.
  return withNeeds(
    resolve as (parent: P) => EntityRef<Name, P, M> | NullIfNullable<P, M>,
    Object.values(fields),
  );
}

/** What a stub is made of, for those who compile it instead of calling it. */
export interface RefShape {
  readonly typename: string;
  /** Field of the stub, property of the row. */
  readonly mapping: readonly (readonly [string, string])[];
}

const refs = new WeakMap<object, RefShape>();

/** What the resolver makes; undefined for one that `entityRef` has not made. */
export function refShapeOf(resolver: object): RefShape | undefined {
  return refs.get(resolver);
}
