import { ClientError, isBigintIdentity } from '@selvedge/subgraph';
import type { EntityManager } from 'typeorm';
import { Review } from '../entities/review.js';

/**
 * Removes one of the user's own reviews, with the comments below it.
 *
 * @returns the id of the product that it was about
 * @throws NOT_FOUND when there is none of that id; FORBIDDEN when somebody else wrote it
 */
export async function deleteReview(manager: EntityManager, userId: string, id: string): Promise<string> {
  const review = isBigintIdentity(id)
    ? await manager.findOne(Review, { where: { id }, lock: { mode: 'pessimistic_write' } })
    : null;
  if (review === null)
    throw new ClientError('NOT_FOUND', `expected the id of a review but got "${id.slice(0, 60)}"`);
  if (review.authorId !== userId) {
    throw new ClientError('FORBIDDEN', 'expected a review of your own but got somebody else’s');
  }
  await manager.delete(Review, { id });
  return review.productId;
}
