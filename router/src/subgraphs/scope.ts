/**
 * Who may share an answer: those for whom every header that the subgraph would get is the same. This is the one place
 * that decides it; what it does not know is part of the scope, and so keeps callers apart.
 */
import { cacheRequestHeader, cacheRequestVersion } from '@selvedge/cache';
import type { Headers } from './header-rules.js';

/** Where something came from and when it has to be done cannot change what it is. None of them is sent for several. */
const cannotShapeAnAnswer = new Set(['traceparent', 'tracestate', 'x-request-id']);

/** Asks for a report on the one request that it came with (Apollo's ftv1). */
const reportHeader = 'apollo-federation-include-trace';

export interface Scope {
  /** Equal for those who may share; `null`: nobody may. */
  readonly key: string | null;
  /** What is sent for one caller: name, value, name, value … */
  readonly headers: readonly string[];
  /** What is sent for several. */
  readonly sharedHeaders: readonly string[];
}

/**
 * @param headers in lower case
 * @param labels of `@override` that are on for the caller
 * @param asksOrigin whether the subgraph is asked how its answers come about, which shapes nothing of them
 */
export function scopeOf(headers: Headers, labels: readonly string[], asksOrigin = false): Scope {
  const entries = Object.entries(headers);
  const always = asksOrigin ? asking : plain;
  if (entries.length === 0 && labels.length === 0) return { key: '', headers: always, sharedHeaders: always };
  // Baggage is anything that callers tell each other; it is not sent for several, and so need not be equal.
  const shared = entries.filter(([name]) => !cannotShapeAnAnswer.has(name) && name !== 'baggage');
  shared.sort(([left], [right]) => (left < right ? -1 : 1));
  const isReported = headers[reportHeader] !== undefined;
  return {
    key: isReported ? null : JSON.stringify([shared, [...labels].sort()]),
    headers: [...entries.flat(), ...always],
    sharedHeaders: [...shared.flat(), ...always],
  };
}

const plain = [
  'content-type',
  'application/json',
  'accept',
  'application/json, application/graphql-response+json',
];

const asking = [...plain, cacheRequestHeader, cacheRequestVersion];
