import { describe, expect, it } from 'vitest';
import { readToken } from './development-user.js';

function tokenOf(claims: unknown): string {
  return `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2lnbmF0dXJl`;
}

const claims = { sub: '7b3c', name: 'zoë.ångström', roles: ['customer', 'staff'], exp: 1_900_000_000 };

describe('readToken', () => {
  it.each([
    ['bare', (token: string) => token],
    ['after Bearer', (token: string) => `Bearer ${token}`],
    ['in a header line', (token: string) => `Authorization: Bearer ${token}\n`],
    ['in the JSON of a headers editor', (token: string) => `{"Authorization": "Bearer ${token}"}`],
  ])('finds a token %s', (_where, paste) => {
    const token = tokenOf(claims);
    expect(readToken(paste(token))).toEqual({
      token,
      name: 'zoë.ångström',
      roles: ['customer', 'staff'],
      expires: new Date('2030-03-17T17:46:40.000Z'),
    });
  });

  it('falls back to the id of a user without a name', () => {
    expect(readToken(tokenOf({ sub: '7b3c' }))).toMatchObject({
      name: '7b3c',
      roles: [],
      expires: undefined,
    });
  });

  it.each(['', 'nonsense', 'three.wrong.parts', 'www.example.org', tokenOf('a string'), tokenOf(null)])(
    'does not take %j for a token',
    (pasted) => {
      expect(readToken(pasted)).toBeNull();
    },
  );
});
