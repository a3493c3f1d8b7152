/**
 * What a subgraph's `Cache-Control` (RFC 9111, 5.2.2) lets a client's answer be. Absent, or saying anything that forbids
 * a shared or a private cache to keep it: not at all.
 */
export interface CacheHint {
  /** Seconds; 0: uncacheable. */
  readonly maxAge: number;
  readonly scope: 'PUBLIC' | 'PRIVATE';
}

export function readCacheControl(header: string | undefined): CacheHint {
  const directives = new Map(
    (header ?? '').split(',').map((part) => {
      const [name = '', value = ''] = part.split('=', 2);
      return [name.trim().toLowerCase(), value.trim().replace(/^"|"$/g, '')];
    }),
  );
  const forbidden = directives.has('no-store') || directives.has('no-cache');
  const maxAge = Number(/^\d+$/.exec(directives.get('max-age') ?? '')?.[0] ?? 0);
  return { maxAge: forbidden ? 0 : maxAge, scope: directives.has('private') ? 'PRIVATE' : 'PUBLIC' };
}

/** What is left of the lifetime, where caches before the router have kept the answer for a while already (RFC 9111, 4.2.3). */
export function lessAge(cacheControl: string, age: string | undefined): string {
  const seconds = Number(/^\d+$/.exec(age ?? '')?.[0] ?? 0);
  if (seconds === 0) return cacheControl;
  return cacheControl.replace(
    /\b(?<name>s-maxage|max-age)\s*=\s*"?(?<value>\d+)"?/gi,
    (_, name: string, value: string) => `${name}=${Math.max(0, Number(value) - seconds)}`,
  );
}
