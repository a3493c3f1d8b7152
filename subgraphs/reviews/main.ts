// What users think of products, and what others answer.
import { runSubgraph } from '@selvedge/subgraph';
import { Comment } from './entities/comment.js';
import { Review } from './entities/review.js';
import { CreateReviews1700000000000 } from './migrations/1700000000000-create-reviews.js';
import { IndexReviewTexts1700000000001 } from './migrations/1700000000001-index-review-texts.js';
import { CaptureReviewWrites1700000000002 } from './migrations/1700000000002-capture-review-writes.js';
import { resolvers } from './resolvers/index.js';
import { seed } from './seed.js';

await runSubgraph({
  name: 'reviews',
  schema: new URL('./schema.graphql', import.meta.url),
  resolvers,
  store: {
    entities: [Review, Comment],
    migrations: [CreateReviews1700000000000, IndexReviewTexts1700000000001, CaptureReviewWrites1700000000002],
    seed,
  },
});
