// The library with its writes captured: what a subgraph's migrations do whose answers may be cached.
import { captureWrites } from '@selvedge/events';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { libraryDefinition } from './library.js';

class CaptureLibrary1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await captureWrites(runner, { table: 'authors', contents: [['id'], ['email']], lists: [] });
    await captureWrites(runner, {
      table: 'books',
      contents: [['id'], ['author_id']],
      lists: [
        { by: ['author_id'], order: ['published_at', 'id'] },
        { by: [], order: ['pages', 'id'] },
      ],
    });
    await captureWrites(runner, { table: 'copies', contents: [['branch', 'shelf'], []], lists: [] });
  }

  async down(): Promise<void> {
    // Its tables go with the next.
  }
}

const { store } = libraryDefinition;

export const capturedLibrary = {
  ...libraryDefinition,
  store: { ...store, migrations: [...store.migrations, CaptureLibrary1700000000002] },
};
