/**
 * How many of what a scale makes. The counts keep fixed ratios (ten reviews and four orders a user, two products a
 * user) because orders are dealt out to users by arithmetic on them; see `order.ts`.
 */
export interface SeedSize {
  readonly users: number;
  readonly products: number;
  readonly orders: number;
  readonly reviews: number;
}

const stepsPerScale = 5;

/**
 * @param scale 1 is 500 users, 1,000 products, 2,000 orders and 5,000 reviews; linear in steps of 0.2, at least one step
 * @throws RangeError when the scale is not a positive number
 */
export function seedSize(scale: number): SeedSize {
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new RangeError(`expected a seed scale above 0, but got ${scale}`);
  }
  const steps = Math.max(1, Math.round(scale * stepsPerScale));
  return { users: 100 * steps, products: 200 * steps, orders: 400 * steps, reviews: 1000 * steps };
}
