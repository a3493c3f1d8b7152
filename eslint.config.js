// The strictest typed rules, everywhere. An exception is one line beside the code with its reason, never a blanket.
import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  globalIgnores(['**/dist/', '**/generated/', '**/node_modules/', '.selvedge/', '**/.cache/']),
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['.dependency-cruiser.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      complexity: ['error', 15],
      'max-lines': ['error', { max: 320, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true, IIFEs: true }],
    },
  },
  {
    // What executes in production is our own (docs/adr/0011-own-execution.md); of the stock gateway we take its managers.
    files: ['router/src/supergraph/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@apollo/gateway',
              allowImportNames: [
                'GetDataSourceFunction',
                'IntrospectAndCompose',
                'SupergraphManager',
                'SupergraphSdlHook',
              ],
              message:
                'The router executes plans itself: `executeQueryPlan` and `ApolloGateway` are for tests.',
            },
          ],
        },
      ],
    },
  },
  {
    // A test file is one long describe; its length says nothing of its clarity.
    files: ['**/*.test.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', 'max-lines': 'off' },
  },
  {
    // The bootstrap and the command line talk to a person: their output is what they are for.
    files: ['scripts/**', 'packages/cli/src/**', 'bench/**', 'examples/**'],
    rules: { 'no-console': 'off' },
  },
);
