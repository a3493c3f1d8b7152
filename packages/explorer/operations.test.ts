import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Kind, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOperations } from './operations.mjs';

describe('readOperations', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'selvedge-operations-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('names an operation after its file and describes it by its first line', async () => {
    const text = '#  Who you are.\n# More.\nquery WhoIsIt { me { id } }\n';
    await writeFile(path.join(folder, 'who-is-it.graphql'), text);
    await writeFile(path.join(folder, 'README.md'), 'not an operation');
    expect(await readOperations(folder)).toEqual([
      { title: 'Who is it', description: 'Who you are.', operationName: 'WhoIsIt', text },
    ]);
  });

  it('refuses a file that does not say what it shows', async () => {
    await writeFile(path.join(folder, 'silent.graphql'), 'query { me { id } }\n');
    await expect(readOperations(folder)).rejects.toThrow(
      'expected silent.graphql to open with a comment that says what it shows, but got "query { me { id } }',
    );
  });

  it('refuses a file whose query has no name', async () => {
    await writeFile(path.join(folder, 'silent.graphql'), '# Who you are.\n{ me { id } }\n');
    await expect(readOperations(folder)).rejects.toThrow(
      'expected silent.graphql to have a named query, but got none',
    );
  });
});

describe('examples/operations', async () => {
  const operations = await readOperations(path.resolve(import.meta.dirname, '../../examples/operations'));

  it('begins with the one that touches all six services', () => {
    expect(operations[0]?.title).toBe('All six services');
  });

  it.each(operations)('$title is one query without variables', ({ text, operationName }) => {
    const found = parse(text).definitions.filter(
      (definition) => definition.kind === Kind.OPERATION_DEFINITION,
    );
    expect(found).toMatchObject([
      { operation: 'query', name: { value: operationName }, variableDefinitions: [] },
    ]);
  });
});
