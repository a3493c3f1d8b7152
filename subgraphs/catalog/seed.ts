// The range of the shop. What a product is comes from the shared facts; how the catalogue words it is made here.
import { categories, pick, product, random, seedSize, type ProductFacts } from '@selvedge/shop-seed';
import { insertRows, type Row, type SeedContext } from '@selvedge/subgraph';
import { Category } from './entities/category.js';
import { Product } from './entities/product.js';

export async function seed(context: SeedContext): Promise<void> {
  const { manager, scale } = context;
  const { products } = seedSize(scale);
  await insertRows(
    manager,
    Category,
    categories.map(({ slug, name }, at) => ({ slug, name, position: at + 1 })),
  );
  await insertRows(manager, Product, productsOf(products), (done) => {
    context.progress('products', done, products);
  });
}

function* productsOf(count: number): Generator<Row<Product, keyof Product>> {
  for (let index = 0; index < count; index += 1) {
    const facts = product(index);
    yield {
      id: facts.id,
      sku: facts.sku,
      name: facts.name,
      description: descriptionOf(index, facts),
      brand: facts.brand,
      priceAmount: (facts.priceCents / 100).toFixed(2),
      priceCurrency: facts.currency,
      weightGrams: facts.weightGrams,
      lengthMm: facts.lengthMm,
      categorySlug: facts.categorySlug,
      createdAt: facts.createdAt,
      inPrintedEdition: facts.inPrintedEdition,
    };
  }
}

function descriptionOf(index: number, { kind, brand, lengthMm, weightGrams }: ProductFacts): string {
  const draw = random(`description:${index}`);
  const character = pick(draw, characters);
  const promise = pick(draw, promises);
  const size = `${String(Math.round(lengthMm / 10))} cm at its longest, ${weightOf(weightGrams)}`;
  return `A ${kind} by ${brand}, ${character}. ${promise} ${size}.`;
}

function weightOf(grams: number): string {
  return grams < 1000 ? `${String(grams)} g` : `${(grams / 1000).toFixed(1)} kg`;
}

const characters = [
  'made to be used every day',
  'drawn without anything that could be left out',
  'finished by hand',
  'made in small runs',
  'tested for a year before it was listed',
  'simple enough to last',
];

const promises = [
  'Spare parts can be ordered for ten years.',
  'Packed without plastic.',
  'Comes with a guarantee of five years.',
  'Goes well with the rest of its line.',
  'Returned goods are repaired and sold again.',
];
