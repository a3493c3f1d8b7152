/**
 * The body that Apollo Router's endpoint takes: a list of what to invalidate, by subgraph, by type or by cache tag. What is
 * wrong with it is one sentence, and nothing of it is carried out then.
 */
import * as z from 'zod';
import { describeProblems } from '../../config/problems.js';
import { suggest } from '../../config/suggest.js';
import type { GraphNames } from './graph-names.js';

/** Tags to fence, by the subgraphs' names. */
export type Invalidations = ReadonlyMap<string, ReadonlySet<string>>;

/** The request cannot be carried out; its message says why. */
export class BadInvalidation extends Error {
  override readonly name = 'BadInvalidation';
}

/** @throws BadInvalidation */
export function readInvalidations(body: unknown, names: GraphNames): Invalidations {
  if (!Array.isArray(body)) throw new BadInvalidation(`expected a list but got ${describe(body)}`);
  const tags = new Map<string, Set<string>>();
  for (const [index, item] of body.entries()) {
    const { subgraphs, fenced } = readItem(item, `[${index}]`, names);
    for (const subgraph of subgraphs) {
      const known = tags.get(subgraph) ?? new Set();
      for (const tag of fenced) known.add(tag);
      tags.set(subgraph, known);
    }
  }
  return tags;
}

/** Characters; a tag's record is kept under its name. */
const maxTagLength = 1_000;

const text = z.string().min(1);
const kinds = {
  subgraph: z.strictObject({ kind: z.literal('subgraph'), subgraph: text }),
  type: z.strictObject({ kind: z.literal('type'), subgraph: text, type: text }),
  cache_tag: z.strictObject({
    kind: z.literal('cache_tag'),
    subgraphs: z.array(text).min(1),
    cache_tag: text.max(maxTagLength),
  }),
};

interface Item {
  readonly subgraphs: readonly string[];
  readonly fenced: readonly string[];
}

function readItem(item: unknown, at: string, names: GraphNames): Item {
  const kind = kindOf(item, at);
  if (kind === 'subgraph') {
    const { subgraph } = checked(kinds.subgraph, item, at);
    return { subgraphs: [knownSubgraph(subgraph, at, names)], fenced: ['*'] };
  }
  if (kind === 'type') {
    const { subgraph, type } = checked(kinds.type, item, at);
    const known = knownSubgraph(subgraph, at, names);
    return { subgraphs: [known], fenced: knownType(known, type, at, names).map((name) => `#${name}`) };
  }
  const { subgraphs, cache_tag: tag } = checked(kinds.cache_tag, item, at);
  // As the schema declares it, or as it is: by the name that a subgraph's own writes have.
  return { subgraphs: subgraphs.map((name) => knownSubgraph(name, at, names)), fenced: [`@${tag}`, tag] };
}

function kindOf(item: unknown, at: string): keyof typeof kinds {
  const kind: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'kind') : undefined;
  if (kind === 'subgraph' || kind === 'type' || kind === 'cache_tag') return kind;
  const hint = kind === 'entity' ? '; the `type` of the entity, or a cache tag of it, does it' : '';
  const expected = 'an object with the `kind` "subgraph", "type" or "cache_tag"';
  throw new BadInvalidation(
    `${at}: expected ${expected} but got ${describe(kind === undefined ? item : kind)}${hint}`,
  );
}

function checked<Checked>(schema: z.ZodType<Checked>, item: unknown, at: string): Checked {
  const result = schema.safeParse(item);
  if (result.success) return result.data;
  const [problem] = describeProblems(result.error.issues, schema, item);
  throw new BadInvalidation(`${at}: ${problem ?? 'expected something else'}`);
}

function knownSubgraph(name: string, at: string, { subgraphs }: GraphNames): string {
  if (subgraphs.has(name)) return name;
  throw new BadInvalidation(
    `${at}: expected a subgraph of the supergraph but got ${named(name, [...subgraphs])}`,
  );
}

function knownType(subgraph: string, name: string, at: string, { types }: GraphNames): readonly string[] {
  const known = types.get(subgraph) ?? new Map<string, readonly string[]>();
  const tagged = known.get(name);
  if (tagged !== undefined) return tagged;
  throw new BadInvalidation(
    `${at}: expected a type of the subgraph ${subgraph} but got ${named(name, [...known.keys()])}`,
  );
}

function named(name: string, known: readonly string[]): string {
  const meant = suggest(name, known);
  const shown = JSON.stringify(name.slice(0, 100));
  return meant === null ? shown : `${shown}; did you mean ${JSON.stringify(meant)}?`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'object' ? 'an object without it' : JSON.stringify(value).slice(0, 100);
}
