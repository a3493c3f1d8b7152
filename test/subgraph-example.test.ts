// examples/subgraph as its reader would run it: bundled, as a process, on a store of its own. docs/subgraph-kit.md quotes its
// code; what the page says of statements and errors is held to here.
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTestStore, spawnNode, type NodeProcess, type TestStore } from '@selvedge/testkit';
import { build } from 'esbuild';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const example = join(root, 'examples/subgraph');
const tokenKey = Buffer.alloc(32, 3).toString('base64url');
const artist = '00000000-0000-4000-8000-000000000100';

let folder: string;
let store: TestStore;
let subgraph: NodeProcess;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selvedge-example-'));
  await build({
    entryPoints: [join(example, 'main.ts')],
    outfile: join(folder, 'main.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    keepNames: true,
    tsconfig: join(root, 'tsconfig.json'),
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  await copyFile(join(example, 'schema.graphql'), join(folder, 'schema.graphql'));
  store = await createTestStore();
  subgraph = command();
  ({ url } = await subgraph.waitFor('listening'));
  await subgraph.waitFor('ready');
});
afterAll(async () => {
  await subgraph.stop();
  await store.drop();
  await rm(folder, { recursive: true });
});

function command(...args: string[]): NodeProcess {
  return spawnNode(pathToFileURL(join(folder, 'main.mjs')), {
    args,
    env: { DATABASE_URL: store.url, SEED_SCALE: '1', SELVEDGE_TOKEN_KEY: tokenKey, LOG_LEVEL: 'debug' },
  });
}

interface Answer {
  readonly body: unknown;
  /** The SQL of the reads that the answer took. */
  readonly statements: readonly string[];
}

async function ask(query: string, variables: object = {}): Promise<Answer> {
  await endOfLog();
  const before = statements().length;
  const body = await post({ query, variables });
  await endOfLog();
  return { body, statements: statements().slice(before, -1) };
}

async function post(body: object, token?: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return response.json();
}

let marks = 0;

/** An answer may be here before the log of its statements: this waits for the statement of a query that nothing else sends. */
async function endOfLog(): Promise<void> {
  marks += 1;
  await post({ query: '{ concert(id: "0") { id } }' });
  const mark = 'SELECT t."id" AS "id" FROM "concerts" t WHERE t."id" = ANY';
  await expect.poll(() => statements().filter((sql) => sql.startsWith(mark)).length).toBe(marks);
}

function statements(): string[] {
  const lines = subgraph.log().split('\n');
  return lines.flatMap((line) => /"sql":"(.*?)(?<!\\)"[,}]/.exec(line)?.[1]?.replaceAll('\\"', '"') ?? []);
}

function token(): Promise<string> {
  return new SignJWT({ name: 'ada', roles: ['customer'] })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(artist)
    .setExpirationTime('1h')
    .sign(Buffer.from(tokenKey, 'base64url'));
}

