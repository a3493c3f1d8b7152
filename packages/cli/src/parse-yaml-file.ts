// Reads a configuration file strictly: an unknown key is refused with the key that was probably meant, since a key
// that is silently ignored is found out in production.
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { CommandFailure } from './command-failure.js';
import { readText } from './read-text.js';

/**
 * Reads and checks a YAML file.
 *
 * @param file the path as the person named it; messages repeat it
 * @param schema a zod schema whose objects are strict
 * @throws CommandFailure that names the file, the line and the key
 */
export async function parseYamlFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  return parseYamlText(file, await readText(file), schema);
}

/** The same for text that was read already. */
export function parseYamlText<Schema extends z.ZodType>(
  file: string,
  text: string,
  schema: Schema,
): z.output<Schema> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const syntaxError = document.errors[0];
  if (syntaxError) {
    const { line } = lineCounter.linePos(syntaxError.pos[0]);
    throw new CommandFailure(`${file}:${line}: not YAML: ${syntaxError.message}`);
  }
  const value: unknown = document.toJS();
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new CommandFailure(
    result.error.issues.map((issue) => `${file}: ${sentenceOf(issue, schema)}`).join('\n'),
  );
}

/** The candidate that differs from `word` in the fewest letters, when it is near enough to have been meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

function sentenceOf(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path);
    return issue.keys
      .map((key) => {
        const meant = nearest(key, known);
        const help =
          meant === undefined ? `; known here are ${known.join(', ')}` : `; did you mean \`${meant}\`?`;
        return `unknown key \`${[...issue.path, key].join('.')}\`${help}`;
      })
      .join('\n');
  }
  const where = issue.path.length === 0 ? 'the file' : `\`${issue.path.join('.')}\``;
  const message =
    issue.code === 'invalid_key' ? issue.issues.map((cause) => cause.message).join('; ') : issue.message;
  return `${where}: ${message}`;
}

/** The keys that the object schema at a path knows; empty where there is no object schema. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current: unknown = schema;
  for (const segment of path) current = childOf(unwrapped(current), segment);
  const object = unwrapped(current);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

function childOf(schema: unknown, segment: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return Reflect.get(schema.shape, segment);
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  return undefined;
}

function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return unwrapped(schema.unwrap());
  }
  return schema;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substituted));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
