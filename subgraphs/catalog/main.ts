// What the shop sells: products, their categories and their prices.
import { runSubgraph } from '@selvedge/subgraph';
import { Category } from './entities/category.js';
import { Product } from './entities/product.js';
import { CreateProducts1700000000000 } from './migrations/1700000000000-create-products.js';
import { IndexProductNames1700000000001 } from './migrations/1700000000001-index-product-names.js';
import { CaptureProductWrites1700000000002 } from './migrations/1700000000002-capture-product-writes.js';
import { resolvers } from './resolvers/index.js';
import { seed } from './seed.js';

await runSubgraph({
  name: 'catalog',
  schema: new URL('./schema.graphql', import.meta.url),
  resolvers,
  store: {
    entities: [Product, Category],
    migrations: [
      CreateProducts1700000000000,
      IndexProductNames1700000000001,
      CaptureProductWrites1700000000002,
    ],
    seed,
  },
});
