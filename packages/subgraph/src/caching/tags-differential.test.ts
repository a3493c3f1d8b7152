// The promise that caching stands on: whatever is written, an answer that would be another now has a tag that the write has
// raised, and its snapshot does not see the write. Random writes, in transactions with savepoints, against answers of every kind; and
// the same with each kind of tag left out, which must show.
import { parseSnapshot, sees, type AnswerOrigin } from '@selvedge/cache';
import { markWrites, wholeStoreTag, writesOf } from '@selvedge/events';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { observing } from '../index.js';
import { asking, capturedLibrary, extensionOf } from '../testing/captured-library.js';
import { entitiesOperation } from '../testing/entities-operations.js';
import { authorId } from '../testing/library.js';
import { startLibrary, type RunningLibrary } from '../testing/running-library.js';

const authorCount = 4;
let library: RunningLibrary;
let executing: RunningLibrary;
beforeAll(async () => {
  library = await startLibrary({ ...capturedLibrary, authors: authorCount });
  executing = await startLibrary({
    ...capturedLibrary,
    config: { databaseUrl: library.databaseUrl },
    plugins: [
      observing({ requestDidStart: () => Promise.resolve({ executionDidStart: () => Promise.resolve() }) }),
    ],
  });
  await executing.ready;
});
afterAll(async () => {
  await executing.stop();
  await library.stop();
});

interface Answered {
  readonly data: unknown;
  /** Null for one that no cache would keep. */
  readonly answer: AnswerOrigin | null;
}

async function answered(subgraph: RunningLibrary, body: object): Promise<Answered> {
  const posted = await subgraph.post(body, asking);
  const answer = extensionOf(posted)?.answer;
  const { data } = posted.body as { data: unknown };
  return { data, answer: answer?.refusal === null ? answer : null };
}

it('has the same tags compiled and by resolvers', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(entitiesOperation, async (operation) => {
      const [compiled, executed] = await Promise.all([
        answered(library, operation),
        answered(executing, operation),
      ]);
      expect(comparable(compiled)).toEqual(comparable(executed));
      if (compiled.answer?.entityTags?.some((tags) => tags.length > 0) === true) compared += 1;
    }),
    { numRuns: 250 },
  );
  expect(compared).toBeGreaterThan(60);
}, 120_000);

function comparable({ answer }: Answered): unknown {
  if (answer === null) return null;
  const { tags, entityTags, maxAge, isPrivate } = answer;
  return {
    maxAge,
    isPrivate,
    tags: tags.toSorted(),
    entityTags: entityTags?.map((own) => own.toSorted()),
  };
}

