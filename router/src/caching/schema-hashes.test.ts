/** Under which name what is cached of a subgraph serves: another one exactly where what it says of itself is another. */
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { schemaHashes } from './schema-hashes.js';

const own = `
  type Query { things(first: Int = 5, of: Kind, by: By): [Thing!] }
  type Thing @key(fields: "id") {
    id: ID!  weight: Int @external  size: Int @external
    heavy: Int @requires(fields: "weight")  tall: Int @requires(fields: "size")
  }
  enum Kind { LARGE SMALL }
  input By { name: String }
`;
const other = 'type Thing @key(fields: "id") { id: ID!  weight: Int  size: Int }';

function hashesOf(typeDefs: string, ofOther = other) {
  const url = 'http://127.0.0.1:1';
  const sdl = compose([
    { name: 's', url, typeDefs },
    { name: 'other', url, typeDefs: ofOther },
  ]);
  return schemaHashes(parse(sdl));
}

test.each([
  ['another type', 'heavy: Int', 'heavy: Float'],
  ['another argument', 'first: Int = 5', 'first: Int = 6'],
  [
    'another requirement',
    'heavy: Int @requires(fields: "weight")',
    'heavy: Int @requires(fields: "weight size")',
  ],
  ['another value of an enum', 'LARGE SMALL', 'LARGE TINY'],
  ['another field of an input', 'name: String', 'name: String! = "a"'],
  ['another key', '@key(fields: "id") {', '@key(fields: "id") @key(fields: "heavy") {'],
])('%s is another name', (_, search, replacement) => {
  const changed = own.replace(search, replacement);
  expect(changed).not.toBe(own);
  expect(hashesOf(changed).get('s')).not.toBe(hashesOf(own).get('s'));
});

test('what becomes of others is no matter', () => {
  const [before, after] = [hashesOf(own), hashesOf(own, other.replace('{ id', '{ more: Int  id'))];
  expect(after.get('s')).toBe(before.get('s'));
  expect(after.get('other')).not.toBe(before.get('other'));
});
