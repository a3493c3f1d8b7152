// Runs a compiled `_entities` operation: level by level, each relation's rows for all its parents in one load. At the first
// thing that would be an error or bubble a null it gives up, and graphql-js runs the whole operation: reads have no effect,
// and one place decides what errors look like.
// It makes objects, not text: to stringify 100 of two fields takes as long as to write them piece by piece (16 µs), lists less,
// and @apollo/server can carry them.
import { getArgumentValues } from 'graphql';
import type { AnswerRecorder } from '../caching/answer-recorder.js';
import type { Loaders } from '../loaders.js';
import type { PageArguments } from '../reads/page.js';
import { loadReferences, type Representation } from '../resolvers/reference.js';
import type { EntitiesPlan, EntityPlan, LeafField, ObjectPlan, RelationField, StubField } from './plan.js';

/** An object of the answer. */
type Completed = Record<string, unknown>;

/** What an object of the answer is made of: a row, a connection, a part of one. */
type Source = Readonly<Record<string, unknown>>;

/** What a request brings to its plan. */
interface Request {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly loaders: Loaders;
  /** Who is to be told what the answer was made of. */
  readonly recorder: AnswerRecorder | null;
}

/** The `data` of the answer; null where graphql-js has to run the operation. */
export async function runEntities(plan: EntitiesPlan, request: Request): Promise<Completed | null> {
  const { variables } = request;
  const representations = variables[plan.representations];
  if (!Array.isArray(representations) || !plan.variables.every(({ name, takes }) => takes(variables[name])))
    return null;
  const groups = grouped(plan, representations);
  if (groups === null) return null;
  request.recorder?.representations(plan.name, representations.length);
  try {
    const entities = new Array<Completed | null>(representations.length).fill(null);
    await Promise.all(groups.map((group) => completeGroup(group, entities, request)));
    return { [plan.name]: entities };
  } catch {
    // A failed load as much as a value that its type refuses: graphql-js meets the same and reports it by the book.
    return null;
  }
}

/** Thrown where the compiled path has no answer of its own. */
class HandOver extends Error {}

/** The representations of one type, and where in the answer their entities go. */
interface Group {
  readonly entity: EntityPlan;
  readonly indexes: number[];
  readonly representations: Representation[];
}

function grouped(plan: EntitiesPlan, representations: readonly unknown[]): Group[] | null {
  const groups = new Map<EntityPlan, Group>();
  for (const [index, representation] of representations.entries()) {
    if (!isObject(representation)) return null;
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

/** Puts the entities of a group into their places; those that no row has stay null. */
async function completeGroup(
  { entity, indexes, representations }: Group,
  entities: (Completed | null)[],
  request: Request,
): Promise<void> {
  const { reads, rows } = entity;
  const { loaders, recorder } = request;
  const askers = recorder && { recorder, owners: indexes };
  const results = await loadReferences(loaders, reads, representations, rows.properties, askers);
  const level = new Level(request);
  indexes.forEach((index, position) => {
    entities[index] = level.completeResult(rows, results[position] ?? null, index);
  });
  await level.follow();
}

/** The rows that a relation starts from, the objects that wait for it, and the representations that those belong to. */
interface Deferred {
  readonly parents: Source[];
  readonly objects: Completed[];
  readonly owners: number[];
}

/** Objects made of one load's rows, and the relations that they have yet to follow. */
class Level {
  readonly #relations = new Map<RelationField, Deferred>();

  constructor(private readonly request: Request) {}

  /** What a read brings for one key: an object, null or an error. */
  completeResult(plan: ObjectPlan, result: unknown, owner: number): Completed | null {
    return result === null ? null : this.complete(plan, objectOf(result), owner);
  }

  /** @param owner index of the representation that the object belongs to */
  complete(plan: ObjectPlan, row: Source, owner: number): Completed {
    const object: Completed = {};
    for (const field of plan.fields) {
      switch (field.kind) {
        case 'constant':
          object[field.name] = field.value;
          break;
        case 'leaf':
          object[field.name] = completeLeaf(field, row[field.property]);
          break;
        case 'stub':
          object[field.name] = isThere(field, row) ? this.complete(field.object, row, owner) : null;
          break;
        case 'object':
          object[field.name] = this.complete(field.object, objectOf(row[field.property]), owner);
          break;
        case 'list':
          object[field.name] = this.#completeList(field.items, row[field.property], owner);
          break;
        case 'relation':
          // Holds the place among the fields until the relation is followed.
          object[field.name] = null;
          this.#defer(field, row, object, owner);
      }
    }
    return object;
  }

  /** Fills in the relations, one load each, and those of the objects that they bring. */
  async follow(): Promise<void> {
    await Promise.all(
      [...this.#relations].map(async ([field, { parents, objects, owners }]) => {
        const results = await loadRelation(field, parents, owners, this.request);
        const below = new Level(this.request);
        results.forEach((result, index) => {
          const object = objects[index];
          if (object !== undefined)
            object[field.name] = below.#completeRelation(field, result, owners[index] ?? 0);
        });
        await below.follow();
      }),
    );
  }

  #completeRelation(
    { object, isNullable, relation }: RelationField,
    result: unknown,
    owner: number,
  ): unknown {
    if (relation.read.kind === 'many') return this.#completeList(object, result, owner);
    const completed = this.completeResult(object, result, owner);
    if (completed === null && !isNullable) throw new HandOver();
    return completed;
  }

  #completeList(plan: ObjectPlan, rows: unknown, owner: number): Completed[] {
    if (!Array.isArray(rows)) throw new HandOver();
    return rows.map((row) => this.complete(plan, objectOf(row), owner));
  }

  #defer(field: RelationField, parent: Source, object: Completed, owner: number): void {
    const relation = this.#relations.get(field);
    if (relation === undefined) {
      this.#relations.set(field, { parents: [parent], objects: [object], owners: [owner] });
      return;
    }
    relation.parents.push(parent);
    relation.objects.push(object);
    relation.owners.push(owner);
  }
}

function completeLeaf({ isNullable, serialize }: LeafField, value: unknown): unknown {
  const serialized = value == null ? value : serialize(value);
  if (serialized != null) return serialized;
  // Undefined is no column: what a resolver or a representation would have to bring. No scalar may serialise to null.
  if (value !== null || !isNullable) throw new HandOver();
  return null;
}

/** Whether none of the columns that a stub is made of is null. */
function isThere({ properties, isNullable }: StubField, row: Source): boolean {
  const isWhole = properties.every((property) => row[property] !== null);
  if (!isWhole && !isNullable) throw new HandOver();
  return isWhole;
}

function objectOf(value: unknown): Source {
  if (!isObject(value) || value instanceof Error || Array.isArray(value)) throw new HandOver();
  return value;
}

function isObject(value: unknown): value is Source {
  return typeof value === 'object' && value !== null;
}

/** What the read of a relation brings for each of its parents: a row, rows, a connection, null or an error. */
async function loadRelation(
  { relation, properties, page }: RelationField,
  parents: readonly Source[],
  owners: readonly number[],
  { loaders, recorder, variables }: Request,
): Promise<readonly unknown[]> {
  const keys = parents.map((row) => {
    const key: Record<string, unknown> = {};
    for (const [property, from] of relation.mapping) key[property] = row[from];
    return key;
  });
  const askers = recorder && { recorder, owners };
  if (page === null) return loaders.loadList(relation.read, keys, properties, askers);
  const pageArguments: PageArguments = getArgumentValues(page.field, page.node, variables);
  const selected = { properties, wantsCount: page.wantsCount };
  return loaders.loadPages(relation.read, keys, pageArguments, selected, askers);
}
