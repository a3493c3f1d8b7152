import { ClientError, DateTime, Decimal, reads, reference, relation, requiredText } from '@selvedge/subgraph';
import type { Resolvers } from '../generated/resolvers.js';
import { categoriesOfMenu, categoryBySlug } from '../loaders/categories.js';
import { productById, productBySku, productPages } from '../loaders/products.js';
import { changePrice, checkAmount } from './change-price.js';
import { findByName } from './search.js';

/** Longer than any name. */
const longestSearchText = 100;

export const resolvers: Resolvers = {
  DateTime,
  Decimal,

  Query: {
    product: (_parent, { id, sku }, context, info) => {
      if (id != null && sku == null) return context.load(productById, { id }, info);
      if (sku != null && id == null) return context.load(productBySku, { sku }, info);
      throw new ClientError(
        'BAD_USER_INPUT',
        `expected \`id\` or \`sku\` but got ${id == null ? 'neither' : 'both'}`,
      );
    },
    products: (_parent, { category, orderBy, ...page }, context, info) => {
      const { ofShop, ofCategory } = productPages[orderBy];
      if (category == null) return context.page(ofShop, {}, page, info);
      return context.page(ofCategory, { categorySlug: category }, page, info);
    },
    categories: (_parent, _args, context, info) => context.load(categoriesOfMenu, {}, info),
    category: (_parent, { slug }, context, info) => context.load(categoryBySlug, { slug }, info),
    search: async (_parent, { text }, context, info) => {
      const { slugs, productIds } = await findByName(context, requiredText('text', text, longestSearchText));
      const found = await Promise.all([
        ...slugs.map((slug) => context.load(categoryBySlug, { slug }, info)),
        ...productIds.map((id) => context.load(productById, { id }, info)),
      ]);
      // One that was deleted in between is gone.
      return found.filter((row) => row !== null);
    },
  },

  Mutation: {
    changePrice: async (_parent, { input: { sku, amount } }, context) => {
      context.requireRole('staff');
      checkAmount(amount);
      await context.transaction((manager) => changePrice(manager, sku, amount));
      return { sku };
    },
  },

  ChangePricePayload: { product: relation(productBySku, { sku: 'sku' }) },

  Product: {
    __resolveReference: reference(productById, productBySku),
    price: reads(['priceAmount', 'priceCurrency'], ({ priceAmount, priceCurrency }) => ({
      amount: priceAmount,
      currency: priceCurrency,
    })),
    category: relation(categoryBySlug, { slug: 'categorySlug' }),
    path: reads(['sku'], ({ sku }) => `/products/${encodeURIComponent(sku)}`),
    inStock: reads(['inPrintedEdition'], ({ inPrintedEdition }) => inPrintedEdition),
  },

  Category: {
    __resolveReference: reference(categoryBySlug),
    path: ({ slug }) => `/categories/${slug}`,
    products: relation(productPages.NEWEST.ofCategory, { categorySlug: 'slug' }),
  },

  SearchResult: { __resolveType: (row) => ('slug' in row ? 'Category' : 'Product') },
};
