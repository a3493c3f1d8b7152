/**
 * Which features of a supergraph this router carries out. A supergraph says by `@link(url:, for: SECURITY | EXECUTION)`
 * that ignoring a feature changes what clients get to see, so one that we do not know stops the router: serving fields
 * without the `@authenticated` that protects them would be worse than not serving.
 */
import type { Supergraph } from '@apollo/federation-internals';

/** @returns the URLs of the features that we may not ignore and do not carry out */
export function refusedFeatures(supergraph: Supergraph): string[] {
  return (supergraph.schema.coreFeatures?.allFeatures() ?? [])
    .filter(
      ({ url, purpose }) =>
        !isSupported(url.toString()) && (mustBeUnderstood(purpose) || isApollos(url.identity)),
    )
    .map(({ url }) => url.toString());
}

/** @throws SupergraphError naming each feature by its URL */
export function refuseFeatures(urls: readonly string[]): void {
  if (urls.length === 0) return;
  throw new SupergraphError(
    `expected a supergraph of features that this router executes but got one that links ${urls.join(', ')}; ` +
      'remove the feature from the subgraphs, or use a router that executes it',
  );
}

/** A supergraph that cannot be served. The message is one sentence for an operator. */
export class SupergraphError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SupergraphError';
  }
}

/**
 * `tag` asks nothing of a router; `cost` is carried out by demand control, `context` by the plan (`contextRewrites`).
 * `cacheTag` names what is to be dropped from the cache (`caching/declared-tags.ts`).
 */
const supported = [
  /^core\/v0\.[12]$/,
  /^link\/v1\.0$/,
  /^join\/v0\.[1-5]$/,
  /^tag\/v0\.[1-3]$/,
  /^inaccessible\/v0\.[12]$/,
  /^cost\/v0\.1$/,
  /^context\/v0\.1$/,
  /^cacheTag\/v0\.1$/,
];

function isSupported(url: string): boolean {
  return isApollos(url) && supported.some((feature) => feature.test(url.slice(apollo.length)));
}

function mustBeUnderstood(purpose: string | undefined): boolean {
  return purpose === 'SECURITY' || purpose === 'EXECUTION';
}

/** Whether `for:` is there or not, each of Apollo's own features means something to a router. */
function isApollos(url: string): boolean {
  return url.startsWith(apollo);
}

const apollo = 'https://specs.apollo.dev/';
