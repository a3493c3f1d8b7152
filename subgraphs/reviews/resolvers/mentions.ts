import { ClientError } from '@selvedge/subgraph';
import type { EntityManager } from 'typeorm';
import { Review } from '../entities/review.js';

/** Keys of the newest reviews that mention a text. */
export interface Mention {
  readonly reviewId: string;
  readonly productId: string;
}

const mentionLimit = 20;
const longestText = 100;

/** Finds keys only, so that the rows are read as selected. */
export async function findMentions(manager: EntityManager, pattern: string): Promise<readonly Mention[]> {
  const reviews = await manager
    .createQueryBuilder(Review, 'review')
    .select(['review.id', 'review.productId'])
    // The expression that `reviews_text_trigrams` indexes.
    .where(`(review.title || ' ' || review.body) ILIKE :pattern`, { pattern })
    .orderBy({ 'review.createdAt': 'DESC', 'review.id': 'DESC' })
    .limit(mentionLimit)
    .getMany();
  return reviews.map(({ id, productId }) => ({ reviewId: id, productId }));
}

/**
 * The pattern that matches what contains the text, which itself matches literally.
 *
 * @throws BAD_USER_INPUT for a text of blanks, with NUL in it, or of more than 100 characters
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
