import { ClientError } from '@selvedge/subgraph';
import { ILike, type EntityManager } from 'typeorm';
import { Category } from '../entities/category.js';
import { Product } from '../entities/product.js';

/** The keys of what was found, categories before products, at most `searchLimit` together. */
export interface Found {
  readonly slugs: readonly string[];
  readonly productIds: readonly string[];
}

const searchLimit = 20;
const longestText = 100;

/** Finds keys only, so that the rows are read as selected. */
export async function findByName(manager: EntityManager, pattern: string): Promise<Found> {
  const where = { name: ILike(pattern) };
  const categories = await manager.find(Category, {
    select: { slug: true },
    where,
    order: { position: 'ASC' },
    take: searchLimit,
  });
  const products = await manager.find(Product, {
    select: { id: true },
    where,
    order: { name: 'ASC', id: 'ASC' },
    take: searchLimit - categories.length,
  });
  return { slugs: categories.map(({ slug }) => slug), productIds: products.map(({ id }) => id) };
}

/**
 * The pattern that matches what contains the text, which itself matches literally.
 *
 * @throws BAD_USER_INPUT for a text of blanks, with NUL in it, or longer than anything that it could be found in
 */
export function patternOf(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > longestText || trimmed.includes('\u0000')) {
    const got = trimmed.includes('\u0000') ? 'one with NUL' : trimmed.length;
    throw new ClientError(
      'BAD_USER_INPUT',
      `expected a text of 1 to ${longestText} characters but got ${got}`,
    );
  }
  return `%${trimmed.replace(/[\\%_]/g, '\\$&')}%`;
}
