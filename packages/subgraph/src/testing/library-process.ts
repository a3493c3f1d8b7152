// The library as a process of its own, for tests that kill it. Bundled by `library-bundle.ts`.
import { runSubgraph } from '../index.js';
import { libraryDefinition } from './library.js';

const { store } = libraryDefinition;

await runSubgraph({
  ...libraryDefinition,
  schema: new URL('./schema.graphql', import.meta.url),
  store: {
    ...store,
    statementTimeout: Number(process.env['LIBRARY_STATEMENT_TIMEOUT'] ?? 15_000),
    // An older version of the same service knows fewer migrations.
    migrations: process.env['LIBRARY_VERSION'] === '1' ? store.migrations.slice(0, 1) : store.migrations,
  },
});
