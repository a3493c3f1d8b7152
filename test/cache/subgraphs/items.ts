// The subgraph of items: values in groups, and notes that belong to a user. Every write raises a version that is dense for its
// key, and leaves it with the writer's nonce in a table that no read sees: by that the checker knows what became of a write
// whose answer never came.
import {
  captureWrites,
  findBy,
  findOneBy,
  findPage,
  reference,
  relation,
  reads,
  type Row,
  type SubgraphContext,
} from '@selvedge/subgraph';
import {
  Column,
  Entity,
  PrimaryColumn,
  type EntityManager,
  type MigrationInterface,
  type QueryRunner,
} from 'typeorm';
import type { GraphQLResolveInfo } from 'graphql';
import { groups, keys, users } from '../scale.js';

@Entity('items')
class Item {
  @PrimaryColumn({ type: 'text' }) id!: string;
  @Column({ type: 'integer' }) version!: number;
  @Column({ type: 'text' }) value!: string;
  @Column({ type: 'integer', name: 'group_id' }) group!: number;
}

@Entity('notes')
class Note {
  @PrimaryColumn({ type: 'uuid' }) owner!: string;
  @Column({ type: 'integer' }) version!: number;
}

class CreateItems1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE items (id text PRIMARY KEY, version integer NOT NULL, value text NOT NULL, group_id integer NOT NULL)',
    );
    await runner.query('CREATE INDEX ON items (group_id, id)');
    await runner.query('CREATE INDEX ON items (version DESC, id)');
    await runner.query('CREATE TABLE notes (owner uuid PRIMARY KEY, version integer NOT NULL)');
    await runner.query(
      'CREATE TABLE writes (nonce text PRIMARY KEY, key text NOT NULL, version integer NOT NULL, group_id integer)',
    );
    await runner.query('CREATE TABLE held (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)');
    await captureWrites(runner, {
      table: 'items',
      contents: [['id'], ['group_id'], []],
      lists: [
        { by: ['group_id'], order: ['id'] },
        { by: [], order: ['version', 'id'] },
      ],
    });
    await captureWrites(runner, { table: 'notes', contents: [['owner']], lists: [] });
    // Nobody reads them; a table that is not captured is as if everything had been written.
    await captureWrites(runner, { table: 'writes', contents: [['nonce']], lists: [] });
    await captureWrites(runner, { table: 'held', contents: [['id']], lists: [] });
    await runner.query(
      `INSERT INTO items SELECT i::text, 0, 'seed', i % ${groups} FROM generate_series(0, ${keys - 1}) AS i`,
    );
    for (const owner of users) await runner.query('INSERT INTO notes VALUES ($1, 0)', [owner]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('expected nobody to revert the store of a test'));
  }
}

const itemById = findOneBy(Item, 'id');
const itemsOfGroup = findBy(Item, 'group', { order: { id: 'ASC' } });
const itemsByVersion = findPage(Item, { order: { version: 'DESC', id: 'ASC' } });
const noteByOwner = findOneBy(Note, 'owner');

interface WriteArguments {
  readonly id: string;
  readonly nonce: string;
  readonly group?: number;
  readonly wait?: number;
  readonly gate?: number;
}
interface Written {
  readonly version: number;
  readonly id?: string;
}
type ItemRow = Row<Item, 'id'>;
type Resolver<Args> = (
  parent: object,
  args: Args,
  context: SubgraphContext,
  info: GraphQLResolveInfo,
) => unknown;

/** The row stays locked from here on: who comes next gets the next version. */
async function write(manager: EntityManager, { id, nonce, group }: WriteArguments): Promise<Written> {
  const rows = await manager.query<{ version: number; group_id: number }[]>(
    `WITH written AS (
       UPDATE items SET version = version + 1, value = $2, group_id = coalesce($3, group_id) WHERE id = $1
       RETURNING version, group_id
     ), noted AS (
       INSERT INTO writes SELECT $2, 'item:' || $1, version, group_id FROM written
     ) SELECT * FROM written`,
    [id, nonce, group ?? null],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`expected an item but got ${id}`);
  return { id, version: row.version };
}

async function writeInSavepoint(manager: EntityManager, args: WriteArguments): Promise<Written> {
  await manager.query('SAVEPOINT first');
  await manager.query('UPDATE items SET version = version + 1000 WHERE id = $1', [args.id]);
  await manager.query('ROLLBACK TO SAVEPOINT first');
  await manager.query('SAVEPOINT second');
  const written = await write(manager, args);
  await manager.query('RELEASE SAVEPOINT second');
  return written;
}

const query: Record<string, Resolver<{ id: string; group: number; first: number }>> = {
  item: (_parent, { id }, context, info) => context.load(itemById, { id }, info),
  itemsOf: (_parent, { group }, context, info) => context.load(itemsOfGroup, { group }, info),
  latest: (_parent, { first }, context, info) => context.page(itemsByVersion, {}, { first }, info),
  me: (_parent, _args, context, info) =>
    context.viewer === null ? null : context.load(noteByOwner, { owner: context.viewer.id }, info),
};

const mutation: Record<string, Resolver<WriteArguments>> = {
  setItem: (_parent, args, context) => context.transaction((manager) => write(manager, args)),
  setItemInSavepoint: (_parent, args, context) =>
    context.transaction((manager) => writeInSavepoint(manager, args)),
  setItemLate: (_parent, args, context) =>
    context.transaction(async (manager) => {
      await manager.query('SELECT pg_current_xact_id()');
      await manager.query('SELECT pg_sleep($1)', [(args.wait ?? 0) / 1_000]);
      return writeInSavepoint(manager, args);
    }),
  setItemAfter: (_parent, args, context) =>
    context.transaction(async (manager) => {
      await manager.query('SELECT pg_current_xact_id()');
      await manager.query('SELECT pg_advisory_xact_lock($1)', [args.gate]);
      return writeInSavepoint(manager, args);
    }),
  moveItem: (_parent, args, context) => context.transaction((manager) => write(manager, args)),
  failToSetItem: (_parent, args, context) =>
    context.transaction(async (manager) => {
      await write(manager, args);
      throw new Error('as it was asked to');
    }),
  setNote: (_parent, { nonce }, context) => {
    const { id: owner } = context.requireViewer();
    return context.transaction(async (manager) => {
      const rows = await manager.query<{ version: number }[]>(
        `WITH written AS (UPDATE notes SET version = version + 1 WHERE owner = $1 RETURNING version),
              noted AS (INSERT INTO writes SELECT $2, 'note:' || $1::text, version FROM written)
         SELECT version FROM written`,
        [owner, nonce],
      );
      return { version: rows[0]?.version ?? 0 };
    });
  },
};

export const itemsDefinition = {
  name: 'items',
  resolvers: {
    Query: query,
    Mutation: mutation,
    Written: { item: relation<Item, 'id', Written & { id: string }>(itemById, { id: 'id' }) },
    Item: {
      __resolveReference: reference(itemById),
      // A claim is read for some rows only.
      mine: reads<ItemRow, 'id' | 'version', string, object>(
        ['id', 'version'],
        ({ id, version }, _args, context) => {
          const owner = Number(id) % 2 === 0 ? (context.viewer?.id ?? 'nobody') : 'everybody';
          return `${owner}:${version}`;
        },
      ),
    },
  },
  store: { entities: [Item, Note], migrations: [CreateItems1700000000000] },
};
