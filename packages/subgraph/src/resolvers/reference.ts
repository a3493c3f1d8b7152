import type { GraphQLResolveInfo } from 'graphql';
import { ClientError } from '@selvedge/errors';
import { kitContext, type SubgraphContext } from '../context.js';
import { selectedProperties } from '../look-ahead/selected-properties.js';
import type { Askers, Loaders } from '../loaders.js';
import type { KeyResults } from '../reads/batch.js';
import type { OneRead, Property, ReadDefinition } from '../reads/read.js';

/** A representation as the router sends it: `__typename`, the fields of one key, and what `@requires` asks for. */
export type Representation = Readonly<Record<string, unknown>>;

/**
 * `__resolveReference` by key: of the reads given, the first whose key the representation has; INVALID_KEY where it has
 * none, null where no row has it. The kit resolves all representations of an `_entities` call through it at once; called one
 * by one, it batches as any load does.
 *
 * @example __resolveReference: reference(productById, productBySku)
 */
export function reference<E extends object, K extends Property<E>>(
  ...reads: readonly OneRead<E, K>[]
): (representation: object, context: SubgraphContext, info: GraphQLResolveInfo) => Promise<E | null> {
  async function resolve(
    representation: object,
    context: SubgraphContext,
    info: GraphQLResolveInfo,
  ): Promise<unknown> {
    const fields: Representation = { ...representation };
    const { loaders, recorder } = kitContext(context);
    const askers = recorder && { recorder, owners: [recorder.ownerOf(info.path)] };
    const [row] = await loadReferences(loaders, reads, [fields], selectedProperties(info), askers);
    if (row instanceof Error) throw row;
    return row ?? null;
  }
  readsOf.set(resolve, reads);
  // Rows are untyped until a read's declaration types them.
  return resolve as (
    representation: object,
    context: SubgraphContext,
    info: GraphQLResolveInfo,
  ) => Promise<E | null>;
}

const readsOf = new WeakMap<object, readonly ReadDefinition[]>();

/** The reads of a resolver that `reference` made. */
export function referenceReads(resolver: object): readonly ReadDefinition[] | undefined {
  return readsOf.get(resolver);
}

/** The rows of many representations in their order, one load a read; one that has no whole key fails alone. */
export async function loadReferences(
  loaders: Loaders,
  reads: readonly ReadDefinition[],
  representations: readonly Representation[],
  properties: readonly string[],
  askers: Askers | null = null,
): Promise<KeyResults> {
  const [only, ...others] = reads;
  // The common case, without a list for each read.
  if (only !== undefined && others.length === 0 && representations.every((one) => hasKey(only, one)))
    return loaders.loadList(only, representations, properties, askers);
  const results = new Array<KeyResults[number]>(representations.length).fill(null);
  const groups = new Map<ReadDefinition, number[]>();
  representations.forEach((representation, index) => {
    const read = readFor(reads, representation);
    if (read instanceof Error) results[index] = read;
    else {
      const group = groups.get(read);
      if (group === undefined) groups.set(read, [index]);
      else group.push(index);
    }
  });
  await Promise.all(
    [...groups].map(async ([read, indexes]) => {
      const keys = indexes.map((index) => representations[index]).filter((member) => member !== undefined);
      const own = askers && { ...askers, owners: indexes.map((index) => askers.owners[index] ?? null) };
      const rows = await loaders.loadList(read, keys, properties, own);
      indexes.forEach((index, position) => (results[index] = rows[position] ?? null));
    }),
  );
  return results;
}

/** The first read whose whole key the representation has, or an INVALID_KEY error. */
function readFor(
  reads: readonly ReadDefinition[],
  representation: Representation,
): ReadDefinition | ClientError {
  for (const read of reads) if (hasKey(read, representation)) return read;
  const keys = reads.map((read) => `{ ${read.key.join(', ')} }`).join(' or ');
  const { __typename: typename, ...fields } = representation;
  return new ClientError(
    'INVALID_KEY',
    `expected a ${String(typename)} with ${keys} but got { ${Object.keys(fields).slice(0, 10).join(', ')} }`,
  );
}

/** A null is there, though no row has it. */
function hasKey(read: ReadDefinition, representation: Representation): boolean {
  return read.key.every((property) => representation[property] !== undefined);
}
