/** Turns what zod found into sentences for the person who wrote the file: where, what was expected, what was got. */
import * as z from 'zod';
import { suggest } from './suggest.js';

export function describeProblems(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  input: unknown,
): string[] {
  const misspelt = new Set(
    issues.filter((issue) => issue.code === 'unrecognized_keys').map((issue) => formatPath(issue.path)),
  );
  return issues.flatMap((issue) => {
    // "expected exactly one of …" says nothing more where the one that is there is misspelt.
    if (issue.code === 'custom' && misspelt.has(formatPath(issue.path))) return [];
    if (issue.code !== 'unrecognized_keys') return [describeValue(issue, input)];
    const vocabulary = knownKeys(schema, issue.path);
    return issue.keys.map((key) => describeUnknownKey([...issue.path, key], vocabulary));
  });
}

export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (isIndex(step) ? `[${String(step)}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('');
}

function describeUnknownKey(path: readonly PropertyKey[], vocabulary: readonly string[]): string {
  const key = String(path.at(-1));
  const meant = suggest(key, vocabulary);
  const problem = `unknown key \`${formatPath(path)}\``;
  if (meant !== null) return `${problem}, did you mean \`${formatPath([...path.slice(0, -1), meant])}\`?`;
  return vocabulary.length === 0 ? problem : `${problem}; known here: ${vocabulary.join(', ')}`;
}

function describeValue(issue: z.core.$ZodIssue, input: unknown): string {
  const where = issue.path.length === 0 ? 'the file' : `\`${formatPath(issue.path)}\``;
  if (issue.code === 'custom') return `${where}: ${issue.message}`;
  const got = valueAt(input, issue.path);
  if (got === undefined) return `${where}: expected ${expectation(issue)} but it is missing`;
  return `${where}: expected ${expectation(issue)} but got ${describe(got)}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return articleOf[issue.expected] ?? `a ${issue.expected}`;
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'too_small':
      return `${issue.inclusive === true ? 'at least' : 'more than'} ${String(issue.minimum)}`;
    case 'too_big':
      return `${issue.inclusive === true ? 'at most' : 'less than'} ${String(issue.maximum)}`;
    case 'invalid_format':
      return issue.format === 'starts_with' ? 'a path that starts with "/"' : `a ${issue.format}`;
    default:
      return issue.message;
  }
}

const articleOf: Readonly<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  int: 'a whole number',
  boolean: 'true or false',
};

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'nothing';
  return typeof value === 'object' ? 'a mapping' : JSON.stringify(value);
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

/** The keys that the schema knows at a path; none where any key is allowed. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current = unwrap(schema);
  for (const step of path) {
    if (current instanceof z.ZodObject)
      current = unwrap((current.shape as Record<PropertyKey, unknown>)[step]);
    else if (current instanceof z.ZodRecord) current = unwrap(current.valueType);
    else if (current instanceof z.ZodArray) current = unwrap(current.element);
  }
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap());
  }
  return schema instanceof z.ZodPipe ? unwrap(schema.in) : schema;
}

function isIndex(step: PropertyKey): boolean {
  return typeof step === 'number' || /^\d+$/.test(String(step));
}
