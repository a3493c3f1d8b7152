import { basket, productsAround, statusOf } from './order.js';
import { categorySlugOf, product, productCreatedAt } from './product.js';
import { pick, random } from './random.js';
import { closings, complaints, openings, praises, titles } from './review-phrases.js';
import { instantBetween, timeline } from './timeline.js';

export type Rating = 1 | 2 | 3 | 4 | 5;

export interface ReviewFacts {
  readonly id: string;
  readonly productIndex: number;
  readonly authorIndex: number;
  readonly rating: Rating;
  readonly title: string;
  readonly body: string;
  readonly createdAt: Date;
}

const firstReviewId = 1001;
/** Five reviews come of two orders: three of the even one, two of the odd one. */
const reviewsPerOrder = 2.5;
const longestWait = 60 * timeline.day;

/**
 * Review i of the shop at that scale. The author is the customer of an order, the product one of its lines, or, where
 * the order has not arrived or has fewer lines than reviews, one that was bought elsewhere. No author reviews a product twice.
 */
export function review(index: number, scale: number): ReviewFacts {
  const orderIndex = Math.floor(index / reviewsPerOrder);
  const nthOfOrder = index - Math.ceil(orderIndex * reviewsPerOrder);
  const order = basket(orderIndex, scale);
  const received = statusOf(orderIndex, order.createdAt) === 'DELIVERED' ? order.productIndexes : [];
  const productIndex = productsAround(orderIndex, scale, received, nthOfOrder + 1)[nthOfOrder] ?? 0;
  const draw = random(`review:${index}`);
  const rating = ratingOf(productIndex, draw);
  return {
    id: String(firstReviewId + index),
    productIndex,
    authorIndex: order.userIndex,
    rating,
    ...textOf(productIndex, rating, draw),
    createdAt: writtenAt(order.createdAt, productCreatedAt(productIndex), draw),
  };
}

/** Products differ in how good they are, and buyers in how they see it. */
function ratingOf(productIndex: number, draw: () => number): Rating {
  const quality = 2.8 + 2 * random(`quality:${productIndex}`)();
  const opinion = quality + 2.4 * (draw() + draw() - 1);
  if (opinion < 1.5) return 1;
  if (opinion < 2.5) return 2;
  if (opinion < 3.5) return 3;
  return opinion < 4.3 ? 4 : 5;
}

function textOf(productIndex: number, rating: Rating, draw: () => number): { title: string; body: string } {
  const category = categorySlugOf(productIndex);
  const opening = pick(draw, openings[rating]).replace('{kind}', product(productIndex).kind);
  const praise = pick(draw, praises[category] ?? []);
  const complaint = pick(draw, complaints[category] ?? []);
  const details = { 1: complaint, 2: complaint, 3: `${praise} ${complaint}`, 4: praise, 5: praise }[rating];
  const closing = draw() < 0.6 ? ` ${pick(draw, closings[rating])}` : '';
  return { title: pick(draw, titles[rating]), body: `${opening} ${details}${closing}` };
}

function writtenAt(orderedAt: Date, listedAt: Date, draw: () => number): Date {
  const from = Math.max(orderedAt.getTime(), listedAt.getTime());
  const to = Math.min(from + longestWait, timeline.now);
  return instantBetween(from, to, 0.1 + 0.9 * draw());
}
