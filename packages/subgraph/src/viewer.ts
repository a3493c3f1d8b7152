// Who asks: until real authentication comes, a development token that `npm start` signs with a key made at start.
import { ClientError } from '@selvedge/errors';
import { errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';

/** The user that a request's token names. */
export interface Viewer {
  /** A uuid in lower case. */
  readonly id: string;
  readonly username: string;
  /** For example `customer`, `staff`. */
  readonly roles: readonly string[];
}

/** A viewer, and until when the token says so, in seconds since 1970. */
export interface IdentifiedViewer {
  readonly viewer: Viewer;
  readonly expires: number;
}

/** From the value of an `Authorization` header to its viewer; null where there is none. Throws UNAUTHENTICATED. */
export type ViewerReader = (authorization: string | undefined) => Promise<IdentifiedViewer | null>;

/** PostgreSQL prints uuids in lower case, and owners are told by comparison. */
const claims = z.object({
  sub: z.uuid().toLowerCase(),
  name: z.string(),
  roles: z.array(z.string()),
  exp: z.number(),
});

/** A signature check costs about 0.1 ms; the same few tokens come with every request. */
const maxRemembered = 1_000;

/**
 * @param key the base64url key of HS256 development tokens; null where none are accepted
 */
export function viewerReader(key: string | null): ViewerReader {
  const secret = key === null ? null : Buffer.from(key, 'base64url');
  const remembered = new LRUCache<string, IdentifiedViewer>({ max: maxRemembered });
  return async (authorization) => {
    if (authorization === undefined) return null;
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (token === undefined)
      throw unauthenticated('expected `Authorization: Bearer <token>` but got something else');
    if (secret === null)
      throw unauthenticated(
        'expected no token, since this service has no key to check one with, but got one',
      );
    const known = remembered.get(token);
    if (known !== undefined && known.expires > Date.now() / 1_000) return known;
    const { sub, name, roles, exp } = await verified(token, secret);
    const identified = { viewer: { id: sub, username: name, roles }, expires: exp };
    remembered.set(token, identified);
    return identified;
  };
}

async function verified(token: string, secret: Uint8Array): Promise<z.infer<typeof claims>> {
  try {
    const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'] });
    return claims.parse(payload);
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      throw unauthenticated('expected a token that is still valid but got an expired one');
    throw unauthenticated('expected a token signed by this system but got another');
  }
}

function unauthenticated(message: string): ClientError {
  return new ClientError('UNAUTHENTICATED', message, { extensions: { http: { status: 401 } } });
}
