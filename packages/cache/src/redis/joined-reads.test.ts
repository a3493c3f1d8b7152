// A read of many entries goes as several commands, between which anything may have been written.
import { expect, it } from 'vitest';
import { ScriptedBackend } from './backend.js';
import type { Caller } from './caller.js';

/** @param states count and whether in doubt, of each command */
async function stateOfRead(states: readonly (readonly [count: number, bypassed: number])[]) {
  const left = [...states];
  const caller = {
    run: () => {
      const [count, bypassed] = left.shift() ?? [0, 0];
      return Promise.resolve([Buffer.from('n'), count, 1, Buffer.from(''), bypassed, [], [], []]);
    },
  } as unknown as Caller;
  const requests = Array.from({ length: 250 * states.length }, (_, index) => ({
    key: `${index}`,
    fields: [],
  }));
  return (await new ScriptedBackend(caller, 'n', 60_000).read('s', requests, null)).state;
}

it('counts by the least of its commands: who remembers that, asks again for what came in between', async () => {
  expect(
    await stateOfRead([
      [3, 0],
      [4, 0],
      [5, 0],
    ]),
  ).toMatchObject({ count: 3 });
  expect(
    await stateOfRead([
      [5, 0],
      [4, 0],
    ]),
  ).toMatchObject({ count: 4 });
});

it('is in doubt where one part is', async () => {
  expect(
    await stateOfRead([
      [3, 0],
      [3, 1],
    ]),
  ).toMatchObject({ isBypassed: true });
  expect(
    await stateOfRead([
      [3, 0],
      [3, 0],
    ]),
  ).toMatchObject({ isBypassed: false });
});
