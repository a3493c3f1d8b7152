import { ClientError, isUuid, requiredText, type Viewer } from '@selvedge/subgraph';
import type { EntityManager } from 'typeorm';
import { Review } from '../entities/review.js';

export interface ReviewInput {
  readonly productId: string;
  readonly rating: number;
  readonly title: string;
  readonly body: string;
}

const longestTitle = 120;
const longestBody = 5_000;

/**
 * The input with its texts trimmed. Whether the product exists only the catalogue knows: a review of one that does not
 * is seen by nobody.
 *
 * @throws BAD_USER_INPUT for what cannot be a review
 */
export function validReview({ productId, rating, title, body }: ReviewInput): ReviewInput {
  if (!isUuid(productId)) throw invalid('the id of a product', `"${productId.slice(0, 60)}"`);
  if (rating < 1 || rating > 5) throw invalid('a rating of 1 to 5', rating);
  return {
    productId,
    rating,
    title: requiredText('title', title, longestTitle),
    body: requiredText('body', body, longestBody),
  };
}

/**
 * @returns the new review's id
 * @throws CONFLICT when the author has reviewed the product before
 */
export async function addReview(manager: EntityManager, author: Viewer, input: ReviewInput): Promise<string> {
  // Left to the unique constraint rather than looked up first: two requests at once would both find nothing.
  const { identifiers } = await manager
    .createQueryBuilder()
    .insert()
    .into(Review)
    .values({ ...input, authorId: author.id, authorUsername: author.username })
    .orIgnore()
    .execute();
  const id: unknown = identifiers[0]?.['id'];
  if (typeof id !== 'string') {
    throw new ClientError(
      'CONFLICT',
      'expected a product that you have not reviewed yet but got one that you have',
    );
  }
  return id;
}

function invalid(expected: string, got: string | number): ClientError {
  return new ClientError('BAD_USER_INPUT', `expected ${expected} but got ${got}`);
}
