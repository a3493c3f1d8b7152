import { find, findOneBy } from '@selvedge/subgraph';
import { Category } from '../entities/category.js';

export const categoryBySlug = findOneBy(Category, 'slug');

/** As the shop's menu has them; there are a dozen. */
export const categoriesOfMenu = find(Category, { order: { position: 'ASC' } });
