// What the router is told of an answer, over HTTP, on a real store.
import type { AnswerOrigin, CacheExtension } from '@selvedge/cache';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observing, type SubgraphPlugin } from '../index.js';
import { asking, capturedLibrary, extensionOf } from '../testing/captured-library.js';
import { authorId } from '../testing/library.js';
import { startLibrary, type RunningLibrary } from '../testing/running-library.js';

const tokenKey = Buffer.alloc(32, 7).toString('base64url');
let library: RunningLibrary;
beforeAll(async () => {
  library = await startLibrary({ ...capturedLibrary, config: { tokenKey } });
});
afterAll(() => library.stop());

async function told(
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<CacheExtension | undefined> {
  return extensionOf(await library.post({ query, variables }, { ...asking, ...headers }));
}

async function answerOf(...asked: Parameters<typeof told>): Promise<AnswerOrigin | undefined> {
  return (await told(...asked))?.answer;
}

const author = (index: number): object => ({ __typename: 'Author', id: authorId(index) });
const entities = (selection: string): string =>
  `query($r: [_Any!]!) { _entities(representations: $r) { ... on Author { ${selection} } } }`;
const read = `{ author(id: "${authorId(1)}") { firstName } }`;
const aSnapshot = expect.stringMatching(/^\d+:\d+:/) as unknown;

describe('an answer', () => {
  it('has the snapshot, the cluster and a tag of what each read found', async () => {
    expect(await told(`{ author(id: "${authorId(1)}") { firstName allBooks { title } } }`)).toEqual({
      cluster: expect.stringMatching(/^\d+\/1$/) as unknown,
      answer: {
        maxAge: 30,
        isPrivate: false,
        staleness: 0,
        snapshot: aSnapshot,
        tags: [`authors:id=${authorId(1)}`, `books:author_id=${authorId(1)}`],
        headers: [],
        claims: [],
        refusal: null,
      },
    });
  });

  it('has the tag of a key that finds nothing, and none of a key with a null', async () => {
    expect(await answerOf(`{ author(id: "${authorId(99)}") { firstName } }`)).toMatchObject({
      tags: [`authors:id=${authorId(99)}`],
      snapshot: aSnapshot,
    });
    const nobody = { __typename: 'Author', id: null };
    expect(await answerOf(entities('firstName'), { r: [nobody] })).toMatchObject({
      entityTags: [[]],
      snapshot: null,
      refusal: null,
    });
  });

  it('of a list has a tag of who is in it, and one of each that is', async () => {
    expect(await answerOf('{ books(first: 2) { nodes { title } } }')).toMatchObject({
      tags: ['books[]', 'books:id=2', 'books:id=5'],
    });
  });

  it.each([
    ['compiled', 'firstName allBooks { title }'],
    ['by resolvers', 'fullName pagesWritten'],
  ])('tells apart what belongs to one representation, %s', async (_how, selection) => {
    const tags = (index: number): string[] => [
      `authors:id=${authorId(index)}`,
      `books:author_id=${authorId(index)}`,
    ];
    const answer = await answerOf(entities(selection), { r: [author(1), author(4), author(1)] });
    expect(answer).toMatchObject({ tags: [], entityTags: [tags(1), tags(4), tags(1)] });
  });

  it('with two lists of entities tells them not apart', async () => {
    const query =
      'query($r: [_Any!]!) { a: _entities(representations: $r) { ... on Author { id } } b: _entities(representations: $r) { ... on Author { email } } }';
    const answer = await answerOf(query, { r: [author(1)] });
    expect(answer).toMatchObject({ tags: [`authors:id=${authorId(1)}`], refusal: null });
    expect(answer).not.toHaveProperty('entityTags');
  });

  it('has its lifetime from the schema', async () => {
    expect(await answerOf(entities('firstName'), { r: [author(1)] })).toMatchObject({ maxAge: 60 });
    const query = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Book { secretNote } } }';
    expect(await answerOf(query, { r: [{ __typename: 'Book', id: '1' }] })).toMatchObject({
      maxAge: 10,
      isPrivate: true,
    });
  });

  it('says nothing where nobody asks', async () => {
    for (const headers of [{}, { 'x-selvedge-cache': '2' }]) {
      const { body } = await library.post({ query: read }, headers);
      expect(body).toEqual({ data: { author: { firstName: 'First1' } } });
    }
    const statements = await library.statementsOf(() => library.post({ query: read }));
    expect(statements.join()).not.toContain('snapshot');
  });

  it('of an array of operations is told of each by itself', async () => {
    const { body } = await library.post(
      [
        { query: entities('firstName'), variables: { r: [author(1)] } },
        { query: '{ whoAmI }' },
        { query: `{ author(id: "${authorId(2)}") { firstName } }` },
        { query: '{ nothing }' },
      ],
      asking,
    );
    const answers = (body as object[]).map((each) => extensionOf({ body: each })?.answer);
    expect(answers.pop()).toBeUndefined();
    expect(answers).toMatchObject([
      { tags: [], entityTags: [[`authors:id=${authorId(1)}`]], claims: [] },
      { tags: [], claims: ['sub', 'name', 'roles', 'exp'] },
      { tags: [`authors:id=${authorId(2)}`], claims: [] },
    ]);
  });

  it('has the tags of what another operation of the array has loaded', async () => {
    const { body } = await library.post([{ query: read }, { query: read }], asking);
    const same = { tags: [`authors:id=${authorId(1)}`], snapshot: aSnapshot };
    expect((body as object[]).map((each) => extensionOf({ body: each })?.answer)).toMatchObject([same, same]);
  });
});

