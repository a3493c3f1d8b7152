/**
 * The facts that the six services' seeds must agree on. Every function is pure: of an index (and the scale, where the
 * answer depends on how large the shop is) and of nothing else, so that services that never meet tell the same story.
 */
export { categories, type CategoryFacts } from './catalogue.js';
export { order, type OrderFacts, type OrderLineFacts, type OrderStatus } from './order.js';
export {
  paymentMethods,
  type CardFacts,
  type InvoiceFacts,
  type PaymentMethodFacts,
  type WalletFacts,
} from './payment-method.js';
export { product, type ProductFacts } from './product.js';
export { pick, random, uuid } from './random.js';
export { review, type Rating, type ReviewFacts } from './review.js';
export { seedSize, type SeedSize } from './size.js';
export { user, type LoyaltyTier, type UserFacts } from './user.js';
export { warehouses, warehousesOf, type WarehouseFacts } from './warehouse.js';
