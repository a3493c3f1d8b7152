import { findOneBy } from '@selvedge/subgraph';
import { PaymentMethod } from '../entities/payment-method.js';

/** `__resolveType` looks at the kind, whether the operation selects anything of it or not. */
const always = ['kind'] as const;

export const paymentMethodById = findOneBy(PaymentMethod, 'id', { always });

/** Finds nothing where the method is another user's. */
export const paymentMethodOfUser = findOneBy(PaymentMethod, ['id', 'userId'], { always });
