import { containing, type SubgraphContext } from '@selvedge/subgraph';
import { Review } from '../entities/review.js';

/** Keys of the newest reviews that mention a text. */
export interface Mention {
  readonly reviewId: string;
  readonly productId: string;
}

const mentionLimit = 20;

/** Finds keys only, so that the rows are read as selected. `reviews_text_trigrams` indexes the expression. */
export function findMentions(context: SubgraphContext, text: string): Promise<Mention[]> {
  return context.query<Mention>(
    `SELECT id AS "reviewId", product_id AS "productId" FROM reviews
     WHERE (title || ' ' || body) ILIKE $1 ORDER BY created_at DESC, id DESC LIMIT $2`,
    [containing(text), mentionLimit],
    { reads: [Review] },
  );
}
