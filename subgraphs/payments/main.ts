import { runSubgraph } from '@selvedge/subgraph';
import { PaymentMethod } from './entities/payment-method.js';
import { Payment } from './entities/payment.js';
import { CreatePayments1700000000000 } from './migrations/1700000000000-create-payments.js';
import { resolvers } from './resolvers/index.js';
import { seed } from './seed.js';

await runSubgraph({
  name: 'payments',
  schema: new URL('./schema.graphql', import.meta.url),
  resolvers,
  store: { entities: [PaymentMethod, Payment], migrations: [CreatePayments1700000000000], seed },
});
