// The reviews that the shared facts tell of, and the conversations below them, which only this service knows.
import { pick, product, random, review, seedSize, user, type ReviewFacts } from '@selvedge/shop-seed';
import { insertRows, type Row, type SeedContext } from '@selvedge/subgraph';
import { Comment } from './entities/comment.js';
import { Review } from './entities/review.js';

export async function seed(context: SeedContext): Promise<void> {
  const { manager, scale } = context;
  const { reviews } = seedSize(scale);
  await insertRows(manager, Review, reviewsOf(reviews, scale), (done) => {
    context.progress('reviews', done, reviews);
  });
  await insertRows(manager, Comment, commentsOf(reviews, scale));
  // The seed chose the ids itself; new rows go on after them.
  for (const table of ['reviews', 'comments']) {
    await manager.query(
      `SELECT setval(pg_get_serial_sequence('${table}', 'id'), (SELECT max(id) FROM ${table}))`,
    );
  }
}

function* reviewsOf(count: number, scale: number): Generator<Row<Review, keyof Review>> {
  for (let index = 0; index < count; index += 1) {
    const { id, productIndex, authorIndex, rating, title, body, createdAt } = review(index, scale);
    const author = user(authorIndex);
    yield {
      id,
      productId: product(productIndex).id,
      authorId: author.id,
      authorUsername: author.username,
      rating,
      title,
      body,
      moderationNote: moderationNoteOf(index, rating),
      createdAt,
    };
  }
}

function* commentsOf(reviews: number, scale: number): Generator<Row<Comment, keyof Comment>> {
  let id = 1001;
  for (let index = 0; index < reviews; index += 1) {
    const draw = random(`comments:${index}`);
    if (draw() < 0.55) continue;
    const facts = review(index, scale);
    const count = draw() < 0.7 ? 1 : 2;
    let previous = facts.createdAt;
    for (let nth = 0; nth < count; nth += 1) {
      const author = commenterAt(previous, facts, scale, draw);
      const createdAt = new Date(previous.getTime() + 60_000 * Math.ceil(draw() * 4000));
      yield {
        id: String(id++),
        reviewId: facts.id,
        authorId: author.id,
        authorUsername: author.username,
        body: pick(draw, facts.rating >= 4 ? agreeing : consoling),
        createdAt,
      };
      previous = createdAt;
    }
  }
}

/** Somebody who was a member by then; the shop's own staff where a few draws find nobody. */
function commenterAt(
  moment: Date,
  { authorIndex }: ReviewFacts,
  scale: number,
  draw: () => number,
): ReturnType<typeof user> {
  const { users } = seedSize(scale);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const index = Math.floor(draw() * users);
    const candidate = user(index);
    if (index !== authorIndex && candidate.memberSince < moment) return candidate;
  }
  return user(0);
}

function moderationNoteOf(index: number, rating: number): string | null {
  const draw = random(`moderation:${index}`);
  if (draw() > (rating === 1 ? 0.3 : 0.03)) return null;
  return pick(draw, notes);
}

const agreeing = [
  'Same here, no complaints after a year.',
  'Thanks, that settled it for me.',
  'Does it come in other colours as well?',
  'I gave one to my sister and she says the same.',
  'How long did the delivery take?',
];

const consoling = [
  'Mine was fine. Perhaps you got a bad one?',
  'The service replaced mine without a question.',
  'Thank you for the warning.',
  'Did you write to the shop about it?',
  'I had the very same trouble.',
];

const notes = [
  'Checked: bought here, wording is fine.',
  'Two complaints from other users, kept.',
  'Asked the author for a photograph.',
  'Forwarded to the buyer of this range.',
];
