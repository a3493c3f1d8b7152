import { brands, categories, finishes, kinds, series, type Kind } from './catalogue.js';
import { below, pick, random, uuid } from './random.js';
import { instantBetween, timeline } from './timeline.js';

export interface ProductFacts {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  /** What it is, without brand and series: `cast-iron skillet`. */
  readonly kind: string;
  readonly brand: string;
  readonly categorySlug: string;
  readonly priceCents: number;
  /** ISO 4217 */
  readonly currency: string;
  readonly weightGrams: number;
  /** The longest side. */
  readonly lengthMm: number;
  readonly createdAt: Date;
  readonly inPrintedEdition: boolean;
}

/** Products come in runs of this size; every third run was in the catalogue when the shop opened. */
const run = 40;

/** The product of that index, the same at any scale. */
export function product(index: number): ProductFacts {
  const draw = random(`product:${index}`);
  const category = pick(draw, categories);
  const kind = pick(draw, kinds[category.slug] ?? []);
  // A larger size costs and weighs more: the sizes share out the kind's range in their order.
  const size = kind.sizes === undefined ? undefined : below(draw, kind.sizes.length);
  const share = size === undefined ? draw() : (size + draw()) / (kind.sizes?.length ?? 1);
  const variant = size === undefined ? pick(draw, finishes) : (kind.sizes?.[size] ?? '');
  return {
    id: uuid(`product/${index}`),
    sku: `${category.prefix}-${String(10_001 + index)}`,
    name: `${pick(draw, series)} ${kind.name}, ${variant}`,
    kind: kind.name,
    brand: pick(draw, brands[category.slug] ?? []),
    categorySlug: category.slug,
    priceCents: priceCents(kind, share, draw),
    currency: 'EUR',
    weightGrams: Math.round(within(kind.grams, share)),
    lengthMm: Math.round(within(kind.millimetres, share)),
    createdAt: productCreatedAt(index),
    inPrintedEdition: draw() < 0.8,
  };
}

/** Apart from `product` because orders ask it of many products, of most of which they need nothing else. */
export function productCreatedAt(index: number): Date {
  const share = random(`product-created-at:${index}`)();
  return Math.floor(index / run) % 3 === 0
    ? instantBetween(timeline.founded, timeline.opened, share)
    : instantBetween(timeline.opened, timeline.closedForJoining, share);
}

/** The slug of a product's category; the draw that `product` makes first. */
export function categorySlugOf(index: number): string {
  return pick(random(`product:${index}`), categories).slug;
}

/** Whole euros less ten or five cents, as shops have it: 24.90, 129.95, 18.00. */
function priceCents(kind: Kind, share: number, draw: () => number): number {
  return Math.round(within(kind.euros, share)) * 100 - pick(draw, [0, 5, 10, 10, 50]);
}

function within([least, most]: readonly [number, number], share: number): number {
  return least + (most - least) * share;
}
