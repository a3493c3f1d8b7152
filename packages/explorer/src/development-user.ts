/**
 * The user that operations are sent as. `npm start` prints tokens of two users; the explorer takes one from a paste or
 * from the address (`/#token=…`, which a browser never sends anywhere), and keeps it for this browser tab alone: the key
 * that signs tokens is new at every start, so a token that outlived the tab would only fail later and puzzle somebody.
 */

export interface DevelopmentUser {
  readonly token: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** When the token stops being valid; undefined: it does not say. */
  readonly expires: Date | undefined;
}

const storageKey = 'selvedge:development-token';

/**
 * Finds the token in what a person pasted: bare, after `Bearer`, or a whole `Authorization` header line.
 * The signature is for the services to verify; here the claims are only shown.
 * @returns null when there is no readable token in it
 */
export function readToken(pasted: string): DevelopmentUser | null {
  const [token, claimsPart] = /[\w-]+\.([\w-]+)\.[\w-]+/.exec(pasted) ?? [];
  if (token === undefined || claimsPart === undefined) return null;
  const claims = decodeClaims(claimsPart);
  if (claims === null) return null;
  const { sub, name, roles, exp } = claims;
  return {
    token,
    name: typeof name === 'string' ? name : typeof sub === 'string' ? sub : 'somebody',
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
    expires: typeof exp === 'number' ? new Date(exp * 1000) : undefined,
  };
}

/** The user that the address names, else the one that this browser tab had before. */
export function initialUser(): DevelopmentUser | null {
  const user = userInAddress() ?? readToken(sessionStorage.getItem(storageKey) ?? '');
  keepUser(user);
  return user;
}

/** Takes the token out of the address, so that it is not in the history, a bookmark or a screenshot. */
export function userInAddress(): DevelopmentUser | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return null;
  history.replaceState(null, '', location.pathname + location.search);
  return readToken(token);
}

export function keepUser(user: DevelopmentUser | null): void {
  if (user === null) sessionStorage.removeItem(storageKey);
  else sessionStorage.setItem(storageKey, user.token);
}

function decodeClaims(part: string): Record<string, unknown> | null {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
      c.charCodeAt(0),
    );
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? { ...claims } : null;
  } catch {
    return null;
  }
}
