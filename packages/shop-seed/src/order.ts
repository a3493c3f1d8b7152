/**
 * Who ordered what and when. Nothing is remembered between two orders, and yet no user buys the same product in two
 * of them (one review per author and product depends on it): order i belongs to class `i mod 40`, takes its products
 * from the same class of products, and a class visits each block of ten users exactly once.
 */
import { memberSince, userBlock } from './user.js';
import { productCreatedAt } from './product.js';
import { below, pick, random } from './random.js';
import { seedSize } from './size.js';
import { instantBetween, timeline } from './timeline.js';
import { warehousesOf } from './warehouse.js';

export type OrderStatus = 'PENDING' | 'CONFIRMED' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED';

export interface OrderLineFacts {
  /** From 1. */
  readonly position: number;
  readonly productIndex: number;
  readonly quantity: number;
  /** One of `warehousesOf(productIndex)`; null until a warehouse was chosen. */
  readonly warehouseCode: string | null;
}

export interface OrderFacts {
  readonly id: string;
  readonly userIndex: number;
  readonly createdAt: Date;
  readonly status: OrderStatus;
  readonly lines: readonly OrderLineFacts[];
}

const firstOrderId = 1001;
const classes = 40;

/** Order i of the shop at that scale; ids and dates rise with i. */
export function order(index: number, scale: number): OrderFacts {
  const { userIndex, createdAt, productIndexes } = basket(index, scale);
  const draw = random(`order:${index}`);
  const status = statusOf(index, createdAt);
  const isUnplaced = status === 'PENDING' || status === 'CANCELLED';
  return {
    id: String(firstOrderId + index),
    userIndex,
    createdAt,
    status,
    lines: productIndexes.map((productIndex, at) => ({
      position: at + 1,
      productIndex,
      quantity: draw() < 0.75 ? 1 : 2 + below(draw, 3),
      warehouseCode: isUnplaced ? null : pick(draw, warehousesOf(productIndex)),
    })),
  };
}

/** The part of an order that reviews build on. */
export interface Basket {
  readonly userIndex: number;
  readonly createdAt: Date;
  /** Different from each other, all in the catalogue before `createdAt`. */
  readonly productIndexes: readonly number[];
}

export function basket(index: number, scale: number): Basket {
  const { orders } = seedSize(scale);
  const draw = random(`basket:${index}`);
  // The power makes the shop grow: two thirds of the orders fall into the second half of its life.
  const share = ((index + draw()) / orders) ** 0.7;
  const createdAt = instantBetween(timeline.opened, timeline.now - timeline.day, share);
  const userIndex = customerOf(index, scale, createdAt, draw);
  const wanted = pick(draw, [1, 2, 2, 3, 3, 3, 4, 4]);
  return { userIndex, createdAt, productIndexes: productsFor(index, scale, wanted, createdAt, draw) };
}

/** Of the order of that index and date: one in twenty-five is cancelled, the others advance with age. */
export function statusOf(index: number, createdAt: Date): OrderStatus {
  if (random(`status:${index}`)() < 0.04) return 'CANCELLED';
  const age = (timeline.now - createdAt.getTime()) / timeline.day;
  if (age < 3) return 'PENDING';
  if (age < 6) return 'CONFIRMED';
  return age < 12 ? 'SHIPPED' : 'DELIVERED';
}

/** `count` different products of the order's class, first those received; the others may be newer than the order. */
export function productsAround(
  index: number,
  scale: number,
  received: readonly number[],
  count: number,
): readonly number[] {
  const chosen = received.slice(0, count);
  const inClass = productsPerClass(scale);
  let at = below(random(`around:${index}`), inClass);
  while (chosen.length < count) {
    const candidate = (index % classes) + classes * at;
    if (!chosen.includes(candidate)) chosen.push(candidate);
    at = (at + 1) % inClass;
  }
  return chosen;
}

function customerOf(index: number, scale: number, createdAt: Date, draw: () => number): number {
  const block = blockVisited(index % classes, Math.floor(index / classes), seedSize(scale).users / userBlock);
  const founder = block * userBlock + below(draw, 2);
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const candidate = block * userBlock + below(draw, userBlock);
    if (memberSince(candidate) < createdAt) return candidate;
  }
  return founder;
}

/** The block of users that a class visits on its n-th visit: an affine permutation of the blocks, another one for each class. */
function blockVisited(orderClass: number, visit: number, blocks: number): number {
  const draw = random(`visits:${orderClass}`);
  let step = 1 + below(draw, blocks);
  while (greatestCommonDivisor(step, blocks) !== 1) step += 1;
  return (step * visit + below(draw, blocks)) % blocks;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function productsFor(
  index: number,
  scale: number,
  wanted: number,
  before: Date,
  draw: () => number,
): readonly number[] {
  const inClass = productsPerClass(scale);
  const chosen: number[] = [];
  for (let attempt = 0; attempt < 4 * wanted && chosen.length < wanted; attempt += 1) {
    // The square makes best-sellers: in a class of 25, a fifth of the draws are of the first.
    const candidate = (index % classes) + classes * Math.floor(inClass * draw() ** 2);
    if (!chosen.includes(candidate) && productCreatedAt(candidate) < before) chosen.push(candidate);
  }
  // The first product of every class was there at the opening.
  return chosen.length === 0 ? [index % classes] : chosen;
}

function productsPerClass(scale: number): number {
  return seedSize(scale).products / classes;
}
