// Generates what a router, or a stranger, may ask of the library's `_entities`: mostly operations and representations as
// routers send them, with everything mixed in that is allowed, or wrong.
import fc from 'fast-check';
import { authorId } from './library.js';

interface Weighted {
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<string>;
}
const weighing = (weight: number, arbitrary: fc.Arbitrary<string>): Weighted => ({ weight, arbitrary });
const often = (arbitrary: fc.Arbitrary<string>): Weighted => weighing(60, arbitrary);
const sometimes = (arbitrary: fc.Arbitrary<string>): Weighted => weighing(16, arbitrary);
const seldom = (arbitrary: fc.Arbitrary<string>): Weighted => weighing(1, arbitrary);

const joined = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(' '));

/** A field under its own name, an alias of its own, or one that may clash with another's. */
const named = (field: string): fc.Arbitrary<string> =>
  fc.oneof(
    often(fc.constant(field)),
    sometimes(fc.nat({ max: 999 }).map((number) => `${field.slice(0, 3)}${number}: ${field}`)),
    seldom(fc.constantFrom('same', 'id', '__proto__', 'constructor').map((alias) => `${alias}: ${field}`)),
  );

const leaves = (...fields: string[]): fc.Arbitrary<string> => fc.constantFrom(...fields).chain(named);
const typename = leaves('__typename');

/** A selection set; seldom one that mentions a field twice. */
function set(...members: Weighted[]): fc.Arbitrary<string> {
  const field = fc.oneof({ depthSize: 'small' }, ...members);
  const length = { minLength: 1, maxLength: 4 };
  const responseName = (text: string): string => /^\w+/.exec(text)?.[0] ?? text;
  return fc
    .oneof(
      { weight: 12, arbitrary: fc.uniqueArray(field, { ...length, selector: responseName }) },
      { weight: 1, arbitrary: fc.array(field, length) },
    )
    .map((fields) => `{ ${fields.join(' ')} }`);
}

/** Directives and fragments, which only graphql-js knows. */
const conditional = (type: string, field: string, own: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom(`${field} @include(if: true)`, `${field} @skip(if: true)`),
    own.map((selection) => `... on ${type} ${selection}`),
    own.map((selection) => `... @include(if: false) ${selection}`),
  );

const pageArguments = fc.oneof(
  often(
    fc.constantFrom(
      '',
      '(first: 1)',
      '(last: 2)',
      '(first: 0)',
      '(first: $n)',
      '(last: $n)',
      '(first: 2, after: $c)',
    ),
  ),
  seldom(fc.constantFrom('(first: 101)', '(after: "x")', '(first: 1, last: 1)', '(last: $n, before: $c)')),
);

type Selections = Record<'author' | 'book' | 'copy' | 'connection' | 'edge', string>;

const { author, book, copy } = fc.letrec<Selections>((tie) => ({
  author: set(
    often(leaves('id', 'email', 'firstName', 'lastName', 'bio')),
    often(typename),
    sometimes(joined(named('allBooks'), tie('book'))),
    sometimes(joined(named('books'), pageArguments, tie('connection'))),
    seldom(leaves('fullName', 'initials', 'pagesWritten', 'isBestseller', 'sales')),
    weighing(4, conditional('Author', 'bio', tie('author'))),
    seldom(tie('author').map((selection) => `... on Named { firstName } ... on Author ${selection}`)),
  ),
  book: set(
    often(leaves('id', 'title', 'pages', 'genre', 'publishedAt')),
    often(typename),
    sometimes(joined(named('author'), tie('author'))),
    sometimes(
      joined(named('publisher'), fc.constantFrom('{ id }', '{ __typename }', '{ it: id }', '{ id id }')),
    ),
    seldom(leaves('secretNote')),
    weighing(4, conditional('Book', 'title', tie('book'))),
  ),
  copy: set(often(leaves('branch', 'shelf')), often(typename), sometimes(joined(named('book'), tie('book')))),
  connection: set(
    sometimes(joined(named('nodes'), tie('book'))),
    sometimes(joined(named('edges'), tie('edge'))),
    sometimes(
      joined(
        named('pageInfo'),
        fc.constantFrom('{ hasNextPage endCursor }', '{ hasPreviousPage startCursor }'),
      ),
    ),
    sometimes(leaves('totalCount')),
  ),
  edge: set(sometimes(joined(named('node'), tie('book'))), sometimes(leaves('cursor'))),
}));