const r = Array.from({ length: authorCount + 2 }, (_, index) => ({
  __typename: 'Author',
  id: authorId(index),
}));
const emails = [0, 1, 7].map((index) => ({ __typename: 'Author', email: `author${index}@example.com` }));
const books = ['0', '1', '5', '11', '77'].map((id) => ({ __typename: 'Book', id }));
const copies = [0, 1, 5, 40].map((shelf) => ({ __typename: 'Copy', branch: `branch${shelf % 2}`, shelf }));
const entities = (type: string, selection: string, representations: object[]): object => ({
  query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} { ${selection} } } }`,
  variables: { r: representations },
});

const operations: readonly object[] = [
  entities('Author', 'firstName bio', r),
  entities('Author', 'email allBooks { title pages }', r),
  entities('Author', 'fullName pagesWritten', r),
  entities('Author', 'books(first: 2) { nodes { title } pageInfo { hasNextPage endCursor } totalCount }', r),
  entities('Author', 'lastName initials', emails),
  entities('Book', 'title genre author { firstName books(last: 1) { nodes { id } } }', books),
  entities('Copy', 'shelf book { title }', copies),
  { query: '{ books(first: 3) { nodes { title author { email } } } }' },
  { query: '{ books(last: 2) { edges { cursor node { pages } } pageInfo { hasPreviousPage } } }' },
  { query: '{ books(first: 1) { totalCount } }' },
  { query: `{ author(id: "${authorId(1)}") { books(first: 1) { nodes { publishedAt } } } }` },
  { query: '{ titles(text: "1") }' },
];

const author = fc.nat({ max: authorCount + 1 }).map((index) => `'${authorId(index)}'`);
const book = fc.nat({ max: 14 }).map(String);
const number = fc.nat({ max: 5 });
const quoted = fc.constantFrom("'a'", "'b 1'", "'Ünï & = % ] \\ ~'");
const sql = (parts: TemplateStringsArray, ...values: fc.Arbitrary<string | number>[]): fc.Arbitrary<string> =>
  fc.tuple(...values).map((made) => parts.map((part, index) => part + String(made[index] ?? '')).join(''));

const statements = fc.oneof(
  sql`UPDATE authors SET first_name = ${quoted}, bio = NULL WHERE id = ${author}`,
  sql`UPDATE authors SET email = ${number} || 'x@example.com' WHERE id = ${author}`,
  sql`INSERT INTO authors VALUES (${author}, ${quoted}, 'new', 'one', NULL) ON CONFLICT DO NOTHING`,
  sql`UPDATE books SET title = ${quoted} WHERE id = ${book}`,
  sql`UPDATE books SET pages = 98 + ${number} WHERE id IN (${book}, ${book})`,
  sql`UPDATE books SET author_id = ${author} WHERE id = ${book} AND EXISTS (SELECT FROM authors WHERE id = ${author})`,
  sql`UPDATE books SET published_at = published_at + interval '${number} us' WHERE id = ${book}`,
  sql`UPDATE books SET id = id + 20 WHERE id = ${book} AND NOT EXISTS (SELECT FROM books WHERE id = ${book} + 20)`,
  sql`DELETE FROM books WHERE id = ${book}`,
  sql`INSERT INTO books SELECT ${book}, id, ${quoted}, 100 + ${number}, NULL, now(), 'NOVEL' FROM authors WHERE id = ${author} ON CONFLICT DO NOTHING`,
  sql`UPDATE copies SET book_id = ${book} WHERE shelf = ${number}`,
  sql`UPDATE copies SET shelf = shelf + 40 WHERE shelf = ${number}`,
  sql`DELETE FROM copies WHERE shelf = ${number}`,
);
const transaction = fc.array(fc.record({ text: statements, isUndone: fc.boolean() }), {
  minLength: 1,
  maxLength: 3,
});

/** What a cache drops of each kind of tag; each must be missed. */
const dropped: Readonly<Record<string, (tag: string) => boolean>> = {
  none: () => false,
  'of lists': (tag) => tag.includes('['),
  'of rows by their own key': (tag) => /^\w+:(id|branch|email)=/.test(tag),
  'of rows by another column': (tag) => tag.startsWith('books:author_id='),
  'of whole tables': (tag) => tag.endsWith(':'),
};

it('has a tag that every write raises which changes it', async () => {
  const misses = new Map(Object.keys(dropped).map((kind) => [kind, 0]));
  let changes = 0;
  let precise = 0;
  let kept = 0;
  let before = await Promise.all(operations.map((operation) => answered(library, operation)));
  await fc.assert(
    fc.asyncProperty(transaction, async (parts) => {
      const { xid, tags } = await written(parts);
      const isPrecise = !tags.includes(wholeStoreTag);
      if (isPrecise) precise += 1;
      const after = await Promise.all(operations.map((operation) => answered(library, operation)));
      before.forEach((old, index) => {
        const now = after[index];
        if (old.answer === null || now === undefined) return;
        kept += 1;
        const changed = changedParts(old, now);
        if (changed.length > 0) expectSnapshots(old, now, xid);
        changes += changed.length;
        for (const [kind, isDropped] of Object.entries(dropped)) {
          const missed = isPrecise
            ? changed.filter((own) => !own.some((tag) => !isDropped(tag) && tags.includes(tag)))
            : [];
          misses.set(kind, (misses.get(kind) ?? 0) + missed.length);
        }
        expect(misses.get('none')).toBe(0);
      });
      before = after;
    }),
    // Of these runs it is known that each kind of tag is needed.
    { numRuns: 120, endOnFailure: true, seed: 20_261_121 },
  );
  expect(changes).toBeGreaterThan(80);
  expect(precise).toBeGreaterThan(90);
  expect(kept).toBeGreaterThan(1_000);
  const { none, ...others } = Object.fromEntries(misses);
  expect(none).toBe(0);
  for (const [kind, count] of Object.entries(others)) expect(count, kind).toBeGreaterThan(0);
}, 180_000);

/** Of each part of an answer that has changed, the tags by which a cache would know: of an entity, or of the whole. */
function changedParts(old: Answered, now: Answered): string[][] {
  const { tags = [], entityTags } = old.answer ?? {};
  if (entityTags === undefined) return isEqual(old.data, now.data) ? [] : [[...tags]];
  const [left, right] = [old, now].map(({ data }) => (data as { _entities?: unknown[] } | null)?._entities);
  return entityTags.flatMap((own, index) =>
    isEqual(left?.[index], right?.[index]) ? [] : [[...tags, ...own]],
  );
}

function expectSnapshots(old: Answered, now: Answered, xid: string | null): void {
  const [before, after] = [old, now].map(({ answer }) => answer?.snapshot);
  if (before != null) expect(sees(parseSnapshot(before), BigInt(xid ?? -1))).toBe(false);
  if (after != null) expect(sees(parseSnapshot(after), BigInt(xid ?? -1))).toBe(true);
}

function isEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Runs the statements in one transaction, each in a savepoint, and says what it has raised. */
function written(
  parts: readonly { readonly text: string; readonly isUndone: boolean }[],
): Promise<{ xid: string | null; tags: readonly string[] }> {
  return library.store.dataSource.transaction(async (manager) => {
    await manager.query(markWrites);
    for (const { text, isUndone } of parts) {
      await manager.query('SAVEPOINT part');
      const failed = await manager.query(text).then(
        () => false,
        () => true,
      );
      if (failed || isUndone) await manager.query('ROLLBACK TO part');
    }
    return writesOf(manager);
  });
}
