/**
 * Which request headers shaped an answer, and what they were: what tells apart who may get it. A value is that which the
 * subgraph gets, after the rules of `headers`, and a header that is not sent differs from an empty one.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { PartProof } from '../../execution/fetch-answer.js';
import type { Headers, HeaderRules } from '../../subgraphs/header-rules.js';

export interface ShapingHeader {
  readonly subgraph: string;
  /** In lower case, as the subgraph gets it. */
  readonly name: string;
}

/** Of one answer; equal for answers that were shaped by the same headers. */
export interface ShapingHeaders {
  readonly key: string;
  readonly headers: readonly ShapingHeader[];
}

/** What a client's request comes to at a subgraph. */
export type SentHeaders = (subgraph: string) => Headers;

/** The rules run when a subgraph is first asked for, and not again. */
export function sentHeaders(
  subgraphs: ReadonlyMap<string, { readonly options: { readonly headerRules: HeaderRules } }>,
  incoming: IncomingHttpHeaders,
): SentHeaders {
  const known = new Map<string, Headers>();
  return (subgraph) => {
    let headers = known.get(subgraph);
    if (headers === undefined) {
      headers = subgraphs.get(subgraph)?.options.headerRules(incoming) ?? {};
      known.set(subgraph, headers);
    }
    return headers;
  };
}

export function shapingHeaders(proofs: readonly Pick<PartProof, 'subgraph' | 'names'>[]): ShapingHeaders {
  const byKey = new Map<string, ShapingHeader>();
  for (const { subgraph, names } of proofs) {
    for (const name of names) byKey.set(JSON.stringify([subgraph, name]), { subgraph, name });
  }
  const keys = [...byKey.keys()].sort();
  return { key: keys.join(), headers: keys.flatMap((key) => byKey.get(key) ?? []) };
}

/** Equal for two requests exactly where each of the headers is the same in both, or in neither. */
export function valuesOf({ headers }: ShapingHeaders, sent: SentHeaders): string {
  if (headers.length === 0) return '';
  return JSON.stringify(headers.map(({ subgraph, name }) => ownValue(sent(subgraph), name)));
}

function ownValue(headers: Headers, name: string): string | null {
  return Object.hasOwn(headers, name) ? (headers[name] ?? null) : null;
}
