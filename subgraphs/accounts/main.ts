// Who uses the shop: profiles, and what only their owners may see of themselves.
import { runSubgraph } from '@selvedge/subgraph';
import { Address } from './entities/address.js';
import { PaymentMethod } from './entities/payment-method.js';
import { User } from './entities/user.js';
import { CreateUsers1700000000000 } from './migrations/1700000000000-create-users.js';
import { CaptureUserWrites1700000000001 } from './migrations/1700000000001-capture-user-writes.js';
import { resolvers } from './resolvers/index.js';
import { seed } from './seed.js';

await runSubgraph({
  name: 'accounts',
  schema: new URL('./schema.graphql', import.meta.url),
  resolvers,
  store: {
    entities: [User, Address, PaymentMethod],
    migrations: [CreateUsers1700000000000, CaptureUserWrites1700000000001],
    seed,
  },
});
