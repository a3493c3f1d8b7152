// Unit tests sit beside their source; whole-system tests live in test/ and share the cluster that globalSetup starts.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would take graphql's ES module for our sources while dependencies take the CommonJS one: two realms.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['packages/**/*.test.ts', 'router/**/*.test.ts', 'subgraphs/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: ['packages/testkit/src/global-setup.ts'],
    setupFiles: ['router/src/testing/freeze-answers.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
