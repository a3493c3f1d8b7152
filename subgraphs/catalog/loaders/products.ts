import { findOneBy, findPage, type PageRead } from '@selvedge/subgraph';
import { Product } from '../entities/product.js';

export const productById = findOneBy(Product, 'id');
export const productBySku = findOneBy(Product, 'sku');

/** A list of products in one order: of the whole shop, and of one category. */
interface ProductPages {
  readonly ofShop: PageRead<Product, never>;
  readonly ofCategory: PageRead<Product, 'categorySlug'>;
}

/** By the values of the enum `ProductOrder`; each has its indexes in the migration. */
export const productPages: Readonly<
  Record<'NEWEST' | 'NAME' | 'PRICE_LOW_TO_HIGH' | 'PRICE_HIGH_TO_LOW', ProductPages>
> = {
  NEWEST: {
    ofShop: findPage(Product, { order: { createdAt: 'DESC', id: 'DESC' } }),
    ofCategory: findPage(Product, { by: 'categorySlug', order: { createdAt: 'DESC', id: 'DESC' } }),
  },
  NAME: {
    ofShop: findPage(Product, { order: { name: 'ASC', id: 'ASC' } }),
    ofCategory: findPage(Product, { by: 'categorySlug', order: { name: 'ASC', id: 'ASC' } }),
  },
  PRICE_LOW_TO_HIGH: {
    ofShop: findPage(Product, { order: { priceAmount: 'ASC', id: 'ASC' } }),
    ofCategory: findPage(Product, { by: 'categorySlug', order: { priceAmount: 'ASC', id: 'ASC' } }),
  },
  PRICE_HIGH_TO_LOW: {
    ofShop: findPage(Product, { order: { priceAmount: 'DESC', id: 'DESC' } }),
    ofCategory: findPage(Product, { by: 'categorySlug', order: { priceAmount: 'DESC', id: 'DESC' } }),
  },
};
