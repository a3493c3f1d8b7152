/**
 * Operations and their answers as data. Each case is asked alone, of a router as shipped and of one that shares nothing and
 * sends arrays to subgraphs; then all that only read are asked at once, which is where sharing between requests could mix
 * them up. An answer is compared as text, so the order of fields counts (GraphQL specification, 7.2.2).
 */
import { Kind, OperationTypeNode, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeAll, federate, type Federation, type Subgraphs } from './federate.js';

export interface Case {
  readonly title: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Left out: the answer must have no `data` at all, as for an operation that was never executed. */
  readonly data?: unknown;
  /** In any order; none by default. */
  readonly errors?: readonly ExpectedError[];
  /** In any letter case nowhere in the answer. */
  readonly never?: readonly string[];
  /** Subgraphs that must not be asked. */
  readonly unasked?: readonly string[];
  /** Why stock @apollo/gateway's executor or planner answers otherwise: the case is to fail until ours does not. */
  readonly fails?: string;
}

export interface ExpectedError {
  readonly message?: string | RegExp;
  readonly path?: readonly (string | number)[];
  readonly code?: string;
  /** For a null that another error explains already: this one may come besides. */
  readonly optional?: true;
}

export interface CasesOptions {
  readonly yaml?: string;
  /** Run before each case, for subgraphs that remember. */
  readonly reset?: () => void;
}

/** An own property `__proto__`, which an object literal cannot have, is left to `JSON.parse` of the expected text. */
export function json(text: string): unknown {
  return JSON.parse(text) as unknown;
}

export function describeCases(
  title: string,
  subgraphs: Subgraphs,
  cases: readonly Case[],
  options: CasesOptions = {},
): void {
  const { yaml = '', reset = () => undefined } = options;
  describe.each<[mode: string, yaml: string]>([
    ['as shipped', yaml],
    ['sharing nothing, with arrays', `${yaml}\n${sharingNothing}`],
  ])(`${title}, %s`, (_, text) => {
    // Kept as a promise: a supergraph that the router refuses is the failure of each case, which may be what is expected of it.
    let federation: Promise<Federation>;
    beforeAll(async () => {
      composeAll(subgraphs);
      federation = federate(subgraphs, text);
      await federation.catch(() => undefined);
    });
    afterAll(() =>
      federation.then(
        (started) => started.stop(),
        () => undefined,
      ),
    );

    for (const one of cases) {
      const check = one.fails === undefined ? test : test.fails;
      check(one.title, async () => {
        reset();
        await checkCase(await federation, one);
      });
    }

    const reads = cases.filter(({ fails, query }) => fails === undefined && onlyReads(query));
    if (reads.length < 2) return;
    test('all at once, twice', async () => {
      reset();
      const started = await federation;
      await Promise.all([...reads, ...reads].map((one) => checkCase(started, { ...one, unasked: [] })));
    });
  });
}

async function checkCase(federation: Federation, expected: Case): Promise<void> {
  const { query, variables, never = [], unasked = [] } = expected;
  for (const name of unasked) federation.subgraphs[name]?.bodies.splice(0);
  const response = await federation.router.post({ query, variables });
  const text = await response.text();
  const answer = JSON.parse(text) as Answer;
  const errors = comparable(answer.errors ?? [], expected.errors);
  expect({ data: pretty(answer.data), errors }, text.slice(0, 2000)).toEqual({
    data: pretty(expected.data),
    errors: expected.errors ?? [],
  });
  for (const word of never) expect(text.toLowerCase()).not.toContain(word.toLowerCase());
  for (const name of unasked)
    expect(federation.subgraphs[name]?.bodies, `what ${name} was asked`).toEqual([]);
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly AnsweredError[];
}

interface AnsweredError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string };
}

/**
 * The errors as far as the expected ones say something of them, in the expected order; what was not expected comes last,
 * whole. So a difference shows both sides.
 */
function comparable(answered: readonly AnsweredError[], expected: readonly ExpectedError[] = []): unknown[] {
  const left = [...answered];
  const matched = expected.map((wanted) => {
    const index = left.findIndex((error) => fits(error, wanted));
    if (index === -1 && wanted.optional) return wanted;
    if (index === -1) return `expected ${pretty(wanted)} (${String(wanted.message)}) but got no such error`;
    left.splice(index, 1);
    return wanted;
  });
  return [...matched, ...left.map(({ message, path, extensions }) => ({ message, path, ...extensions }))];
}

function fits(error: AnsweredError, { message, path, code }: ExpectedError): boolean {
  const sameMessage =
    message === undefined ||
    (typeof message === 'string' ? error.message === message : message.test(error.message));
  const samePath = path === undefined || JSON.stringify(error.path) === JSON.stringify(path);
  return sameMessage && samePath && (code === undefined || error.extensions?.code === code);
}

function pretty(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value, null, 1);
}

function onlyReads(query: string): boolean {
  try {
    return parse(query).definitions.every(
      (definition) =>
        definition.kind !== Kind.OPERATION_DEFINITION || definition.operation === OperationTypeNode.QUERY,
    );
  } catch {
    return true;
  }
}

const sharingNothing = `
traffic_shaping: { router: { deduplicate_query: false }, all: { deduplicate_query: false } }
batching: { subgraph: { all: { enabled: true } } }
`;
