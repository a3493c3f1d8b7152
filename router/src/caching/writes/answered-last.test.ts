import { expect, test } from 'vitest';
import { ofNoCall, type FetchAnswer } from '../../execution/fetch-answer.js';
import { TestCaller } from '../../testing/subgraph-fetches.js';
import { sendMutation } from './send-mutation.js';
import type { Writes } from './writes.js';

const answer: FetchAnswer = {
  data: {},
  entities: [],
  errors: [],
  cacheControl: [undefined],
  isPrivate: false,
  ...ofNoCall,
};

test('a mutation is answered when its fences are put, not before', async () => {
  let put: (isConfirmed: boolean) => void = () => undefined;
  const writes = {
    intend: () => Promise.resolve({}),
    isOfTheKit: () => true,
    conclude: () =>
      new Promise<boolean>((resolve) => {
        put = resolve;
      }),
  } as unknown as Writes;
  let isAnswered = false;
  const sent = sendMutation(writes, 'reviews', new TestCaller(), () => Promise.resolve(answer)).then(
    (all) => {
      isAnswered = true;
      return all;
    },
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(isAnswered).toBe(false);
  put(false);
  expect((await sent).isConfirmed).toBe(false);
});
