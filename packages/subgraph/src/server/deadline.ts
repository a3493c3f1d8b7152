// When the sender of a request stops waiting for its answer, as it says itself.
import type { IncomingHttpHeaders } from 'node:http';

/** Envoy's name for the milliseconds within which a request is expected to be answered; Selvedge's router sends it. */
const header = 'x-envoy-expected-rq-timeout-ms';

/** On the clock of `performance.now()`; null where the request does not say. It can only shorten the sender's own wait. */
export function deadlineOf(headers: IncomingHttpHeaders): number | null {
  const text = headers[header];
  // 0 is Envoy's "no limit".
  if (typeof text !== 'string' || !/^\d{1,10}$/.test(text) || Number(text) === 0) return null;
  return performance.now() + Number(text);
}
