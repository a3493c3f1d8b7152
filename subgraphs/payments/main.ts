import { runSubgraph } from '@selvedge/subgraph';
import { PaymentMethod } from './entities/payment-method.js';
import { Payment } from './entities/payment.js';
import { CreatePayments1700000000000 } from './migrations/1700000000000-create-payments.js';
import { CapturePaymentWrites1700000000001 } from './migrations/1700000000001-capture-payment-writes.js';
import { resolvers } from './resolvers/index.js';
import { seed } from './seed.js';

await runSubgraph({
  name: 'payments',
  schema: new URL('./schema.graphql', import.meta.url),
  resolvers,
  store: {
    entities: [PaymentMethod, Payment],
    migrations: [CreatePayments1700000000000, CapturePaymentWrites1700000000001],
    seed,
  },
});
