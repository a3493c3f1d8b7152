import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { SubgraphError } from '../subgraphs/subgraph-error.js';
import { HiddenNames } from './hidden-names.js';

const whole = buildSchema(
  'type Query { a(secretArgument: Int): Int secret: Secret b: Kind } type Secret { a: Int } enum Kind { OPEN LOCKED }',
);
const visible = buildSchema('type Query { a: Int b: Kind } enum Kind { OPEN }');
const hidden = new HiddenNames(whole, visible);

function redacted(message: string, extensions: Record<string, unknown> = {}) {
  const left = hidden.redact(new SubgraphError('s', message, { extensions }));
  if (!(left instanceof SubgraphError)) throw new Error('expected an error of a subgraph but got another');
  return { message: left.message, extensions: left.extensions };
}

test.each(['no field Query.secret', 'got LOCKED', '"secretArgument" is missing', 'a Secret'])(
  'a message that names something hidden is replaced: %s',
  (message) => {
    expect(redacted(message, { code: 'BAD', detail: 1 })).toEqual({
      message: 'the subgraph answered with an error',
      extensions: { code: 'BAD' },
    });
  },
);

test('extensions that name something hidden go, and the message stays', () => {
  expect(redacted('no', { code: 'LOCKED', path: ['secret'] })).toEqual({ message: 'no', extensions: {} });
});

test.each(['no field Query.a', 'it is OPEN', 'secrets', 'locked'])('others stay: %s', (message) => {
  expect(redacted(message, { detail: 1 })).toEqual({ message, extensions: { detail: 1 } });
});
