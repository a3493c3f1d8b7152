import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { project } from '../fixtures/project.js';

const script = fileURLToPath(new URL('../../../../scripts/check-imports.mjs', import.meta.url));

function checkImports(folder?: string): { output: string; exitCode: number | null } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [script, ...(folder === undefined ? [] : [folder])],
    {
      encoding: 'utf8',
    },
  );
  return { output: stdout + stderr, exitCode: status };
}

const packages = ['cli', 'embedded', 'errors', 'shop-seed', 'subgraph', 'testkit'];

/** A workspace like this one in which nothing imports anything. */
function workspace(files: Readonly<Record<string, string>>) {
  const empty = packages.flatMap((name) => [
    [
      `packages/${name}/package.json`,
      JSON.stringify({ name: `@selvedge/${name}`, exports: { '.': './src/index.ts' } }),
    ],
    [`packages/${name}/src/index.ts`, 'export const index = 1;'],
    [`packages/${name}/src/inner.ts`, 'export const inner = 1;'],
  ]);
  const at = project({
    ...(Object.fromEntries(empty) as Record<string, string>),
    'package.json': '{ "type": "module" }',
    'tsconfig.json': '{ "compilerOptions": { "module": "ESNext", "moduleResolution": "Bundler" } }',
    'router/src/main.ts': 'export const main = 1;',
    'subgraphs/orders/main.ts': 'export const main = 1;',
    'subgraphs/reviews/main.ts': 'export const main = 1;',
    'node_modules/vitest/package.json': '{ "name": "vitest", "main": "index.js" }',
    'node_modules/vitest/index.js': '',
    'node_modules/@apollo/gateway/package.json': '{ "name": "@apollo/gateway", "main": "index.js" }',
    'node_modules/@apollo/gateway/index.js': '',
    'node_modules/@apollo/gateway/index.d.ts': 'export interface SupergraphManager {}',
    'node_modules/@apollo/query-planner/package.json':
      '{ "name": "@apollo/query-planner", "main": "index.js" }',
    'node_modules/@apollo/query-planner/index.js': '',
    ...files,
  });
  mkdirSync(at.path('node_modules/@selvedge'), { recursive: true });
  for (const name of packages)
    symlinkSync(at.path(`packages/${name}`), at.path(`node_modules/@selvedge/${name}`));
  return at;
}

