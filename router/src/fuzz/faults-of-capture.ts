/** Faults in what the kit says of answers and writes: `packages/subgraph` and `packages/events`. See `faults.ts`. */
import type { Fault } from './faults.js';

const recorder = {
  file: 'packages/subgraph/src/caching/answer-recorder.ts',
  suite: 'packages/subgraph/src/caching/answer-recorder.test.ts',
};

/** They need no database. */
export const faultsOfRecorder: readonly Fault[] = [
  {
    ...recorder,
    id: 'recorder/beside-a-write-of-its-own',
    what: 'what a transaction reads after its own write is kept, though it may be rolled back',
    search: "if (this.#hasTransaction) return 'a transaction ran';",
    replacement: '',
    test: 'a transaction ran',
  },
  {
    ...recorder,
    id: 'recorder/from-a-standby',
    what: 'what a standby reads is kept, whose snapshots show what is running',
    search: 'if (this.#clusters.has(null)) return',
    replacement: 'if (this.#clusters.size === 0) return',
    test: 'read from a standby',
  },
  {
    ...recorder,
    id: 'recorder/from-two-clusters',
    search: 'return this.#clusters.size > 1 ?',
    replacement: 'return this.#clusters.size > 2 ?',
    test: 'read from two clusters',
  },
  {
    ...recorder,
    id: 'recorder/one-snapshot-of-two',
    search: 'if (first === undefined || others.length === 0) return',
    replacement: 'if (first === undefined || others.length >= 0) return',
    test: 'joins the snapshots of all statements',
  },
  {
    ...recorder,
    id: 'recorder/longer-than-the-token',
    search: 'maxAge: isKept ? Math.min(maxAge, left) : 0',
    replacement: 'maxAge: isKept ? maxAge : 0',
    test: 'for no longer than the token is valid',
  },
  {
    ...recorder,
    id: 'recorder/claims-for-all',
    search: 'isPrivate: isPrivate || this.#claims.size > 0',
    replacement: 'isPrivate',
    test: 'is private where a claim was looked at',
  },
  {
    ...recorder,
    id: 'recorder/not-found-untagged',
    what: 'what is not there is kept without the tag of the row that may come',
    search: 'if (result instanceof Error) return;',
    replacement: 'if (result instanceof Error || result === null) return;',
    test: 'of a key that finds nothing has its tag',
  },
  {
    ...recorder,
    id: 'recorder/uncovered',
    what: 'what no trigger tells of is kept',
    search: 'this.refuse(tags.refusal);',
    replacement: '',
    test: 'a table that no tag covers',
  },
  {
    ...recorder,
    id: 'recorder/tags-left-out',
    search: 'this.refuse(`more than ${maxTags} tags`);',
    replacement: '{ /* as many as there is room for */ }',
    test: 'more tags than it could be looked up by',
  },
  {
    ...recorder,
    id: 'recorder/first-write-only',
    search: 'tags: [...new Set(writes.flatMap(({ tags }) => tags))]',
    replacement: 'tags: [...(writes[0]?.tags ?? [])]',
    test: 'tells of the writes of all transactions',
  },
  {
    id: 'inputs/header-unrecorded',
    file: 'packages/subgraph/src/caching/request-inputs.ts',
    search: 'recorder?.header(name);',
    replacement: '',
    suite: recorder.suite,
    test: 'a header that is looked at, there or not',
  },
  {
    id: 'inputs/claims-unrecorded',
    file: 'packages/subgraph/src/caching/request-inputs.ts',
    search: 'recorder?.claims(viewerClaims, isKnown ? outcome.expires : null);',
    replacement: '',
    suite: recorder.suite,
    test: 'the claims of a viewer, there or not',
  },
  {
    id: 'tags/values-unescaped',
    what: 'two rows have one tag, or one row two',
    file: 'packages/events/src/tag.ts',
    search: 'return value.replaceAll(meantInValues, percentCode);',
    replacement: 'return value;',
    suite: 'packages/events/src/tag.test.ts',
    test: 'escapes what has a meaning',
  },
  {
    id: 'tags/columns-in-any-order',
    what: 'readers and triggers name one row in two ways',
    file: 'packages/events/src/tag.ts',
    search: 'return columns.toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0));',
    replacement: 'return [...columns];',
    suite: 'packages/events/src/tag.test.ts',
    test: 'names rows by values of theirs',
  },
];

