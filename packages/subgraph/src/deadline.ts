// When what a request asks for has to be over, as its sender says: in so many milliseconds, and where a router caches what a
// mutation changes, at a moment as well. The former counts from when this process reads the request, which may be long after it
// was sent: a process that stands still, or has too much to do, leaves it to lie in the buffer of its socket.
import type { IncomingHttpHeaders } from 'node:http';
import { writeUntilHeader } from '@selvedge/cache';
import { ClientError } from '@selvedge/errors';

/** Envoy's name for the milliseconds within which a request is expected to be answered; Selvedge's router sends it. */
const timeoutHeader = 'x-envoy-expected-rq-timeout-ms';

export interface Deadline {
  /** On the clock of `performance.now()`: the earlier of both; null where the request does not say. */
  readonly at: number | null;
  /** Milliseconds since 1970, by this machine's clock; null where the request does not say. */
  readonly until: number | null;
}

export function deadlineOf(headers: IncomingHttpHeaders): Deadline {
  // In this order: whatever comes between the two makes the deadline earlier, not later.
  const now = performance.now();
  const until = wholeNumber(headers[writeUntilHeader], 15);
  const timeout = wholeNumber(headers[timeoutHeader], 10);
  const left = Math.min(timeout ?? Infinity, until === null ? Infinity : until - Date.now());
  return { at: left === Infinity ? null : now + left, until };
}

/**
 * Of the shorter of both clocks: that of `performance.now()` stands still while the machine is suspended, that of the day may be set.
 *
 * @returns milliseconds; Infinity where there is no deadline
 */
export function timeLeft({ at, until }: Deadline): number {
  return Math.min((at ?? Infinity) - performance.now(), (until ?? Infinity) - Date.now());
}

/** The error for a request that came when all of it had to be over, before anything is run of it; null for any other. */
export function expiredBy({ until }: Deadline): ClientError | null {
  const late = until === null ? -1 : Date.now() - until;
  if (until === null || late < 0) return null;
  return new ClientError(
    'REQUEST_EXPIRED',
    `expected to be asked before ${new Date(until).toISOString()} but got the request ${late} ms after: it has waited, or the clocks of its sender and of this subgraph differ; nothing was changed`,
  );
}

/** 0 is Envoy's "no limit". */
function wholeNumber(text: string | string[] | undefined, digits: number): number | null {
  if (typeof text !== 'string' || text.length > digits || !/^\d+$/.test(text)) return null;
  return Number(text) || null;
}
