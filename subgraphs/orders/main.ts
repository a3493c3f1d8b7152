import { runSubgraph } from '@selvedge/subgraph';
import { OrderLine } from './entities/order-line.js';
import { Order } from './entities/order.js';
import { PriceListEntry } from './entities/price-list-entry.js';
import { CreateOrders1700000000000 } from './migrations/1700000000000-create-orders.js';
import { CaptureOrderWrites1700000000001 } from './migrations/1700000000001-capture-order-writes.js';
import { resolvers } from './resolvers/index.js';
import { seed } from './seed.js';

await runSubgraph({
  name: 'orders',
  schema: new URL('./schema.graphql', import.meta.url),
  resolvers,
  store: {
    entities: [Order, OrderLine, PriceListEntry],
    migrations: [CreateOrders1700000000000, CaptureOrderWrites1700000000001],
    seed,
  },
});
