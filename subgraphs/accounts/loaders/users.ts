import { findBy, findOneBy, findPage } from '@selvedge/subgraph';
import { Address } from '../entities/address.js';
import { PaymentMethod } from '../entities/payment-method.js';
import { User } from '../entities/user.js';

export const userById = findOneBy(User, 'id');
export const userByUsername = findOneBy(User, 'username');
export const newestUsers = findPage(User, { order: { memberSince: 'DESC', id: 'DESC' } });

export const addressesOfUser = findBy(Address, 'userId', { order: { position: 'ASC' } });

export const paymentMethodById = findOneBy(PaymentMethod, 'id');
/** The default one first. */
export const paymentMethodsOfUser = findBy(PaymentMethod, 'userId', {
  order: { isDefault: 'DESC', id: 'ASC' },
});
