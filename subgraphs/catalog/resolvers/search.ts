import { containing, type SubgraphContext } from '@selvedge/subgraph';
import { Category } from '../entities/category.js';
import { Product } from '../entities/product.js';

/** The keys of what was found, categories before products, at most `searchLimit` together. */
export interface Found {
  readonly slugs: readonly string[];
  readonly productIds: readonly string[];
}

const searchLimit = 20;

/** Finds keys only, so that the rows are read as selected. */
export async function findByName(context: SubgraphContext, text: string): Promise<Found> {
  const values = [containing(text), searchLimit];
  const [categories, products] = await Promise.all([
    context.query<{ slug: string }>(
      'SELECT slug FROM categories WHERE name ILIKE $1 ORDER BY position LIMIT $2',
      values,
      { reads: [Category] },
    ),
    context.query<{ id: string }>(
      'SELECT id FROM products WHERE name ILIKE $1 ORDER BY name, id LIMIT $2',
      values,
      { reads: [Product] },
    ),
  ]);
  return {
    slugs: categories.map(({ slug }) => slug),
    productIds: products.slice(0, searchLimit - categories.length).map(({ id }) => id),
  };
}
