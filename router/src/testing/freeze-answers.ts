/**
 * Runs before each test file: whatever a subgraph answers cannot be written to once it is read, so that a test fails
 * where the engine writes to what another caller may have got as well. Output rewrites come before, as they do always.
 */
import { vi } from 'vitest';
import type * as operation from '../subgraphs/operation.js';
import { freeze } from './freeze.js';

vi.mock(import('../subgraphs/operation.js'), async (original) => {
  const actual: typeof operation = await original();
  return {
    ...actual,
    checked: (...parameters) => freeze(actual.checked(...parameters)),
    toAnswer: (...parameters) => {
      const answer = actual.toAnswer(...parameters);
      freeze(answer.entities);
      return freeze({ ...answer, errors: Object.freeze([...answer.errors]) });
    },
  };
});
