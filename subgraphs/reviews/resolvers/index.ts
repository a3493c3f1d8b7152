import {
  DateTime,
  entityRef,
  reference,
  relation,
  requiredText,
  type PlaceInfo,
  type SubgraphContext,
} from '@selvedge/subgraph';
import type { Resolvers } from '../generated/resolvers.js';
import {
  commentsOfReview,
  newestReviews,
  ratingOfProduct,
  reviewById,
  reviewsOfAuthor,
  reviewsOfProduct,
} from '../loaders/reviews.js';
import { addReview, validReview } from './add-review.js';
import { deleteReview } from './delete-review.js';
import { findMentions } from './mentions.js';

const longestMention = 100;

export const resolvers: Resolvers = {
  DateTime,

  Query: {
    review: (_parent, { id }, context, info) => context.load(reviewById, { id }, info),
    recentReviews: (_parent, args, context, info) => context.page(newestReviews, {}, args, info),
    mentions: async (_parent, { text }, context, info) => {
      const mentions = await findMentions(context, requiredText('text', text, longestMention));
      const reviews = await Promise.all(
        mentions.map(({ reviewId }) => context.load(reviewById, { id: reviewId }, info)),
      );
      const products = new Set(mentions.map(({ productId }) => productId));
      // A review that was deleted between the two statements is gone.
      return [
        ...reviews.filter((review) => review !== null),
        ...Array.from(products, (id) => ({ __typename: 'Product', id })),
      ];
    },
  },

  Mutation: {
    addReview: async (_parent, { input }, context) => {
      const viewer = context.requireViewer();
      const review = validReview(input);
      return { reviewId: await context.transaction((manager) => addReview(manager, viewer, review)) };
    },
    deleteReview: async (_parent, { id }, context) => {
      const viewer = context.requireViewer();
      const productId = await context.transaction((manager) => deleteReview(manager, viewer.id, id));
      return { deletedId: id, productId };
    },
  },

  AddReviewPayload: { review: relation(reviewById, { id: 'reviewId' }) },
  DeleteReviewPayload: { product: entityRef('Product', { id: 'productId' }) },

  Review: {
    __resolveReference: reference(reviewById),
    author: entityRef('User', { id: 'authorId', username: 'authorUsername' }),
    product: entityRef('Product', { id: 'productId' }),
    comments: relation(commentsOfReview, { reviewId: 'id' }),
  },

  Comment: { author: entityRef('User', { id: 'authorId', username: 'authorUsername' }) },

  Product: {
    reviews: relation(reviewsOfProduct, { productId: 'id' }),
    averageRating: async (product, _args, context, info) =>
      (await ratingOf(product, context, info))?.averageRating ?? null,
    reviewCount: async (product, _args, context, info) =>
      (await ratingOf(product, context, info))?.reviewCount ?? 0,
  },

  User: { reviews: relation(reviewsOfAuthor, { authorId: 'id' }) },

  SearchResult: {
    __resolveType: (row) => ('__typename' in row && row.__typename === 'Product' ? 'Product' : 'Review'),
  },
};

/** Both fields of one product share the aggregate: the second asks for what the first has asked. */
function ratingOf({ id }: { readonly id: string }, context: SubgraphContext, info: PlaceInfo) {
  return context.load(ratingOfProduct, { productId: id }, info);
}