describe('the import rules', () => {
  it('hold in this repository, for every source file of it', () => {
    const { output, exitCode } = checkImports();
    expect(output).toMatch(/^\d{3,} modules keep the import rules$/m);
    expect(exitCode).toBe(0);
  });

  it('let through what the design allows', () => {
    const at = workspace({
      'subgraphs/reviews/main.ts': `import '@selvedge/subgraph'; import '@selvedge/shop-seed';`,
      'subgraphs/reviews/main.test.ts': `import 'vitest'; import './main.js';`,
      'packages/subgraph/src/index.ts': `import '@selvedge/errors'; import './inner.js';`,
      'packages/subgraph/src/index.test.ts': `import '@selvedge/testkit'; import './index.js';`,
      'packages/cli/src/index.ts': `import '@selvedge/embedded'; import '@selvedge/errors';`,
      'router/src/main.ts': `import '@selvedge/errors'; import '@apollo/query-planner';`,
      'router/src/main.test.ts': `import './main.js'; import '@apollo/gateway';`,
      'router/src/supergraph/introspect-and-compose.ts': `import '@apollo/gateway';`,
      'router/src/supergraph/source.ts': `import type { SupergraphManager } from '@apollo/gateway'; export type Manager = SupergraphManager;`,
      'test/system.test.ts': `import '@selvedge/testkit'; import '@selvedge/shop-seed'; import 'vitest';`,
    });
    expect(checkImports(at.folder)).toEqual({
      output: expect.stringContaining('keep the import rules') as string,
      exitCode: 0,
    });
  });

  const violations: { rule: string; file: string; imports: string }[] = [
    { rule: 'arrow-router', file: 'router/src/a.ts', imports: '@selvedge/subgraph' },
    { rule: 'arrow-router', file: 'router/src/a.ts', imports: '../../subgraphs/orders/main.js' },
    { rule: 'arrow-subgraphs', file: 'subgraphs/orders/a.ts', imports: '../reviews/main.js' },
    { rule: 'arrow-subgraphs', file: 'subgraphs/orders/a.ts', imports: '@selvedge/embedded' },
    { rule: 'arrow-subgraphs', file: 'subgraphs/orders/a.ts', imports: '../../router/src/main.js' },
    { rule: 'arrow-subgraph', file: 'packages/subgraph/src/a.ts', imports: '@selvedge/embedded' },
    { rule: 'arrow-subgraph-tests', file: 'packages/subgraph/src/a.test.ts', imports: '@selvedge/cli' },
    { rule: 'arrow-cli', file: 'packages/cli/src/a.ts', imports: '@selvedge/subgraph' },
    { rule: 'arrow-errors', file: 'packages/errors/src/a.ts', imports: '@selvedge/subgraph' },
    { rule: 'arrow-embedded', file: 'packages/embedded/src/a.ts', imports: '@selvedge/errors' },
    { rule: 'arrow-shop-seed', file: 'packages/shop-seed/src/a.ts', imports: '@selvedge/errors' },
    { rule: 'arrow-testkit', file: 'packages/testkit/src/a.ts', imports: '@selvedge/subgraph' },
    { rule: 'no-test-code-in-production', file: 'packages/cli/src/a.ts', imports: '@selvedge/testkit' },
    { rule: 'no-test-code-in-production', file: 'subgraphs/orders/a.ts', imports: 'vitest' },
    { rule: 'no-test-code-in-production', file: 'router/src/a.ts', imports: './fixtures/b.js' },
    { rule: 'no-seed-in-production', file: 'packages/cli/src/a.ts', imports: '@selvedge/shop-seed' },
    {
      rule: 'only-through-exports',
      file: 'subgraphs/orders/a.ts',
      imports: '../../packages/subgraph/src/inner.js',
    },
    { rule: 'only-through-exports', file: 'test/a.test.ts', imports: '../packages/errors/src/inner.js' },
    { rule: 'no-application-imports', file: 'test/a.test.ts', imports: '../router/src/main.js' },
    { rule: 'gateway-in-tests-only', file: 'router/src/supergraph/a.ts', imports: '@apollo/gateway' },
    { rule: 'gateway-types-in-supergraph-only', file: 'router/src/a.ts', imports: '@apollo/gateway' },
    { rule: 'planner-in-router-only', file: 'packages/cli/src/a.ts', imports: '@apollo/query-planner' },
    { rule: 'no-unresolvable', file: 'router/src/a.ts', imports: './nothing.js' },
    { rule: 'no-unresolvable', file: 'subgraphs/orders/a.ts', imports: '@selvedge/subgraph/src/inner.js' },
  ];
  it('refuse every import that breaks one', () => {
    // One workspace for all, since what costs is the start of the checker. File names say which case they are.
    const numbered = violations.map((violation, index) => ({
      ...violation,
      file: violation.file.replace('/a.', `/case${index}.`),
    }));
    const at = workspace({
      'router/src/fixtures/b.ts': 'export const b = 1;',
      ...Object.fromEntries(numbered.map(({ file, imports }) => [file, `import '${imports}';`])),
    });
    const { output, exitCode } = checkImports(at.folder);
    expect(exitCode).toBe(1);
    const refused = output.split('\n');
    const slipped = numbered.filter(
      ({ rule, file }) => !refused.some((line) => line.startsWith(`${rule}: ${file} -> `)),
    );
    expect(slipped).toEqual([]);
  });

  it('refuse a circle of loads, but not of types', () => {
    const at = workspace({
      'router/src/a.ts': `import { b } from './b.js'; export const a = b;`,
      'router/src/b.ts': `import { a } from './a.js'; export const b = a;`,
      'router/src/c.ts': `import type { D } from './d.js'; export type C = D;`,
      'router/src/d.ts': `import type { C } from './c.js'; export type D = C[];`,
    });
    const { output } = checkImports(at.folder);
    expect(output).toMatch(/^no-circular: router\/src\/[ab]\.ts -> /m);
    expect(output).not.toContain('router/src/c.ts');
  });

  it('do not pass where nothing was looked at', () => {
    expect(checkImports(project({ 'packages/README.md': '' }).folder)).toEqual({
      output: 'There are no source files here, so nothing was checked.\n',
      exitCode: 1,
    });
  });
});
