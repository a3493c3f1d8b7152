/** The registry, its page, and the code that raises: each knows exactly what the others know. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { errorCodes } from './codes.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** By code, the sentence under its heading in docs/errors.md. */
const documented = new Map(
  [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^### `(\w+)`\n\n(.+)$/gm)].map(
    ([, code = '', sentence = '']) => [code, sentence],
  ),
);

/** What our processes are made of; the command line reports composition errors, whose codes are the composer's. */
const sources = ['router/src', 'packages/subgraph/src', 'packages/errors/src', 'subgraphs'].flatMap(
  (folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(
        (path) => path.endsWith('.ts') && !/\.test\.ts$|(?:^|\/)(?:node_modules|dist|generated)\//.test(path),
      )
      .map((path) => ({ path: join(folder, path), text: readFileSync(join(root, folder, path), 'utf8') })),
);

/** `new ClientError('X'`, `sendError(response, 400, 'X'`, `extensions: { code: 'X'`: wherever a literal becomes a code. */
const raised = sources.flatMap(({ path, text }) =>
  [
    ...text.matchAll(/\b(?:ClientError|SubrequestFailure)\(\s*['"](?<code>\w+)['"]/g),
    ...text.matchAll(/\bsendError\(\s*\w+,\s*\d+,\s*['"](?<code>\w+)['"]/g),
    ...text.matchAll(/\bextensions:\s*\{[^}]*?\bcode:\s*['"](?<code>\w+)['"]/g),
  ].map((match) => ({ path, code: match.groups?.['code'] ?? '' })),
);

describe('the registry of error codes', () => {
  test('has a page that documents each of its codes, in its words, and no other', () => {
    expect(Object.fromEntries(documented)).toEqual(errorCodes);
  });

  test('has every code that is raised', () => {
    expect(raised.length).toBeGreaterThan(20);
    expect(raised.filter(({ code }) => !(code in errorCodes))).toEqual([]);
  });

  test('has no code that nobody speaks of: neither ours nor one that @apollo/server sends', () => {
    const apollos = [
      'GRAPHQL_PARSE_FAILED',
      'GRAPHQL_VALIDATION_FAILED',
      'OPERATION_RESOLUTION_FAILURE',
      'PERSISTED_QUERY_NOT_FOUND',
      'PERSISTED_QUERY_NOT_SUPPORTED',
    ];
    const text = sources.filter(({ path }) => !path.endsWith('codes.ts')).map((source) => source.text);
    const unspoken = Object.keys(errorCodes).filter(
      (code) => !apollos.includes(code) && !text.some((source) => source.includes(`'${code}'`)),
    );
    expect(unspoken).toEqual([]);
  });
});
