import { findOneBy, findPage } from '@selvedge/subgraph';
import { Category } from '../entities/category.js';

export const categoryBySlug = findOneBy(Category, 'slug');

/** As the shop's menu has them; there are a dozen, so one page holds all. */
export const categoriesOfMenu = findPage(Category, { order: { position: 'ASC' }, always: ['name'] });