const on = (type: string, selection: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  selection.map((fields) => `... on ${type} ${fields}`);

/** What is selected of `_entities`, and the fragments' definitions; mostly one selection of each type. */
const selection = fc.oneof(
  often(joined(on('Author', author), on('Book', book), on('Copy', copy))),
  sometimes(on('Author', author)),
  seldom(joined(on('Author', author), on('Author', author))),
  seldom(fc.constantFrom('... on Named { firstName }', '... on Author { nothing }', '... on Author { }')),
);
const spread = author.map((fields) => ({ selected: '...F', fragments: ` fragment F on Author ${fields}` }));

const variableTypes: Readonly<Record<string, string>> = { $r: '[_Any!]!', $n: 'Int', $c: 'String' };

const query = fc
  .record({
    body: fc.oneof(
      { weight: 9, arbitrary: selection.map((selected) => ({ selected, fragments: '' })) },
      { weight: 1, arbitrary: spread },
    ),
    extra: fc.constantFrom('', '', '__typename', 'kind: __typename'),
    alias: fc.constantFrom('', '', '', 'e: '),
    name: fc.constantFrom('', 'Mine'),
    representations: fc.oneof(often(fc.constant('$r')), seldom(fc.constant('[]'))),
  })
  .map(({ body: { selected, fragments }, extra, alias, name, representations }) => {
    const used = new Set(`${representations} ${selected} ${fragments}`.match(/\$\w/g));
    const definitions = Array.from(used, (variable) => `${variable}: ${variableTypes[variable] ?? 'Int'}`);
    const head = `query ${name}${definitions.length === 0 ? '' : `(${definitions.join(', ')})`}`;
    return `${head} { ${alias}_entities(representations: ${representations}) { ${extra} ${selected} } }${fragments}`;
  });

const index = fc.nat({ max: 12 });
/** Of rows that are there and such that are not, by every key. */
const representation = fc.oneof(
  index.map((at): unknown => ({ __typename: 'Author', id: authorId(at) })),
  index.map((at): unknown => ({ __typename: 'Author', email: `author${at}@example.com`, sales: 2_000 })),
  fc.nat({ max: 35 }).map((id): unknown => ({ __typename: 'Book', id: String(id) })),
  index.map((shelf): unknown => ({ __typename: 'Copy', branch: `branch${shelf % 2}`, shelf })),
);
/** Keys written in other ways, keys that cannot be one, and what is no representation at all. */
const oddRepresentation = fc.constantFrom<unknown>(
  { __typename: 'Author', id: authorId(3).toUpperCase() },
  { __typename: 'Author', id: authorId(3), email: 'author4@example.com' },
  { __typename: 'Author', id: null, email: 'author4@example.com' },
  { __typename: 'Book', id: 7 },
  { __typename: 'Book', id: '007' },
  { __typename: 'Copy', branch: 'branch1', shelf: '1' },
  { __typename: 'Author', id: 'x' },
  { __typename: 'Author', id: { $ne: 1 } },
  { __typename: 'Author' },
  { __typename: 'Book', id: "1' OR '1'='1" },
  { __typename: 'Book' },
  { __typename: 'Copy', branch: 'a\u0000', shelf: 1 },
  { __typename: 'Copy', branch: 'branch1' },
  { __typename: 'Publisher', id: '1' },
  { __typename: 'Query' },
  { __typename: '__proto__', id: '1' },
  { id: authorId(1) },
  null,
  7,
  [],
);
const representations = fc.oneof(
  { weight: 40, arbitrary: fc.array(representation, { maxLength: 8 }) },
  { weight: 10, arbitrary: fc.array(fc.oneof(representation, oddRepresentation), { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 'x', { __typename: 'Author', id: authorId(1) }) },
);

/** The body of a POST. */
export const entitiesOperation: fc.Arbitrary<object> = fc.record(
  {
    query,
    variables: fc.record(
      {
        r: representations,
        n: fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom<unknown>(1, 2, null) },
          fc.constantFrom<unknown>(101, 'two', 1.5),
        ),
        c: fc.oneof({ weight: 9, arbitrary: fc.constant<unknown>(null) }, fc.constantFrom<unknown>('x', 7)),
      },
      { requiredKeys: ['r'] },
    ),
    operationName: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, fc.constantFrom('Mine', 'Other')),
  },
  { requiredKeys: ['query', 'variables'] },
);
