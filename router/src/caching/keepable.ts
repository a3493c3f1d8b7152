/**
 * Whether, for how long and for whom the answer to a call may be kept, by what its subgraph says of it. What is not said is
 * refused: a subgraph of the kit says it in its extension, any other in `Cache-Control` and `Vary` (RFC 9111, RFC 9110, 12.5.5).
 */
import type { CallOrigin } from '../execution/fetch-answer.js';
import { deadlineHeader } from '../subgraphs/deadline.js';
import type { RefusalReason } from './cache-observer.js';
import type { SubgraphCacheOptions } from './response-cache.js';

export interface Keepable {
  /** Milliseconds. */
  readonly lifetime: number;
  /** Seconds for which it may be served without being proven. */
  readonly staleness: number;
  /** Headers that shaped it, in order. */
  readonly names: readonly string[];
  readonly isPrivate: boolean;
  readonly snapshot: string | null;
  readonly cluster: string | null;
  /** Of all that came with the call. */
  readonly tags: readonly string[];
  readonly entityTags: readonly (readonly string[])[] | undefined;
}

export interface Refusal {
  readonly reason: RefusalReason;
  readonly detail?: string;
}

export function isRefusal(value: Keepable | Refusal): value is Refusal {
  return 'reason' in value;
}

export function keepableOf(origin: CallOrigin, options: SubgraphCacheOptions): Keepable | Refusal {
  if (origin.hasErrors) return { reason: 'error' };
  if (origin.hasSetCookie) return { reason: 'cookie' };
  const kept = origin.extension === null ? foreign(origin, options) : ofTheKit(origin, options);
  if (isRefusal(kept)) return kept;
  if (kept.lifetime <= 0) return { reason: 'no-lifetime' };
  const own = kept.names.find((name) => ofOneRequest.has(name) || name.startsWith('x-b3-'));
  if (own !== undefined) return { reason: 'one-request', detail: own };
  return kept.isPrivate && kept.names.length === 0 ? { reason: 'private' } : kept;
}

/** Their values are another in each request, so that what they have shaped is nobody else's. */
const ofOneRequest = new Set([
  'traceparent',
  'tracestate',
  'baggage',
  'b3',
  'x-amzn-trace-id',
  'x-cloud-trace-context',
  'x-request-id',
  'x-correlation-id',
  // Of what the router sends, not of what a client did.
  'content-length',
  deadlineHeader,
]);

function ofTheKit({ extension }: CallOrigin, { maxTtl }: SubgraphCacheOptions): Keepable | Refusal {
  const answer = extension?.answer;
  if (answer === undefined)
    return { reason: 'subgraph', detail: 'it does not say how the answer came about' };
  if (extension?.writes !== undefined) return { reason: 'subgraph', detail: 'it has written' };
  if (answer.refusal !== null) return { reason: 'subgraph', detail: answer.refusal };
  // A claim is compared by all of the token that it came in.
  const claimed = answer.claims.length > 0 ? ['authorization'] : [];
  return {
    lifetime: Math.min(answer.maxAge * 1_000, maxTtl),
    staleness: answer.staleness,
    names: namesOf([...answer.headers, ...claimed]),
    isPrivate: answer.isPrivate,
    snapshot: answer.snapshot,
    cluster: extension?.cluster ?? null,
    tags: answer.tags,
    entityTags: answer.entityTags,
  };
}

function foreign(
  { cacheControl, vary }: CallOrigin,
  { ttl, maxTtl }: SubgraphCacheOptions,
): Keepable | Refusal {
  const directives = directivesOf(cacheControl);
  const forbids = ['no-store', 'no-cache', 'private'].some((name) => directives.has(name));
  if (forbids || !directives.has('public')) return { reason: 'no-lifetime' };
  if (vary === undefined) return { reason: 'vary' };
  const names = namesOf(vary.split(','));
  if (names.includes('*')) return { reason: 'vary', detail: '*' };
  const seconds = directives.get('s-maxage') ?? directives.get('max-age');
  const lifetime = seconds === undefined ? (ttl ?? 0) : secondsOf(seconds) * 1_000;
  return {
    lifetime: Math.min(lifetime, maxTtl),
    staleness: 0,
    names,
    isPrivate: false,
    snapshot: null,
    cluster: null,
    tags: [],
    entityTags: undefined,
  };
}

function namesOf(names: readonly string[]): string[] {
  const lower = names.map((name) => name.trim().toLowerCase()).filter((name) => name !== '');
  return [...new Set(lower)].sort();
}

function directivesOf(cacheControl: string | undefined): Map<string, string> {
  return new Map(
    (cacheControl ?? '').split(',').map((part) => {
      const [name = '', value = ''] = part.split('=', 2);
      return [name.trim().toLowerCase(), value.trim().replace(/^"|"$/g, '')];
    }),
  );
}

function secondsOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : 0;
}