const told = 'packages/subgraph/src/caching/cache-extension.test.ts';
const captured = { file: 'packages/events/src/capture-sql.ts', suite: 'packages/events/src/capture.test.ts' };
// All of its tests: they build upon each other.
const written = { file: 'packages/events/src/writes-of.ts', suite: 'packages/events/src/writes-of.test.ts' };
const readTags = { file: 'packages/subgraph/src/caching/read-tags.ts', suite: told };

/** They need a PostgreSQL, which each run of the tests has. */
export const faultsOfCapture: readonly Fault[] = [
  {
    ...readTags,
    id: 'read-tags/a-list-without-its-own',
    what: 'a list does not show a row that is new',
    search: '[listTagOf(name, values), ...known]',
    replacement: '(void listTagOf, known)',
    test: 'of a list has a tag of who is in it',
  },
  {
    ...readTags,
    id: 'read-tags/a-list-without-members',
    what: 'a list shows its rows as they were',
    search: '[listTagOf(name, values), ...known]',
    replacement: '[listTagOf(name, values)]',
    test: 'of a list has a tag of who is in it',
  },
  {
    id: 'queries/that-say-too-little',
    file: 'packages/subgraph/src/caching/store-coverage.ts',
    search: 'if (!said.has(name)) return',
    replacement: "if (name === '') return",
    suite: told,
    test: 'of a query that says too little',
  },
  {
    id: 'queries/of-the-clock',
    file: 'packages/subgraph/src/caching/query-relations.ts',
    search: 'if (word !== null) return',
    replacement: "if (word === '') return",
    suite: told,
    test: 'of a query of the clock',
  },
  {
    id: 'store/row-security',
    what: 'what one session may see is kept for all',
    file: 'packages/subgraph/src/caching/store-coverage.ts',
    search: 'WHERE c.relrowsecurity OR ',
    replacement: 'WHERE ',
    suite: told,
    test: 'of a table with row security',
  },
  {
    ...captured,
    id: 'capture/new-values-only',
    what: 'a row that moves is not taken from the list that it was in',
    search: "content(by, 'NEW'), ...where(by, content(by, 'OLD'))]",
    replacement: "content(by, 'NEW')]",
    test: 'announces old and new values when it changes',
  },
  {
    ...captured,
    id: 'capture/lists-of-new-values-only',
    search: "...where(by, list(by, 'OLD')),",
    replacement: '',
    test: 'announces old and new values when it changes',
  },
  {
    ...captured,
    id: 'capture/order-is-nothing',
    what: 'a change of the order is not announced to the list',
    search: "...where([...by, ...order], list(by, 'NEW')),",
    replacement: "...where([...by, ...order.slice(9)], list(by, 'NEW')),",
    test: 'announces old and new values when it changes',
  },
  {
    ...captured,
    id: 'capture/truncate-is-nothing',
    search: "`ARRAY['*']`",
    replacement: "`'{}'`",
    test: 'that truncates announces everything',
  },
  {
    id: 'capture/disabled-counts',
    what: 'a table counts as captured whose trigger is switched off',
    file: 'packages/events/src/captured-tables.ts',
    search: "AND t.tgenabled IN ('O', 'A') ",
    replacement: '',
    suite: 'packages/events/src/capture.test.ts',
    test: 'is read back by capturedTables',
  },
  {
    ...written,
    id: 'writes-of/past-the-capture',
    search: 'IF uncaptured AND NOT',
    replacement: 'IF false AND NOT',
  },
  {
    ...written,
    id: 'writes-of/the-first-thousand',
    search: 'IF cardinality(tags) > most THEN',
    replacement: 'IF false THEN',
  },
  {
    ...written,
    id: 'writes-of/unmarked',
    search: 'if (!found.isMarked) return',
    replacement: 'if (found.tags.length < 0) return',
  },
  {
    ...written,
    id: 'writes-of/before-deferred-triggers',
    search: 'if (found.deferred) {',
    replacement: 'if (found.deferred && found.tags.length < 0) {',
  },
];
