import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  categories,
  order,
  paymentMethods,
  product,
  review,
  seedSize,
  user,
  warehousesOf,
  type OrderFacts,
  type ReviewFacts,
} from './index.js';

const scales = [0.2, 1];
const now = Date.UTC(2025, 6, 1);

describe('seedSize', () => {
  it('is linear in the scale, in steps of a fifth', () => {
    expect(seedSize(1)).toEqual({ users: 500, products: 1000, orders: 2000, reviews: 5000 });
    expect(seedSize(100)).toEqual({ users: 50_000, products: 100_000, orders: 200_000, reviews: 500_000 });
    expect(seedSize(0.01)).toEqual(seedSize(0.2));
  });

  it('refuses what is not a scale', () => {
    expect(() => seedSize(0)).toThrow('expected a seed scale above 0, but got 0');
    expect(() => seedSize(Number.NaN)).toThrow(RangeError);
  });
});

describe('determinism', () => {
  it('makes the rows that it always made', () => {
    const rows = [0, 1, 2, 41, 999].map((index) => [
      user(index),
      product(index),
      paymentMethods(index),
      warehousesOf(index),
      order(index, 1),
      review(index, 1),
    ]);
    const digest = createHash('sha256').update(JSON.stringify(rows)).digest('hex');
    // Changes with any fact; that is a new shop, and everything that names a row of the old one has to follow.
    expect(digest).toBe('4189ec8f0ba677ce9e0e82c6702955ea7bcb9bd1b8d163ea3b9d6b1c80db49d6');
  });

  it('makes an order whatever was asked before', () => {
    const alone = order(77, 1);
    for (let index = 0; index < 100; index += 1) review(index, 1);
    expect(order(77, 1)).toEqual(alone);
  });
});

describe('uniqueness', () => {
  it('holds for usernames and skus far beyond the first round of names', () => {
    const { users, products } = seedSize(100);
    expect(distinct(users, (index) => user(index).username)).toBe(users);
    expect(distinct(products, (index) => product(index).sku)).toBe(products);
    expect(distinct(products, (index) => product(index).id)).toBe(products);
  });

  it('makes usernames that need no escaping', () => {
    for (let index = 0; index < 10_000; index += 7)
      expect(user(index).username).toMatch(/^[a-z]+\.[a-z]+\d*$/);
  });

  it.each([...scales, 3])('lets no author review a product twice, at scale %d', (scale) => {
    const { reviews } = seedSize(scale);
    const pairOf = (index: number): string => {
      const { authorIndex, productIndex } = review(index, scale);
      return `${String(authorIndex)} ${String(productIndex)}`;
    };
    expect(distinct(reviews, pairOf)).toBe(reviews);
  });

  it('gives every user exactly one default payment method', () => {
    for (let index = 0; index < 500; index += 1) {
      const methods = paymentMethods(index);
      expect(methods.length).toBeGreaterThanOrEqual(1);
      expect(methods.length).toBeLessThanOrEqual(3);
      expect(methods.filter(({ isDefault }) => isDefault)).toHaveLength(1);
    }
  });
});

describe.each(scales)('the order of things at scale %d', (scale) => {
  const orders = all(seedSize(scale).orders, (index) => order(index, scale));
  const reviews = all(seedSize(scale).reviews, (index) => review(index, scale));

  it('places an order after its customer joined and its products were listed', () => {
    for (const { userIndex, createdAt, lines } of orders) {
      expect(user(userIndex).memberSince.getTime()).toBeLessThan(createdAt.getTime());
      for (const line of lines)
        expect(product(line.productIndex).createdAt.getTime()).toBeLessThan(createdAt.getTime());
      expect(createdAt.getTime()).toBeLessThan(now);
    }
  });

  it('numbers orders in the order of their dates', () => {
    const dates = orders.map(({ createdAt }) => createdAt.getTime());
    expect(dates).toEqual(dates.toSorted((a, b) => a - b));
    expect(orders[0]?.id).toBe('1001');
  });

  it('makes orders of one to four different products that exist, from warehouses that carry them', () => {
    const { products, users } = seedSize(scale);
    for (const { lines, userIndex } of orders) {
      expect(userIndex).toBeLessThan(users);
      expect(new Set(lines.map(({ productIndex }) => productIndex)).size).toBe(lines.length);
      for (const { productIndex, warehouseCode } of lines) {
        expect(productIndex).toBeLessThan(products);
        if (warehouseCode !== null) expect(warehousesOf(productIndex)).toContain(warehouseCode);
      }
    }
  });

  it('dates a review after the product was listed and its author joined', () => {
    for (const { productIndex, authorIndex, createdAt } of reviews) {
      expect(product(productIndex).createdAt.getTime()).toBeLessThan(createdAt.getTime());
      expect(user(authorIndex).memberSince.getTime()).toBeLessThan(createdAt.getTime());
      expect(createdAt.getTime()).toBeLessThanOrEqual(now);
    }
  });

  it('has most products reviewed by those who bought them, after they did', () => {
    const bought = boughtAt(orders);
    const verified = reviews.filter((facts) => isVerified(facts, bought)).length;
    expect(verified / reviews.length).toBeGreaterThan(0.75);
  });

  it('has orders for the two users whose tokens are printed, and every category on sale', () => {
    const customers = new Set(orders.map(({ userIndex }) => userIndex));
    expect(customers.has(0) && customers.has(1)).toBe(true);
    const slugs = new Set(all(seedSize(scale).products, (index) => product(index).categorySlug));
    expect(slugs).toEqual(new Set(categories.map(({ slug }) => slug)));
  });
});

it('has ratings that differ, and leave no placeholder in the text', () => {
  const ratings = new Map<number, number>();
  for (let index = 0; index < 5000; index += 1) {
    const { rating, body } = review(index, 1);
    ratings.set(rating, (ratings.get(rating) ?? 0) + 1);
    expect(body).not.toMatch(/[{}]|undefined/);
  }
  expect(ratings.size).toBe(5);
  expect(ratings.get(4)).toBeGreaterThan(ratings.get(1) ?? 0);
});

function all<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function distinct(count: number, keyOf: (index: number) => string): number {
  return new Set(all(count, keyOf)).size;
}

function boughtAt(orders: readonly OrderFacts[]): ReadonlyMap<string, Date> {
  return new Map(
    orders.flatMap(({ userIndex, createdAt, lines }) =>
      lines.map(({ productIndex }): [string, Date] => [
        `${String(userIndex)} ${String(productIndex)}`,
        createdAt,
      ]),
    ),
  );
}

function isVerified(facts: ReviewFacts, bought: ReadonlyMap<string, Date>): boolean {
  const orderedAt = bought.get(`${String(facts.authorIndex)} ${String(facts.productIndex)}`);
  return orderedAt !== undefined && orderedAt < facts.createdAt;
}
