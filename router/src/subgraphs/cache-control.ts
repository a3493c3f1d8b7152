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
