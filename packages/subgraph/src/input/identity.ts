// Whether a client's text can be the identity of a row at all, for writes: a store that is asked for what is none throws.
// Reads need no such check, for they check their keys themselves.

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const bigintPattern = /^[1-9]\d{0,18}$/;
const maxBigint = 2n ** 63n - 1n;

/** Whether the text is a uuid in its usual form: 32 hexadecimal digits in five groups. */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}

/** Whether the text is a number that a `bigint` identity column gives out: from 1, without sign or leading zeros. */
export function isBigintIdentity(text: string): boolean {
  return bigintPattern.test(text) && BigInt(text) <= maxBigint;
}
