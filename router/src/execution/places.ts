/**
 * Where in the client's answer an error of a fetch belongs. A fetch knows its representations by their index; a client
 * knows response keys and list indexes, and one entity may stand in many places of its answer, each of which gets the
 * error. A path ends where it comes to something that the client has not asked for, so that no name of it gets out.
 */
import type { CompiledPlan } from './compiled-plan.js';
import type { DataNode } from './data-tree.js';
import { eachItem } from './positions.js';
import { pathAfter } from './rewrites.js';
import { entityIndex, type Position, type Results } from './results.js';
import type { FailedFetch } from './run-plan.js';
import { objectOf, type ObjectShape } from './shape.js';

export type Path = readonly (string | number)[];

export interface PlacedError {
  readonly error: Error;
  readonly subgraph: string;
  /** `undefined`: of no place in particular. */
  readonly path: Path | undefined;
}

/** A client finds out why a place is empty by the error at that place, hence one for each; but not thousands. */
const maxPlacesOfAnError = 100;

/** An error by the keys of the fetches' answers, which say more than a client has asked for. */
export interface DataError {
  readonly error: Error;
  readonly subgraph: string;
  readonly dataPath: Path | undefined;
  /** Of the fetch. */
  readonly part: string | null;
}

export function placeErrors(
  plan: CompiledPlan,
  results: Results,
  failures: readonly FailedFetch[],
  shape: ObjectShape,
): PlacedError[] {
  const placed: PlacedError[] = [];
  const seen = new Set<string>();
  for (const { error, subgraph, dataPath } of dataErrors(plan, results, failures)) {
    const path = dataPath && clientPath(dataPath, shape);
    const key = JSON.stringify([subgraph, error.message, path]);
    // Two branches of a plan may lead to one place, and one failure to many parts of it.
    if (seen.has(key)) continue;
    seen.add(key);
    placed.push({ error, subgraph, path });
  }
  return placed;
}

/** Each error at each place in the data that it is about. */
export function dataErrors(
  plan: CompiledPlan,
  results: Results,
  failures: readonly FailedFetch[],
): DataError[] {
  const { hidden } = plan;
  const places = new Map<number, EntityPlaces>();
  const found: DataError[] = [];
  for (const failure of failures) {
    const { fetch } = failure.fetch;
    let at = places.get(fetch.index);
    if (at === undefined) {
      at = findPlaces(plan, fetch.index, results);
      places.set(fetch.index, at);
    }
    for (const dataPath of pathsOf(failure, at))
      found.push({
        error: hidden.redact(failure.error.error),
        subgraph: fetch.subgraph,
        dataPath,
        part: fetch.part,
      });
  }
  return found;
}

/** The client's names and indexes, as far as it has asked. */
export function clientPath(dataPath: Path, shape: ObjectShape): Path {
  const path: (string | number)[] = [];
  let object: ObjectShape | null = shape;
  for (const step of dataPath) {
    if (typeof step === 'number') {
      path.push(step);
      continue;
    }
    const field = object?.fieldOf(step);
    if (field === undefined) break;
    path.push(field.responseName);
    object = objectOf(field.value);
  }
  return path;
}

type EntityPlaces = readonly { readonly path: Path; readonly entity: number | undefined }[];

function pathsOf({ fetch, error }: FailedFetch, places: EntityPlaces): (Path | undefined)[] {
  const { requires, template } = fetch.fetch;
  const { entity } = error;
  if (error.path === undefined) return [undefined];
  const path = pathAfter(template.outputRewrites, error.path);
  if (entity !== null) {
    const own = places.filter((place) => place.entity === entity).slice(0, maxPlacesOfAnError);
    return own.map((place) => [...place.path, ...path]);
  }
  if (requires !== null) {
    // Of an entity fetch as a whole: everything that was asked for stays empty.
    const asked = places.filter((place) => place.entity !== undefined).slice(0, maxPlacesOfAnError);
    return asked.length === 0 ? [undefined] : asked.map((place) => place.path);
  }
  const below = path.length === 0 ? template.rootKeys.map((key): Path => [key]) : [path];
  if (below.length === 0) return [undefined];
  return places
    .slice(0, maxPlacesOfAnError)
    .flatMap((place) => below.map((inner) => [...place.path, ...inner]));
}

function findPlaces(plan: CompiledPlan, index: number, results: Results): EntityPlaces {
  const compiled = plan.fetches[index];
  const nodes = compiled?.walk.nodes ?? [];
  const hosts = results.of(index)?.hosts ?? null;
  const places: { path: Path; entity: number | undefined }[] = [];
  const walk = (depth: number, position: Position, path: Path) => {
    const node = nodes[depth];
    const child = nodes[depth + 1];
    if (node === undefined || places.length >= maxPlacesWalked) return;
    if (child === undefined) {
      places.push({ path, entity: hosts === null ? undefined : entityIndex(hosts, node, position) });
      return;
    }
    eachChild(position, child, results, (inner, indexes) => {
      walk(depth + 1, inner, [...path, child.key, ...indexes]);
    });
  };
  const [root] = nodes;
  if (root !== undefined) walk(0, results.rootPosition(root), []);
  return places;
}

function eachChild(
  position: Position,
  child: DataNode,
  results: Results,
  visit: (inner: Position, indexes: readonly number[]) => void,
): void {
  eachItem(
    position.map((object) => object?.[child.key]),
    (items, indexes) => {
      const inner = results.childPosition(child, items);
      if (inner !== null) visit(inner, indexes);
    },
  );
}

/** Of an answer with errors: whoever looks at the ten thousandth has seen enough of them. */
const maxPlacesWalked = 10_000;
