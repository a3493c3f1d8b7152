import { openInProcessBackend, type Evidence } from '@selvedge/cache';
import { expect, test } from 'vitest';
import { WholeAnswers } from './whole-answers.js';

test('an answer is not served under another record of its store with the same count', async () => {
  const backend = openInProcessBackend({ maxBytes: 1_000_000 });
  const whole = new WholeAnswers<{ readonly bytes: Buffer }>({ backend, maxBytes: 1_000_000 });
  const [state] = await backend.states(['one']);
  if (state === undefined) throw new Error('expected a state but got none');
  const { nonce, count, cluster } = state;
  const times = { fetchedAt: Date.now(), expiresAt: Date.now() + 60_000, staleUntil: Date.now() + 60_000 };
  const evidence: Evidence = { nonce, count, cluster, snapshot: null, tags: ['a:'], ...times };
  const proof = { subgraph: 'one', evidence, names: [], isPrivate: false, maxAge: 60, staleness: 0 };
  const question = whole.keep('key', () => ({}), { bytes: Buffer.from('kept') }, [proof]);
  if (question === null) throw new Error('expected it to be kept but it is not');
  const doubt = async () => (await whole.recall(question, () => ({}))).doubt;
  expect(await doubt()).toBeNull();
  await backend.settle('one', { cluster, xids: [], tags: ['a:'] }, null);
  backend.evict(({ kind }) => kind === 'store');
  expect(await backend.states(['one'])).toMatchObject([{ count }]);
  expect(await doubt()).toBe('the store was lost');
});
