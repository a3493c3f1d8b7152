/**
 * The two formats of answers in parts that clients ask for by a parameter of `multipart/mixed` in `accept`, and that
 * responses carry in `content-type`. https://specs.apollo.dev/incremental/v0.1/ and /v0.2/
 */
export const incrementalFormats = ['deferSpec=20220824', 'incrementalSpec=v0.2'] as const;

export type IncrementalFormat = (typeof incrementalFormats)[number];

/** For the API schema, where `supergraph.defer_support` is on. */
export const deferDirective =
  'directive @defer(label: String, if: Boolean! = true) on FRAGMENT_SPREAD | INLINE_FRAGMENT';
