import { randomUUID } from 'node:crypto';
import { TraceFlags, type SpanContext } from '@opentelemetry/api';
import type { TraceOfCaller } from '../subgraphs/caller.js';
import type { Scope } from '../subgraphs/scope.js';
import { scopeInTrace } from './trace-context.js';

/**
 * The trace of a request that is not recorded, as nearly all are: no span is made of it, and ids only once a subgraph is to be
 * told that its part is not to be recorded either, which is then told to all of them alike.
 */
export class UnrecordedTrace implements TraceOfCaller {
  readonly span = null;
  private own: SpanContext | null = null;
  private from: Scope | null = null;
  private to: Scope | null = null;

  constructor(private readonly sender: SpanContext | null) {}

  get spanContext(): SpanContext {
    this.own ??= {
      ...(this.sender ?? { traceId: randomUUID().replaceAll('-', '') }),
      spanId: randomUUID().replaceAll('-', '').slice(16),
      traceFlags: TraceFlags.NONE,
    };
    return this.own;
  }

  /** Most requests have one scope for all their fetches. */
  inTrace(scope: Scope): Scope {
    if (this.to === null || this.from !== scope) {
      this.from = scope;
      this.to = scopeInTrace(scope, this.spanContext);
    }
    return this.to;
  }
}
