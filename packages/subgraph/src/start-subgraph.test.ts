// The kit end to end over HTTP, on a real store: reads, statements counted, errors, readiness.
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorId } from './testing/library.js';
import { startLibrary, type RunningLibrary } from './testing/running-library.js';

const tokenKey = Buffer.alloc(32, 7).toString('base64url');
let library: RunningLibrary;

beforeAll(async () => {
  library = await startLibrary({ config: { tokenKey } });
});
afterAll(() => library.stop());

/** The answer and how many statements it took. */
async function counted(body: unknown): Promise<{ body: unknown; statements: number }> {
  const before = library.store.statementCount;
  const answer = await library.post(body);
  return { body: answer.body, statements: library.store.statementCount - before };
}

const representations = (...indexes: number[]): object[] =>
  indexes.map((index) => ({ __typename: 'Author', id: authorId(index) }));

describe('_entities', () => {
  // `fullName` has a resolver, so the first of each pair goes through graphql-js and the second is compiled.
  it.each(['fullName', 'lastName'])(
    'resolves all representations in one statement, in order, absent ones null (%s)',
    async (field) => {
      const { body, statements } = await counted({
        query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on Author { firstName ${field} } } }`,
        variables: { r: representations(3, 77, 1, 3) },
      });
      const value = (index: number): object => ({
        firstName: `First${index}`,
        [field]: field === 'fullName' ? `First${index} Last${index}` : `Last${index}`,
      });
      expect(body).toEqual({ data: { _entities: [value(3), null, value(1), value(3)] } });
      expect(statements).toBe(1);
    },
  );

  it.each(['fullName', 'lastName'])('fails a key that cannot be one alone (%s)', async (field) => {
    const { body } = await counted({
      query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on Author { ${field} } } }`,
      variables: { r: [{ __typename: 'Author', id: "x'; DROP TABLE books" }, ...representations(2)] },
    });
    expect(body).toMatchObject({
      data: { _entities: [null, { [field]: expect.stringContaining('Last2') as string }] },
      errors: [
        {
          message: `Author.id: expected a uuid but got "x'; DROP TABLE books"`,
          path: ['_entities', 0],
          extensions: { code: 'INVALID_KEY' },
        },
      ],
    });
  });

  it('takes any of the keys of a type, composite keys, and several types at once', async () => {
    const { body, statements } = await counted({
      query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on Author { firstName } ... on Copy { shelf book { title } } } }`,
      variables: {
        r: [
          { __typename: 'Copy', branch: 'branch1', shelf: 5 },
          { __typename: 'Author', email: 'author4@example.com' },
          { __typename: 'Author', id: authorId(5).toUpperCase() },
          { __typename: 'Copy', branch: 'branch0', shelf: 5 },
        ],
      },
    });
    expect(body).toEqual({
      data: {
        _entities: [
          { shelf: 5, book: { title: 'Book 5 "quoted" \\ é' } },
          { firstName: 'First4' },
          { firstName: 'First5' },
          null,
        ],
      },
    });
    expect(statements).toBe(4);
  });

  it('hands what `@requires` brought to the resolver', async () => {
    const { body } = await counted({
      query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on Author { firstName isBestseller } } }`,
      variables: {
        r: [
          { ...representations(1)[0], sales: 5_000 },
          { ...representations(2)[0], sales: null },
        ],
      },
    });
    expect(body).toEqual({
      data: {
        _entities: [
          { firstName: 'First1', isBestseller: true },
          { firstName: 'First2', isBestseller: null },
        ],
      },
    });
  });

  it('says what it expected of a representation without a whole key or of an unknown type', async () => {
    const { body } = await counted({
      query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on Author { firstName } } }`,
      variables: { r: [{ __typename: 'Author', age: 3 }, { __typename: 'Nobody' }] },
    });
    expect(body).toMatchObject({
      data: { _entities: [null, null] },
      errors: [
        { message: 'expected a Author with { id } or { email } but got { age }' },
        { message: 'expected the `__typename` of an entity of this subgraph but got "Nobody"' },
      ],
    });
  });

  it('asks for the key also where a type has only one', async () => {
    const { body } = await counted({
      query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on Book { title } ... on Copy { shelf } } }`,
      variables: {
        r: [
          { __typename: 'Book' },
          { __typename: 'Book', id: null },
          { __typename: 'Copy', branch: 'branch1' },
        ],
      },
    });
    expect(body).toMatchObject({
      data: { _entities: [null, null, null] },
      errors: [
        { message: 'expected a Book with { id } but got {  }', path: ['_entities', 0] },
        { message: 'expected a Copy with { branch, shelf } but got { branch }', path: ['_entities', 2] },
      ],
    });
  });
});

