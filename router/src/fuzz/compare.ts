/**
 * Two answers to one operation. Data is compared to the letter, order of keys included. Of errors it is compared which
 * nulls they account for: where a null has several causes, the specification leaves it open how many of them are
 * reported (6.4.4), so an error counts for the null that a client finds when it follows the error's path.
 */
import type { Answer } from './engines.js';

export type Path = readonly (string | number)[];

export interface Difference {
  readonly kind: 'value' | 'order' | 'error missing' | 'error added' | 'changes' | 'leak' | 'parts';
  readonly path: Path;
  readonly expected?: unknown;
  readonly got?: unknown;
}

export function compare(expected: Answer, got: Answer): readonly Difference[] {
  const differences: Difference[] = [];
  compareValues(expected.data, got.data, [], differences);
  const expectedPlaces = nullPlaces(expected);
  const gotPlaces = nullPlaces(got);
  for (const [key, { path, message }] of expectedPlaces) {
    if (!gotPlaces.has(key)) differences.push({ kind: 'error missing', path, expected: message });
  }
  for (const [key, { path, message }] of gotPlaces) {
    if (!expectedPlaces.has(key)) differences.push({ kind: 'error added', path, got: message });
  }
  if (String(expected.changes) !== String(got.changes)) {
    differences.push({ kind: 'changes', path: [], expected: expected.changes, got: got.changes });
  }
  return differences;
}

function compareValues(expected: unknown, got: unknown, path: Path, differences: Difference[]): void {
  if (differences.length >= 20 || Object.is(expected, got)) return;
  if (Array.isArray(expected) && Array.isArray(got) && expected.length === got.length) {
    for (const [index, each] of expected.entries())
      compareValues(each, got[index], [...path, index], differences);
    return;
  }
  if (isRecord(expected) && isRecord(got)) {
    const names = Object.keys(expected);
    const gotNames = Object.keys(got);
    for (const name of new Set([...names, ...gotNames])) {
      compareValues(expected[name], got[name], [...path, name], differences);
    }
    const sameNames = names.length === gotNames.length && names.every((name) => name in got);
    if (sameNames && names.join() !== gotNames.join()) {
      differences.push({ kind: 'order', path, expected: names, got: gotNames });
    }
    return;
  }
  differences.push({ kind: 'value', path, expected, got });
}

interface Place {
  readonly path: Path;
  readonly message: string;
}

function nullPlaces({ data, errors }: Answer): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const { path = [], message } of errors) {
    const reached: (string | number)[] = [];
    let value = data;
    for (const step of path) {
      if (value === null) break;
      reached.push(step);
      value =
        isRecord(value) || Array.isArray(value)
          ? (value as Record<string | number, unknown>)[step]
          : undefined;
    }
    places.set(JSON.stringify(reached), { path: reached, message });
  }
  return places;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