describe('the subgraph of examples/', () => {
  it('takes one statement a level, of the selected columns, however many rows there are', async () => {
    const { body, statements: sent } = await ask(
      '{ concerts(first: 20) { nodes { title venue { name } setList { title } } pageInfo { endCursor } } }',
    );
    expect(body).toMatchObject({
      data: {
        concerts: {
          nodes: Array.from({ length: 20 }, () => ({ venue: {}, setList: [{}, {}, { title: 'Song 3' }] })),
        },
      },
    });
    expect(sent).toHaveLength(3);
    expect(sent.join('\n')).not.toMatch(/city|price_cents|starts_at" AS "startsAt/);
  });

  it('goes on where a cursor points, and counts only when asked', async () => {
    const page =
      'query($c: String) { concerts(first: 1, after: $c) { nodes { title } pageInfo { endCursor } } }';
    const first = await ask(page);
    const { endCursor } = (first.body as { data: { concerts: { pageInfo: { endCursor: string } } } }).data
      .concerts.pageInfo;
    const second = await ask(page, { c: endCursor });
    expect(second.body).toMatchObject({ data: { concerts: { nodes: [{ title: 'Evening 2' }] } } });
    expect(second.statements).toHaveLength(1);
    const counted = await ask('{ concerts { totalCount } }');
    expect(counted.body).toEqual({ data: { concerts: { totalCount: 27 } } });
    expect(counted.statements).toHaveLength(2);
  });

  it('pages the concerts of many venues in one statement', async () => {
    const { body, statements: sent } = await ask('{ venues { slug concerts(first: 2) { nodes { id } } } }');
    expect(body).toMatchObject({
      data: {
        venues: [
          { slug: 'hall-bergen', concerts: { nodes: [{ id: '1' }, { id: '4' }] } },
          { slug: 'hall-ghent', concerts: { nodes: [{ id: '2' }, { id: '5' }] } },
          { slug: 'hall-porto', concerts: { nodes: [{ id: '3' }, { id: '6' }] } },
        ],
      },
    });
    expect(sent).toHaveLength(2);
  });

  it('finds an entity by each of its keys, and adds to one whose rows are elsewhere', async () => {
    const { body, statements: sent } = await ask(
      `query($r: [_Any!]!) { _entities(representations: $r) {
         ... on Venue { name } ... on Artist { seatsOnSale demand concerts(first: 1) { nodes { artist { id } } } } } }`,
      {
        r: [
          { __typename: 'Venue', slug: 'hall-porto' },
          { __typename: 'Venue', id: '00000000-0000-4000-8000-000000000001' },
          { __typename: 'Artist', id: artist, monthlyListeners: 1_200 },
          { __typename: 'Artist', id: artist.replace('100', '999'), monthlyListeners: 1_200 },
        ],
      },
    );
    expect(body).toEqual({
      data: {
        _entities: [
          { name: 'Porto Hall' },
          { name: 'Ghent Hall' },
          { seatsOnSale: 600, demand: 2, concerts: { nodes: [{ artist: { id: artist } }] } },
          { seatsOnSale: 0, demand: null, concerts: { nodes: [] } },
        ],
      },
    });
    expect(sent).toHaveLength(4);
  });

  it('finds keys with a query of its own and reads the rows as selected', async () => {
    const { body, statements: sent } = await ask(
      '{ concertsIn(city: "Ghent") { price { amount currency } } }',
    );
    expect(body).toMatchObject({
      data: { concertsIn: [{ price: { amount: '24.50', currency: 'EUR' } }, {}, {}, {}, {}, {}, {}, {}, {}] },
    });
    expect(sent).toHaveLength(2);
  });

  it('books seats once each, tells what was expected, and needs a user', async () => {
    const book = 'mutation($n: Int!) { bookSeats(concertId: "5", seats: $n) { concert { seatsLeft } } }';
    const ada = await token();
    const booking = (n: number, by?: string): Promise<unknown> => post({ query: book, variables: { n } }, by);
    const refusal = (code: string, message: string): object => ({
      errors: [{ message, extensions: { code } }],
    });
    expect(await booking(1)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    const both = await Promise.all([booking(150, ada), booking(150, ada)]);
    expect(both).toContainEqual({ data: { bookSeats: { concert: { seatsLeft: 50 } } } });
    expect(both.filter((body) => JSON.stringify(body).includes('CONFLICT'))).toHaveLength(1);
    expect(await booking(51, ada)).toMatchObject(refusal('CONFLICT', 'expected at most 50 seats but got 51'));
    expect(await booking(0, ada)).toMatchObject(
      refusal('BAD_USER_INPUT', 'expected at least 1 seat but got 0'),
    );
    expect(await post({ query: book.replace('"5"', '"x"'), variables: { n: 1 } }, ada)).toMatchObject(
      refusal('NOT_FOUND', 'expected the id of a concert but got "x"'),
    );
  });

  it('migrates back and forth', async () => {
    for (const [args, text] of [
      [['revert', '3'], ''],
      [
        ['migrate'],
        'migrated: CreateConcerts1700000000000, CreateBookings1700000000001, CaptureWrites1700000000002',
      ],
      [['migrate'], 'nothing to migrate'],
      [['seed'], 'seeded before'],
    ] as const) {
      const process = command(...args);
      expect(await process.exited, process.log()).toEqual({ code: 0, signal: null });
      expect(process.log()).toContain(text);
    }
  });
});

describe('what is written of the example', () => {
  it.each(['docs/subgraph-kit.md', 'README.md'])('quotes it as it is: %s', async (page) => {
    const text = await readFile(join(root, page), 'utf8');
    const quotes = [...text.matchAll(/^```(?:ts|graphql) (\S+)\n([^]*?)^```$/gm)];
    expect(quotes.length).toBeGreaterThan(1);
    for (const [, path = '', code = ''] of quotes) {
      // `…` stands for what the page leaves out.
      const source = flat(await readFile(join(root, path), 'utf8'));
      for (const part of code.split(/^\s*\/\/ …$/m)) expect(source, path).toContain(flat(part));
    }
  });

  it('leaves no file of it out', async () => {
    const page = await readFile(join(root, 'docs/subgraph-kit.md'), 'utf8');
    const files = await readdir(example, { recursive: true, withFileTypes: true });
    for (const { name } of files.filter((file) => file.isFile())) expect(page).toContain(name);
  });
});

/** Without indentation and line breaks, by which a quote may differ. */
function flat(code: string): string {
  return code.replaceAll(/\s+/g, ' ').trim();
}
