import type { Span, SpanContext } from '@opentelemetry/api';

/** Somebody who waits for answers of subgraphs, for as long as that lasts: one client request. */
export interface Caller {
  /** On the clock of `performance.now()`: when it stops waiting. */
  readonly deadline: number;
  readonly hasLeft: boolean;
  /** @param callback called once, when the caller stops waiting. @returns takes the callback back */
  onLeave(callback: () => void): () => void;
  /** What its fetches are part of: of several who wait together, one each; none where nobody traces. */
  readonly traces?: readonly TraceOfCaller[];
}

export interface TraceOfCaller {
  readonly spanContext: SpanContext;
  /** `null`: nothing of it is recorded. */
  readonly span: Span | null;
}
