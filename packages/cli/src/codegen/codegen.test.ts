import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type CommandResult, type Project, project, runCommand } from '../fixtures/project.js';
import { codegenCommand } from './command.js';
import { findFiles } from './find-files.js';

const schema = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external"])
scalar DateTime
type Query { review(id: ID!): Review }
type Review @key(fields: "id") { id: ID! createdAt: DateTime! kind: Kind! product: Product! }
type Product @key(fields: "id") { id: ID! weight: Int @external heavy: Boolean @requires(fields: "weight") }
enum Kind { LONG SHORT }
`;

const config = (more = ''): string => `
config:
  enumsAsTypes: true
  useTypeImports: true
  strictScalars: true
  scalars: { ID: string, DateTime: Date, _FieldSet: string }
generates:
  out/resolvers.ts:
    schema: schema.graphql
    plugins: [typescript, typescript-resolvers]
    config:
      federation: true
      contextType: './context.js#Context'
      mappers: { Review: '../review.js#ReviewRow', Product: '{ readonly id: string }' }
${more}`;

const operations = `
  out/operations.ts:
    schema: schema.graphql
    documents: operations/**/*.graphql
    plugins: [typescript-operations]
    config: { scalars: { DateTime: string } }
`;

function codegen(at: Project, ...flags: string[]): Promise<CommandResult> {
  return runCommand(codegenCommand, '--config', at.path('codegen.yml'), ...flags);
}

describe('selvedge codegen', () => {
  it('types resolvers of a federation schema as it is: mapped parents, references, context, scalars', async () => {
    const at = project({ 'codegen.yml': config(), 'schema.graphql': schema });
    expect(await codegen(at)).toMatchObject({ exitCode: 0, stdout: 'generated out/resolvers.ts' });
    const text = at.read('out/resolvers.ts');
    expect(text).toContain(`import type { ReviewRow } from '../review.js';`);
    expect(text).toContain(`import type { Context } from './context.js';`);
    expect(text).toContain('DateTime: { input: Date; output: Date; }');
    expect(text).toMatch(/__resolveReference\?: ReferenceResolver<Maybe<ResolversTypes\['Review'\]>/);
    // Only the row: in a union with the reference no column but the key could be named.
    expect(text).toMatch(/ResolversParentTypes = \{[^]*\n {2}Review: ReviewRow;/);
    expect(text).toContain('Product: { readonly id: string };');
    expect(text).toMatch(/export type Kind =\s+\| 'LONG'/);
  });

  it('types operations against the API schema of a supergraph', async () => {
    const supergraph = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) { query: Query }
directive @inaccessible on FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!) repeatable on OBJECT
directive @link(url: String, for: link__Purpose) repeatable on SCHEMA
enum join__Graph { A @join__graph(name: "a", url: "http://a") }
enum link__Purpose { SECURITY EXECUTION }
type Query @join__type(graph: A) { shown: Int hidden: Int @inaccessible }
`;
    const at = project({
      'codegen.yml': `generates: { out.ts: { schema: supergraph.graphql, documents: q.graphql, plugins: [typescript-operations] } }`,
      'supergraph.graphql': supergraph,
      'q.graphql': 'query Shown { shown }',
    });
    expect(await codegen(at)).toMatchObject({ exitCode: 0 });
    expect(at.read('out.ts')).toContain('export type ShownQuery = { shown: number | null };');
    at.write('q.graphql', 'query Hidden { hidden }');
    const { stderr, exitCode } = await codegen(at);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`Cannot query field "hidden" on type "Query"`);
  });

  it('lets an output add scalars to those of the file', async () => {
    const at = project({
      'codegen.yml': config(operations),
      'schema.graphql': schema,
      'operations/deep/one.graphql': 'query One { review(id: 1) { id createdAt } }',
    });
    await codegen(at);
    expect(at.read('out/operations.ts')).toContain('{ review: { id: string, createdAt: string } | null }');
  });

  it('generates again only what changed: an input, the configuration, or the generated text itself', async () => {
    const at = project({
      'codegen.yml': config(operations),
      'schema.graphql': schema,
      'operations/one.graphql': 'query One { review(id: 1) { id } }',
    });
    await codegen(at);
    const first = at.read('out/operations.ts');
    const inode = statSync(at.path('out/resolvers.ts')).ino;
    expect((await codegen(at)).stdout).toBe('up to date: 2 generated files');
    expect(statSync(at.path('out/resolvers.ts')).ino).toBe(inode);

    at.write('operations/two.graphql', 'query Two { review(id: 2) { id } }');
    expect((await codegen(at)).stdout).toBe('generated out/operations.ts');
    at.write('codegen.yml', config(operations).replace('enumsAsTypes: true', 'enumsAsTypes: false'));
    expect((await codegen(at)).stdout.split('\n')).toHaveLength(2);
    at.write('out/operations.ts', `${at.read('out/operations.ts')}// edited\n`);
    expect((await codegen(at)).stdout).toBe('generated out/operations.ts');
    expect((await codegen(at, '--force')).stdout.split('\n')).toHaveLength(2);
    expect(at.read('out/operations.ts')).not.toBe(first);
  });

  it('generates what it can when one schema is wrong, and tells all that is wrong', async () => {
    const at = project({ 'codegen.yml': config(operations), 'schema.graphql': schema });
    at.write('operations/one.graphql', 'query One {\n  nothing {');
    const { stderr, exitCode } = await codegen(at);
    expect(exitCode).toBe(1);
    expect(stderr).toBe('operations/one.graphql:2: Syntax Error: Expected Name, found <EOF>.');
    expect(at.read('out/resolvers.ts')).toContain('ReviewRow');
  });

  const refused: { name: string; file: string; message: string }[] = [
    {
      name: 'an unknown plugin',
      file: `generates: { a.ts: { schema: schema.graphql, plugins: [typescript-resolver] } }`,
      message: 'unknown plugin `typescript-resolver`; did you mean `typescript-resolvers`?',
    },
    {
      name: 'an unknown plugin like no other',
      file: `generates: { a.ts: { schema: schema.graphql, plugins: [fragment-matcher] } }`,
      message:
        'unknown plugin `fragment-matcher`; available are typescript, typescript-operations, typescript-resolvers',
    },
    {
      name: 'an unknown key',
      file: `generates: { a.ts: { schema: schema.graphql, plugin: [typescript], plugins: [typescript] } }`,
      message: 'unknown key `generates.a.ts.plugin`; did you mean `plugins`?',
    },
    {
      name: 'a key of the cli that is not supported',
      file: `hooks: {}\ngenerates: { a.ts: { schema: schema.graphql, plugins: [typescript] } }`,
      message: 'unknown key `hooks`',
    },
    {
      name: 'no schema',
      file: `generates: { a.ts: { plugins: [typescript] } }`,
      message: '`generates.a.ts` has no `schema`, and neither has the file',
    },
    {
      name: 'a scalar without a type, where scalars are strict',
      file: `generates: { a.ts: { schema: schema.graphql, plugins: [typescript], config: { strictScalars: true } } }`,
      message: 'a.ts: Unknown scalar type DateTime',
    },
    {
      name: 'documents that are not there',
      file: `generates: { a.ts: { schema: schema.graphql, documents: '*.gql', plugins: [typescript-operations] } }`,
      message: 'a.ts: no document matches *.gql; set `ignoreNoDocuments: true` if that is fine',
    },
  ];
  it.each(refused)('refuses $name', async ({ file, message }) => {
    const { stderr, exitCode } = await codegen(project({ 'codegen.yml': file, 'schema.graphql': schema }));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
  });
});

describe('findFiles', () => {
  it('understands * within a folder and ** across folders, and does not enter node_modules', async () => {
    const at = project({
      'a/x.ts': '',
      'a/b/y.ts': '',
      'a/b/c/z.ts': '',
      'a/node_modules/n.ts': '',
      'a/xxts': '',
    });
    expect(await findFiles(at.folder, 'a/*.ts')).toEqual(['a/x.ts']);
    expect(await findFiles(at.folder, 'a/**/*.ts')).toEqual(['a/b/c/z.ts', 'a/b/y.ts', 'a/x.ts']);
    expect(await findFiles(at.folder, '**/y.ts')).toEqual(['a/b/y.ts']);
    expect(await findFiles(at.folder, './a/x.ts')).toEqual(['a/x.ts']);
    expect(await findFiles(at.folder, 'nowhere/*.ts')).toEqual([]);
    await expect(findFiles(at.folder, 'a/{x,y}.ts')).rejects.toThrow('only * and ** are understood');
  });
});
