// Who may import whom, as docs/architecture.md draws it: `a -> b` means that a imports b. `npm run check` enforces it
// (scripts/check-imports.mjs), and packages/cli/src/check-imports.test.ts breaks every rule once to see that it bites.

/** Code that runs in tests and benchmarks only. */
const testCode =
  '(\\.test\\.tsx?$|/(correctness|fixtures|fuzz|testing)/|/test-[a-z-]+\\.ts$|^test/|^bench/|^packages/testkit/)';

/**
 * A part of the system may import only itself, its allowed packages and, in test code, the testkit and the seed's facts.
 *
 * @param {string} part a folder
 * @param {string[]} packages the names of the packages that it may import
 */
function mayImport(part, packages) {
  const allowed = [`^${part}/`, ...packages.map((name) => `^packages/${name}/`)];
  const ours = '^(bench|packages|router|scripts|subgraphs|test)/';
  const names = packages.length === 0 ? 'nothing' : packages.join(' and ');
  const comment = `${part} imports ${names} of ours; what it shares with others goes there.`;
  return [
    {
      name: `arrow-${part.replace('packages/', '')}`,
      severity: 'error',
      comment,
      from: { path: `^${part}/`, pathNot: testCode },
      to: { path: ours, pathNot: allowed },
    },
    {
      name: `arrow-${part.replace('packages/', '')}-tests`,
      severity: 'error',
      comment: `${comment} Its tests may use the testkit, the facts of the seed and the scripts as well.`,
      from: { path: `^${part}/.*${testCode}` },
      to: { path: ours, pathNot: [...allowed, '^packages/(testkit|shop-seed)/', '^scripts/'] },
    },
  ];
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'Modules that load each other in a circle work or fail by the order in which they are loaded.',
      from: {},
      // A circle of which a part is `import type` loads in order: types are gone by then.
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'The module does not exist, or no package.json on the way declares it.',
      from: {},
      to: { couldNotResolve: true },
    },
    ...mayImport('router', ['cache', 'errors']),
    ...mayImport('packages/subgraph', ['errors', 'cache', 'events']),
    ...mayImport('packages/cli', ['embedded', 'errors', 'events', 'shop-seed']),
    ...mayImport('packages/embedded', []),
    ...mayImport('packages/errors', []),
    ...mayImport('packages/cache', []),
    ...mayImport('packages/events', []),
    ...mayImport('packages/explorer', []),
    ...mayImport('packages/shop-seed', []),
    ...mayImport('scripts', []),
    {
      name: 'arrow-subgraphs',
      severity: 'error',
      comment: 'A subgraph imports the kit and the facts of the seed, and never another subgraph.',
      from: { path: '^subgraphs/([^/]+)/' },
      to: {
        path: '^(bench|packages|router|scripts|subgraphs|test)/',
        pathNot: ['^subgraphs/$1/', '^packages/(subgraph|shop-seed)/'],
      },
    },
    {
      name: 'arrow-testkit',
      severity: 'error',
      comment: 'The testkit starts what it tests; it does not know the services.',
      from: { path: '^packages/testkit/' },
      to: {
        path: '^(bench|packages|router|scripts|subgraphs|test)/',
        pathNot: '^packages/(testkit|embedded)/',
      },
    },
    {
      name: 'no-test-code-in-production',
      severity: 'error',
      comment: 'What ships must not depend on what only tests have.',
      from: { pathNot: [testCode, '\\.config\\.[jt]s$'] },
      to: { path: [testCode, 'node_modules/(vitest|@vitest|fast-check|playwright-core)/'] },
    },
    {
      name: 'no-seed-in-production',
      severity: 'error',
      comment:
        'The facts of the seed are for the seeds of the subgraphs, for the development tokens of two seeded users, and for tests.',
      from: {
        pathNot: [testCode, '^subgraphs/', '^packages/shop-seed/', '^packages/cli/src/start/tokens\\.ts$'],
      },
      to: { path: '^packages/shop-seed/' },
    },
    {
      name: 'only-through-exports',
      severity: 'error',
      comment:
        'A package is imported by its name, which leads to what its package.json exports, never to a file behind it.',
      from: { path: '^(packages/[^/]+|router|subgraphs/[^/]+|bench|scripts|test)/' },
      to: { path: '^packages/[^/]+/', pathNot: ['^$1/', '^packages/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'no-application-imports',
      severity: 'error',
      comment:
        'Router, subgraphs and the command line are processes: others start them, and import nothing of them.',
      from: { path: '^(packages/[^/]+|router|subgraphs/[^/]+|bench|scripts|test)/' },
      to: { path: '^(router|subgraphs/[^/]+|packages/cli)/', pathNot: '^$1/' },
    },
    {
      name: 'gateway-in-tests-only',
      severity: 'error',
      comment:
        'Plans are executed by router/src/execution alone; the stock gateway is what tests and benchmarks compare it with. Its ' +
        'supergraph managers are loaded by one file, which eslint keeps to them; their types may be named beside it.',
      from: { pathNot: [testCode, '^router/src/supergraph/introspect-and-compose\\.ts$'] },
      to: {
        path: 'node_modules/@apollo/gateway/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'gateway-types-in-supergraph-only',
      severity: 'error',
      comment: 'What a supergraph manager is, nobody but router/src/supergraph has to know.',
      from: { pathNot: [testCode, '^router/src/supergraph/'] },
      to: { path: 'node_modules/@apollo/gateway/' },
    },
    {
      name: 'planner-in-router-only',
      severity: 'error',
      comment: 'The Elastic-licensed planner is behind the seam of router/src/planner.',
      from: { pathNot: '^router/src/' },
      to: { path: 'node_modules/@apollo/query-planner/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
};