describe('an answer is not to be kept', () => {
  it.each([
    ['with an error', '{ author(id: "x") { firstName } }', 'it has errors'],
    [
      'of a table that is not captured',
      `{ reader(id: "${authorId(1)}") }`,
      'writes to readers are not captured',
    ],
    [
      'of a query that does not say what it reads',
      '{ secretly(text: "SELECT id FROM books") }',
      /does not say which/,
    ],
    [
      'of a query that says too little',
      '{ run(text: "SELECT b.id FROM books b, readers r") }',
      /reads readers, which/,
    ],
    ['of a query of the clock', '{ run(text: "SELECT now() FROM books") }', 'a query has `now`'],
    [
      'of a query of a list without a tag',
      '{ run(text: "SELECT a.id FROM authors a, books") }',
      /reads authors, which/,
    ],
    ['beside a write of its own', '{ counted(id: "1") book(id: "1") { pages } }', 'a transaction ran'],
  ])('%s', async (_what, query, refusal) => {
    expect(await answerOf(query)).toMatchObject({
      maxAge: 0,
      tags: [],
      snapshot: null,
      refusal: typeof refusal === 'string' ? refusal : (expect.stringMatching(refusal) as unknown),
    });
  });

  it('with more tags than it could be looked up by', async () => {
    const r = Array.from({ length: 1_001 }, (_, index) => author(index));
    const refusal = 'more than 1000 tags';
    expect(await answerOf(entities('firstName'), { r })).toMatchObject({ tags: [], maxAge: 0, refusal });
    expect(await answerOf(entities('firstName'), { r: r.slice(1) })).toMatchObject({ refusal: null });
  });

  it('of a table with row security', async () => {
    const guarded = await startLibrary(capturedLibrary);
    await guarded.store.dataSource.query('ALTER TABLE authors ENABLE ROW LEVEL SECURITY');
    const again = await startLibrary({ ...capturedLibrary, config: { databaseUrl: guarded.databaseUrl } });
    await again.ready;
    expect(extensionOf(await again.post({ query: read }, asking))?.answer).toMatchObject({
      refusal: 'authors has row security',
    });
    await again.stop();
    await guarded.stop();
  });

  it('of a subgraph whose plugins may shape it, and is where they only watch', async () => {
    const plugin: SubgraphPlugin = { requestDidStart: () => Promise.resolve() };
    const refusals: unknown[] = [];
    for (const plugins of [[plugin], [observing({ ...plugin })]]) {
      const other = await startLibrary({
        ...capturedLibrary,
        plugins,
        config: { databaseUrl: library.databaseUrl },
      });
      await other.ready;
      const { body } = await other.post(
        { query: entities('firstName'), variables: { r: [author(1)] } },
        asking,
      );
      refusals.push(extensionOf({ body })?.answer?.refusal);
      await other.stop();
    }
    expect(refusals).toEqual(['a plugin may have shaped it', null]);
  });
});

describe('what shaped an answer', () => {
  it('are the headers that a resolver has looked at, there or not', async () => {
    expect(await answerOf('{ greeting }')).toMatchObject({ headers: ['x-language'], maxAge: 60 });
    expect(await answerOf('{ greeting }', {}, { 'x-language': 'en' })).toMatchObject({
      headers: ['x-language', 'x-dialect'],
    });
  });

  it('are the claims of the token, which also bounds how long it may be kept', async () => {
    const token = await new SignJWT({ name: 'ada', roles: [] })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(authorId(1))
      .setExpirationTime('20s')
      .sign(Buffer.from(tokenKey, 'base64url'));
    const authorization = `Bearer ${token}`;
    const answer = await answerOf('{ greeting whoAmI }', {}, { authorization });
    expect(answer).toMatchObject({ claims: ['sub', 'name', 'roles', 'exp'], isPrivate: true });
    expect(await answerOf('{ greeting }', {}, { authorization })).toMatchObject({ claims: [], maxAge: 60 });
  });

  it('is no token where nobody looks at the viewer, not even a bad one', async () => {
    const headers = { authorization: 'Bearer nonsense' };
    expect(await library.post({ query: read }, headers)).toMatchObject({ status: 200 });
    expect(await answerOf(read, {}, headers)).toMatchObject({ claims: [], refusal: null });
    expect(await answerOf('{ whoAmI }', {}, headers)).toMatchObject({ refusal: 'it has errors' });
  });
});

describe('a query of one’s own', () => {
  it('has the tag of each table that it says it reads, and its rows as ever', async () => {
    const query = '{ titles(text: "book 1") }';
    const plain = await library.post({ query });
    const posted = await library.post({ query }, asking);
    expect((posted.body as { data: unknown }).data).toEqual((plain.body as { data: unknown }).data);
    expect(extensionOf(posted)?.answer).toMatchObject({ tags: ['books:'], snapshot: aSnapshot, maxAge: 60 });
    expect(await answerOf('{ titles(text: "no such book") }')).toMatchObject({ snapshot: aSnapshot });
  });

  it.each([
    'UPDATE books SET pages = 0',
    'WITH gone AS (DELETE FROM books RETURNING id) SELECT id FROM gone',
    "SET ROLE 'postgres'",
    'SELECT 1; DELETE FROM books',
    "SELECT set_config('role', 'postgres', false)",
    "SELECT setval('numbers', 7)",
  ])('fails where it is no query that only reads: %s', async (text) => {
    await library.store.dataSource.query('CREATE SEQUENCE IF NOT EXISTS numbers');
    const before = await library.store.dataSource.query<unknown>('SELECT * FROM books, numbers ORDER BY id');
    const query = `{ run(text: ${JSON.stringify(text)}) }`;
    expect(await answerOf(query)).toMatchObject({ refusal: expect.stringMatching(/./) as unknown });
    expect(await library.store.dataSource.query('SELECT * FROM books, numbers ORDER BY id')).toEqual(before);
  });
});
