// The subgraph that adds stock to items, and names items without reading anything: what is asked of them then comes by
// `_entities`, one entry each.
import { captureWrites, findOneBy, type SubgraphContext } from '@selvedge/subgraph';
import { Column, Entity, PrimaryColumn, type MigrationInterface, type QueryRunner } from 'typeorm';
import { keys } from '../scale.js';

@Entity('stock')
class Stock {
  @PrimaryColumn({ type: 'text', name: 'item_id' }) itemId!: string;
  @Column({ type: 'integer' }) version!: number;
}

class CreateStock1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE stock (item_id text PRIMARY KEY, version integer NOT NULL)');
    await runner.query(
      'CREATE TABLE writes (nonce text PRIMARY KEY, key text NOT NULL, version integer NOT NULL)',
    );
    await captureWrites(runner, { table: 'stock', contents: [['item_id']], lists: [] });
    await captureWrites(runner, { table: 'writes', contents: [['nonce']], lists: [] });
    await runner.query(`INSERT INTO stock SELECT i::text, 0 FROM generate_series(0, ${keys - 1}) AS i`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('expected nobody to revert the store of a test'));
  }
}

const stockOfItem = findOneBy(Stock, 'itemId');

interface ItemStub {
  readonly id: string;
  readonly version?: number;
}

async function stockVersion({ id }: ItemStub, context: SubgraphContext): Promise<number> {
  const stock = await context.load(stockOfItem, { itemId: id }, ['version']);
  return stock?.version ?? -1;
}

export const stockDefinition = {
  name: 'stock',
  resolvers: {
    Query: {
      pick: (_parent: object, { ids }: { readonly ids: readonly string[] }) => ids.map((id) => ({ id })),
    },
    Mutation: {
      setStock: (
        _parent: object,
        { id, nonce }: { readonly id: string; readonly nonce: string },
        context: SubgraphContext,
      ) =>
        context.transaction(async (manager) => {
          const rows = await manager.query<{ version: number }[]>(
            `WITH written AS (UPDATE stock SET version = version + 1 WHERE item_id = $1 RETURNING version),
                  noted AS (INSERT INTO writes SELECT $2, 'stock:' || $1, version FROM written)
             SELECT version FROM written`,
            [id, nonce],
          );
          return { version: rows[0]?.version ?? 0 };
        }),
    },
    Item: {
      stock: (item: ItemStub, _args: object, context: SubgraphContext) => stockVersion(item, context),
      stamp: async (item: ItemStub, _args: object, context: SubgraphContext) =>
        `${item.version ?? -1}:${await stockVersion(item, context)}`,
    },
  },
  store: { entities: [Stock], migrations: [CreateStock1700000000000] },
};
