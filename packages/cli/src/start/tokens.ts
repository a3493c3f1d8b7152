// Development tokens: who a request comes from, until real authentication exists. The key lives as long as one start.
import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { user } from '@selvedge/shop-seed';

export interface DevelopmentToken {
  readonly username: string;
  readonly roles: readonly ('customer' | 'staff')[];
  /** Goes behind `authorization: Bearer `. */
  readonly token: string;
}

/** An HS256 key, base64url, as SELVEDGE_TOKEN_KEY takes it. */
export function createTokenKey(): string {
  return randomBytes(32).toString('base64url');
}

/** Tokens for two of the seeded users, the shop's first employee and its first customer; they hold for a week. */
export function issueDevelopmentTokens(key: string): Promise<DevelopmentToken[]> {
  return Promise.all([issue(key, 0, ['customer', 'staff']), issue(key, 1, ['customer'])]);
}

async function issue(
  key: string,
  index: number,
  roles: DevelopmentToken['roles'],
): Promise<DevelopmentToken> {
  const { id, username } = user(index);
  const token = await new SignJWT({ name: username, roles })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(id)
    .setExpirationTime('7d')
    .sign(Buffer.from(key, 'base64url'));
  return { username, roles, token };
}