describe('relations and pages', () => {
  it('reads a page of each of many parents in one statement, and counts only when asked', async () => {
    const entities = (selection: string): object => ({
      query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on Author { books(first: 2) { nodes { title } ${selection} } } } }`,
      variables: { r: representations(0, 1, 2) },
    });
    const plain = await counted(entities(''));
    expect(plain.statements).toBe(2);
    expect(plain.body).toMatchObject({
      data: {
        _entities: [0, 3, 6].map((first) => ({
          books: { nodes: [{ title: `Book ${first} "quoted" \\ é` }, {}] },
        })),
      },
    });
    expect((await counted(entities('totalCount'))).statements).toBe(3);
  });

  it('walks a list whose rows differ by microseconds, forward and backward, without a gap or a double', async () => {
    const walk = async (forward: boolean): Promise<string[]> => {
      const seen: string[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < 10; page += 1) {
        const window = forward ? 'first: 2, after: $c' : 'last: 2, before: $c';
        const { body } = await counted({
          query: `query($id: ID!, $c: String) { author(id: $id) { books(${window}) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
          variables: { id: authorId(4), c: cursor },
        });
        const { edges, pageInfo } = (
          body as {
            data: {
              author: {
                books: {
                  edges: { node: { id: string } }[];
                  pageInfo: Record<string, string | boolean | null>;
                };
              };
            };
          }
        ).data.author.books;
        const ids = edges.map(({ node }) => node.id);
        seen.push(...(forward ? ids : ids.reverse()));
        if (pageInfo[forward ? 'hasNextPage' : 'hasPreviousPage'] !== true) break;
        cursor = String(pageInfo[forward ? 'endCursor' : 'startCursor']);
      }
      return seen;
    };
    expect(await walk(true)).toEqual(['12', '13', '14']);
    expect(await walk(false)).toEqual(['14', '13', '12']);
  });

  it('pages through an order of mixed directions', async () => {
    const { body } = await counted({
      query: '{ books(first: 12) { nodes { pages id } pageInfo { endCursor } } }',
    });
    const first = (body as { data: { books: { nodes: { id: string }[]; pageInfo: { endCursor: string } } } })
      .data.books;
    expect(first.nodes.map(({ id }) => id)).toEqual([
      '2',
      '5',
      '8',
      '11',
      '14',
      '17',
      '20',
      '23',
      '26',
      '29',
      '1',
      '4',
    ]);
    const next = await counted({
      query: 'query($c: String) { books(first: 3, after: $c) { nodes { id } } }',
      variables: { c: first.pageInfo.endCursor },
    });
    expect(next.body).toEqual({ data: { books: { nodes: [{ id: '7' }, { id: '10' }, { id: '13' }] } } });
  });

  it.each([
    ['first: 101', 'expected `first` to be between 0 and 100 but got 101', 'BAD_USER_INPUT'],
    ['first: 1, last: 1', 'expected either `first` or `last` but got both', 'BAD_USER_INPUT'],
    [
      'after: "nonsense"',
      'after: expected a cursor of this very list but got something else',
      'INVALID_CURSOR',
    ],
  ])('refuses books(%s)', async (window, message, code) => {
    const { body } = await counted({ query: `{ books(${window}) { nodes { id } } }` });
    expect(body).toMatchObject({ errors: [{ message, path: ['books'], extensions: { code } }] });
  });

  it('loads equal keys once, merges the columns of one tick, and hydrates rows whose getter is selected', async () => {
    const { body, statements } = await counted({
      query: `{ a: book(id: "3") { title author { firstName } } b: book(id: "4") { genre author { initials } } }`,
    });
    expect(body).toEqual({
      data: {
        a: { title: 'Book 3 "quoted" \\ é', author: { firstName: 'First1' } },
        b: { genre: 'novel', author: { initials: 'FL' } },
      },
    });
    expect(statements).toBe(2);
  });

  it('reads its own write back in one request', async () => {
    const { body } = await counted({
      query: `mutation { a: renameBook(id: "1", title: "X") { book { title } } b: renameBook(id: "1", title: "Y") { book { title } } }`,
    });
    expect(body).toEqual({ data: { a: { book: { title: 'X' } }, b: { book: { title: 'Y' } } } });
  });
});

