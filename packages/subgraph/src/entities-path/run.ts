// Runs a compiled `_entities` operation: reads level by level, each level's rows of a relation in one statement, then
// writes the JSON. At the first thing that would be an error or bubble a null, it gives up and graphql-js runs the whole
// operation: reads have no effect, and one place decides what errors look like.
import type { KeyResults } from '../reads/batch.js';
import type { Loaders } from '../loaders.js';
import type { RawRow } from '../store/statement.js';
import { loadReferences, type Representation } from '../resolvers/reference.js';
import type { EntitiesPlan, EntityPlan, FieldPlan, RowPlan } from './compile.js';

/** The `data` of the answer as JSON text; null where graphql-js has to run the operation. */
export async function runEntities(
  plan: EntitiesPlan,
  representations: unknown,
  loaders: Loaders,
): Promise<string | null> {
  if (!Array.isArray(representations)) return null;
  const groups = grouped(plan, representations);
  if (groups === null) return null;
  try {
    const written = new Array<string>(representations.length).fill('null');
    await Promise.all(
      groups.map(async ({ entity, indexes, representations: members }) => {
        const rows = rowsOf(await loadReferences(loaders, entity.reads, members, entity.rows.properties));
        const level = await loadLevel(entity.rows, rows, loaders);
        indexes.forEach((index, position) => {
          if (rows[position] !== null) written[index] = writeRow(level, position);
        });
      }),
    );
    return `{${plan.key}[${written.join(',')}]}`;
  } catch {
    // A failed load as much as a value that its type refuses: graphql-js meets the same and reports it by the book.
    return null;
  }
}

/** Thrown where the compiled path has no answer of its own. */
class HandOver extends Error {}

interface Group {
  readonly entity: EntityPlan;
  readonly indexes: number[];
  readonly representations: Representation[];
}

function grouped(plan: EntitiesPlan, representations: readonly unknown[]): readonly Group[] | null {
  const groups = new Map<EntityPlan, Group>();
  for (let index = 0; index < representations.length; index += 1) {
    const representation = representations[index];
    if (!isRepresentation(representation)) return null;
    const { __typename: typename } = representation;
    const entity = typeof typename === 'string' ? plan.byTypename.get(typename) : undefined;
    if (entity === undefined) return null;
    let group = groups.get(entity);
    if (group === undefined) groups.set(entity, (group = { entity, indexes: [], representations: [] }));
    group.indexes.push(index);
    group.representations.push(representation);
  }
  return [...groups.values()];
}

function isRepresentation(value: unknown): value is Representation {
  return typeof value === 'object' && value !== null;
}

/** The rows of one selection, and for each of its relations the rows below, flat, with where each parent's begin. */
interface Level {
  readonly plan: RowPlan;
  readonly rows: readonly (RawRow | null)[];
  readonly relations: ReadonlyMap<FieldPlan, Below>;
}

interface Below {
  readonly level: Level;
  /** Of each parent, its first row's index in `level`, and one past its last; equal for none. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

async function loadLevel(plan: RowPlan, rows: readonly (RawRow | null)[], loaders: Loaders): Promise<Level> {
  const relations = new Map<FieldPlan, Below>();
  const level = { plan, rows, relations };
  await Promise.all(
    plan.fields.map(async (field) => {
      if (field.kind !== 'relation') return;
      const { read, mapping } = field.relation;
      const keys = rows.map((row) =>
        Object.fromEntries(mapping.map(([property, from]) => [property, row?.[from]])),
      );
      const results = await loaders.loadList(read, keys, field.rows.properties);
      const flat: RawRow[] = [];
      const starts: number[] = [];
      const ends: number[] = [];
      for (const result of results) {
        if (result instanceof Error) throw new HandOver();
        starts.push(flat.length);
        if (Array.isArray(result)) flat.push(...result);
        else if (result !== null) flat.push(result);
        ends.push(flat.length);
      }
      relations.set(field, { level: await loadLevel(field.rows, flat, loaders), starts, ends });
    }),
  );
  return level;
}

function rowsOf(results: KeyResults): readonly (RawRow | null)[] {
  return results.map((result) => {
    if (result instanceof Error || Array.isArray(result)) throw new HandOver();
    return result;
  });
}

function writeRow(level: Level, index: number): string {
  const row = level.rows[index];
  if (row == null) throw new HandOver();
  let json = '{';
  let separator = '';
  for (const field of level.plan.fields) {
    json +=
      separator +
      field.key +
      (field.kind === 'relation' ? writeRelation(level, field, index) : writeField(field, row));
    separator = ',';
  }
  return `${json}}`;
}

function writeField(field: Exclude<FieldPlan, { kind: 'relation' }>, row: RawRow): string {
  if (field.kind === 'constant') return field.json;
  if (field.kind === 'ref') return writeRef(field, row);
  const value = row[field.property];
  if (value != null) return field.write(value);
  // Undefined is no column: what a resolver or a representation would have to bring.
  if (value === undefined || !field.isNullable) throw new HandOver();
  return 'null';
}

/** A stub is null as soon as one of the columns that it is made of is; that, graphql-js may do. */
function writeRef(field: Extract<FieldPlan, { kind: 'ref' }>, row: RawRow): string {
  if (field.properties.some((property) => row[property] == null)) throw new HandOver();
  let json = '{';
  let separator = '';
  for (const inner of field.fields) {
    if (inner.kind === 'relation') throw new HandOver();
    json += separator + inner.key + writeField(inner, row);
    separator = ',';
  }
  return `${json}}`;
}

function writeRelation(level: Level, field: Extract<FieldPlan, { kind: 'relation' }>, index: number): string {
  const below = level.relations.get(field);
  const start = below?.starts[index] ?? 0;
  const end = below?.ends[index] ?? 0;
  if (below === undefined) throw new HandOver();
  if (field.relation.read.kind === 'many') {
    let json = '[';
    for (let position = start; position < end; position += 1)
      json += (position > start ? ',' : '') + writeRow(below.level, position);
    return `${json}]`;
  }
  if (end > start) return writeRow(below.level, start);
  if (!field.isNullable) throw new HandOver();
  return 'null';
}
