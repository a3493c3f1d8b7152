import { aggregateBy, findBy, findOneBy, findPage } from '@selvedge/subgraph';
import { Comment } from '../entities/comment.js';
import { Review } from '../entities/review.js';

export const reviewById = findOneBy(Review, 'id');
export const newestReviews = findPage(Review, { order: { createdAt: 'DESC', id: 'DESC' } });
export const reviewsOfProduct = findPage(Review, {
  by: 'productId',
  order: { createdAt: 'DESC', id: 'DESC' },
});
export const reviewsOfAuthor = findPage(Review, { by: 'authorId', order: { createdAt: 'DESC', id: 'DESC' } });
export const ratingOfProduct = aggregateBy(Review, 'productId', {
  averageRating: 'avg(rating)::float8',
  reviewCount: 'count(*)::int4',
});

export const commentsOfReview = findBy(Comment, 'reviewId', { order: { createdAt: 'ASC', id: 'ASC' } });
