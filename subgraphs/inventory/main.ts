import { runSubgraph } from '@selvedge/subgraph';
import { StockLevel } from './entities/stock-level.js';
import { Warehouse } from './entities/warehouse.js';
import { CreateInventory1700000000000 } from './migrations/1700000000000-create-inventory.js';
import { CaptureStockWrites1700000000001 } from './migrations/1700000000001-capture-stock-writes.js';
import { resolvers } from './resolvers/index.js';
import { seed } from './seed.js';

await runSubgraph({
  name: 'inventory',
  schema: new URL('./schema.graphql', import.meta.url),
  resolvers,
  store: {
    entities: [Warehouse, StockLevel],
    migrations: [CreateInventory1700000000000, CaptureStockWrites1700000000001],
    seed,
  },
});
