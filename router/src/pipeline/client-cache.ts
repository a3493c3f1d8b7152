/**
 * What clients, and caches between, may do with an answer: ask each time whether it is still the same, unless the operator
 * grants them to keep it for a while. Then for no longer than every part of it lasts, by themselves alone where a part is
 * private, and told apart by the request headers that shaped it (RFC 9111, 4.1).
 *
 * `max-age` is what is left, and `Age` is 0: the answer has been proven in this request, however long ago its parts were
 * fetched. A cache that subtracts `Age` and one that has never heard of it keep it equally long, and a grant is worth the
 * same for an answer that the router has kept for an hour.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { RouterConfig } from '../config/schema.js';
import { readCacheControl } from '../subgraphs/cache-control.js';
import { headerSources, type HeaderSources } from '../subgraphs/header-sources.js';
import type { AnsweredFetch } from './stages.js';
import { surrogateKeysOf, type SurrogateKeys } from './surrogate-keys.js';

/** How an answer to a query leaves that is no error. */
export interface ClientTerms {
  readonly cacheControl: string;
  /** Who may keep it; `null`: nobody, without asking each time. */
  readonly scope: 'public' | 'private' | null;
  /** Names of request headers. */
  readonly vary: readonly string[];
  /** `null`: none. */
  readonly surrogateKeys: SurrogateKeys | null;
}

/** Of a part, or of all. */
interface Lifetime {
  /** Milliseconds. */
  readonly left: number;
  readonly isPrivate: boolean;
}

export const askedEachTime: ClientTerms = {
  cacheControl: 'no-cache',
  scope: null,
  vary: [],
  surrogateKeys: null,
};

export class ClientCache {
  private readonly sources = new Map<string, HeaderSources>();

  constructor(private readonly config: Pick<RouterConfig, 'client_cache' | 'headers' | 'override'>) {}

  /** @param now milliseconds since 1970: when the parts were proven, or fetched where they cannot be */
  termsOf(fetches: readonly AnsweredFetch[], incoming: IncomingHttpHeaders, now: number): ClientTerms {
    const { client_cache: grant } = this.config;
    if (grant === undefined || fetches.length === 0) return askedEachTime;
    const { left, isPrivate } = least(fetches.map((fetch) => this.lifetimeOf(fetch, now)));
    const surrogateKeys = surrogateKeysOf(fetches, grant.surrogate_keys?.header);
    const scope = isPrivate || surrogateKeys === 'too long' ? 'private' : 'public';
    const cacheControl = grantedFor(left, grant.max_age, scope);
    if (cacheControl === null) return askedEachTime;
    return {
      cacheControl,
      scope,
      vary: this.varyOf(fetches, incoming),
      surrogateKeys: surrogateKeys === 'too long' ? null : surrogateKeys,
    };
  }

  /** @param left milliseconds, of an answer that is served again. @returns its terms now */
  renewed(terms: ClientTerms, left: number): ClientTerms {
    const { client_cache: grant } = this.config;
    if (terms.scope === null || grant === undefined) return terms;
    const cacheControl = grantedFor(left, grant.max_age, terms.scope);
    return cacheControl === null ? askedEachTime : { ...terms, cacheControl };
  }

  private lifetimeOf({ subgraph, answer }: AnsweredFetch, now: number): Lifetime {
    const { proofs, cacheControl, origins } = answer;
    if (proofs !== null) {
      return least(proofs.map(({ evidence, isPrivate }) => ({ left: evidence.expiresAt - now, isPrivate })));
    }
    // By a pattern, headers can pass that are not in this request, and that nobody has a name of.
    const isUnknown = namesOf(answer) === null && this.sourcesOf(subgraph).hasPatterns;
    const isOfOneRequest = origins.some(({ vary }) => vary?.includes('*') === true);
    const hasCookie = origins.some(({ hasSetCookie }) => hasSetCookie);
    return least(
      cacheControl.map((header) => {
        const { maxAge, scope } = readCacheControl(header);
        const isPrivate = isUnknown || hasCookie || scope === 'PRIVATE';
        return { left: isOfOneRequest ? 0 : maxAge * 1_000, isPrivate };
      }),
    );
  }

  private varyOf(fetches: readonly AnsweredFetch[], incoming: IncomingHttpHeaders): readonly string[] {
    const { sticky } = this.config.override;
    const names = fetches.flatMap((fetch) => {
      const sources = this.sourcesOf(fetch.subgraph);
      const shaping = namesOf(fetch.answer);
      if (shaping !== null) return shaping.flatMap((name) => sources.of(name));
      return [...sources.named, ...Object.keys(incoming).filter((name) => sources.of(name).includes(name))];
    });
    return [...new Set(sticky === undefined ? names : [...names, sticky.header])].sort();
  }

  private sourcesOf(subgraph: string): HeaderSources {
    let sources = this.sources.get(subgraph);
    if (sources === undefined) {
      sources = headerSources(this.config.headers, subgraph);
      this.sources.set(subgraph, sources);
    }
    return sources;
  }
}

/** @returns what comes to at least a second of what is granted, as a header; `null`: nothing does */
function grantedFor(left: number, granted: number, scope: 'public' | 'private'): string | null {
  const maxAge = Math.floor(Math.min(left, granted) / 1_000);
  return maxAge <= 0 ? null : `max-age=${maxAge}, ${scope}`;
}

function least(parts: readonly Lifetime[]): Lifetime {
  return {
    left: parts.length === 0 ? 0 : Math.min(...parts.map(({ left }) => left)),
    isPrivate: parts.some(({ isPrivate }) => isPrivate),
  };
}

/** Of headers that the subgraph gets; `null` where it has not said which it has read. */
function namesOf({ proofs, origins }: AnsweredFetch['answer']): readonly string[] | null {
  if (proofs !== null) return proofs.flatMap(({ names }) => names);
  const said = origins.flatMap(({ vary }) => (vary === undefined ? [] : [vary]));
  if (said.length === 0 || said.length < origins.length) return null;
  return said.flatMap((vary) => vary.split(',').map((name) => name.trim().toLowerCase()));
}
