/**
 * The plan's rewrites: small changes to what is sent and to what came back. Input rewrites set the `__typename` that a
 * subgraph knows an entity by; output rewrites give back the names of fields that had to be renamed because two types
 * have them with types that do not merge. They run on values of our own making or that nobody has seen yet.
 */
import type { TypeRelations } from './type-relations.js';

export type Rewrite = ValueSetter | KeyRenamer;

export interface ValueSetter {
  readonly kind: 'ValueSetter';
  readonly path: readonly string[];
  readonly setValueTo: unknown;
}

export interface KeyRenamer {
  readonly kind: 'KeyRenamer';
  readonly path: readonly string[];
  readonly renameKeyTo: string;
}

/** Changes `value` in place. */
export function applyRewrites(types: TypeRelations, rewrites: readonly Rewrite[], value: unknown): void {
  for (const rewrite of rewrites) {
    const field = rewrite.path.at(-1);
    if (field !== undefined) applyAt(types, rewrite.path.slice(0, -1), value, rewriter(rewrite, field));
  }
}

/** The same place by the keys that rewrites give back, of a path by the keys that a subgraph was asked for. */
export function pathAfter(
  rewrites: readonly Rewrite[],
  path: readonly (string | number)[],
): readonly (string | number)[] {
  return rewrites.reduce((renamed, rewrite) => {
    if (rewrite.kind !== 'KeyRenamer') return renamed;
    const keys = rewrite.path.filter((step) => !step.startsWith(typeConditionPrefix));
    const places = renamed.flatMap((step, index) => (typeof step === 'string' ? [index] : []));
    const last = places[keys.length - 1];
    if (last === undefined || keys.some((key, depth) => renamed[places[depth] ?? -1] !== key)) return renamed;
    return renamed.map((step, index) => (index === last ? rewrite.renameKeyTo : step));
  }, path);
}

export const typeConditionPrefix = '... on ';

function rewriter(rewrite: Rewrite, field: string): (object: JsonObject) => void {
  if (rewrite.kind === 'ValueSetter') {
    return (object) => {
      object[field] = rewrite.setValueTo;
    };
  }
  return (object) => {
    const value = object[field];
    if (value === undefined) return;
    object[rewrite.renameKeyTo] = value;
    object[field] = undefined;
  };
}

function applyAt(
  types: TypeRelations,
  path: readonly string[],
  value: unknown,
  change: (object: JsonObject) => void,
): void {
  if (Array.isArray(value)) {
    for (const item of value) applyAt(types, path, item, change);
    return;
  }
  if (!isObject(value)) return;
  const [step, ...rest] = path;
  if (step === undefined) {
    change(value);
    return;
  }
  if (!step.startsWith(typeConditionPrefix)) {
    applyAt(types, rest, value[step], change);
    return;
  }
  const typename = value['__typename'];
  const condition = step.slice(typeConditionPrefix.length);
  // Without a name, the type is what the selection around it says, and the rewrite was made for that.
  if (typeof typename !== 'string' || types.isOfType(typename, condition))
    applyAt(types, rest, value, change);
}

type JsonObject = Record<string, unknown>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}