describe('a deadline', () => {
  const ask = (field: string, headers: Record<string, string>) =>
    library.post(
      {
        query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on Author { ${field} } } }`,
        variables: { r: representations(1) },
      },
      headers,
    );

  it.each(['fullName', 'lastName'])(
    'ends the reads of a request that nobody waits for (%s)',
    async (field) => {
      await library.store.transaction(async (manager) => {
        await manager.query('LOCK TABLE authors IN ACCESS EXCLUSIVE MODE');
        const { body } = await ask(field, { 'x-envoy-expected-rq-timeout-ms': '200' });
        expect(body).toMatchObject({ errors: [{ extensions: { code: 'REQUEST_TIMEOUT' } }] });
        const waiting =
          "SELECT count(*)::int AS count FROM pg_locks WHERE relation = 'authors'::regclass AND NOT granted";
        await expect.poll(() => manager.query(waiting), { timeout: 10_000 }).toEqual([{ count: 0 }]);
      });
    },
  );

  it.each(['60000', '0', '-1', 'soon'])('of %s changes nothing for a quick answer', async (text) => {
    const { body } = await ask('lastName', { 'x-envoy-expected-rq-timeout-ms': text });
    expect(body).toEqual({ data: { _entities: [{ lastName: 'Last1' }] } });
  });
});

describe('what leaves', () => {
  it('tells a client nothing of an internal error but an id', async () => {
    const { body } = await counted({ query: '{ fail }' });
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(body).toMatchObject({
      errors: [
        {
          message: expect.stringMatching(/^Internal error [0-9a-f-]{36}$/) as string,
          path: ['fail'],
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        },
      ],
    });
  });

  it.each([
    ['{ author(id: "x") { firstName } }', 'no-store'],
    ['{ book(id: "1") { title } }', 'max-age=30, public'],
    ['{ book(id: "1") { title author { bio } } }', 'max-age=30, public'],
    ['{ book(id: "1") { secretNote } }', 'max-age=10, private'],
    ['{ books { nodes { id } } }', 'no-store'],
  ])('%s has Cache-Control %s', async (query, header) => {
    const { headers } = await library.post({ query });
    expect(headers.get('cache-control')).toBe(header);
  });

  it.each(['fullName', 'lastName'])('gives _entities the hint of its type (%s)', async (field) => {
    const { headers } = await library.post({
      query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on Author { ${field} } } }`,
      variables: { r: representations(1) },
    });
    expect(headers.get('cache-control')).toBe('max-age=60, public');
  });

  it('answers arrays of operations, malformed JSON, too much, and other paths', async () => {
    const { body } = await library.post([{ query: '{ whoAmI }' }, { query: '{ nothing }' }]);
    expect(body).toMatchObject([
      { data: { whoAmI: null } },
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    ]);
    expect(await library.post('{"query":')).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    });
    expect(await library.post(JSON.stringify({ query: ' '.repeat(10_000_001) }))).toMatchObject({
      status: 413,
    });
    expect((await fetch(`${library.url}/nowhere`)).status).toBe(404);
    expect((await fetch(`${library.url}/readiness`)).status).toBe(200);
  });
});

describe('the viewer', () => {
  const token = (secret: string, expires: string): Promise<string> =>
    new SignJWT({ name: 'ada', roles: ['customer'] })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(authorId(1))
      .setExpirationTime(expires)
      .sign(Buffer.from(secret, 'base64url'));

  it('is who the token names', async () => {
    const authorization = `Bearer ${await token(tokenKey, '1h')}`;
    for (let time = 0; time < 2; time += 1) {
      expect((await library.post({ query: '{ whoAmI }' }, { authorization })).body).toEqual({
        data: { whoAmI: 'ada' },
      });
    }
  });

  it.each([
    ['signed with another key', () => token(Buffer.alloc(32, 8).toString('base64url'), '1h')],
    ['expired', () => token(tokenKey, '-1h')],
    ['no token at all', () => Promise.resolve('nonsense')],
  ])('is refused when the token is %s', async (_what, make) => {
    const { status, body } = await library.post(
      { query: '{ whoAmI }' },
      { authorization: `Bearer ${await make()}` },
    );
    expect(status).toBe(401);
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});
