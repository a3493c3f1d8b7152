/**
 * What is noted of one operation. What several requests share belongs to none of their traces: it has one of its own, linked
 * to each of theirs, and theirs are linked to it.
 */
import {
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { TraceOfCaller } from '../subgraphs/caller.js';
import { startSpanFor } from './span-of-callers.js';
import type { Observation } from './request-observation.js';
import type { Stage } from './stages.js';

/** A stage that another takes turns with. Its span lasts from the first turn until the operation ends. */
export interface StageInTurns {
  /** What its fetches are part of; `null`: nothing of it is recorded. */
  readonly own: TraceOfCaller | null;
  turn<Result>(work: () => Promise<Result>): Promise<Result>;
}

export class OperationObservation {
  /** So far; once it has ended, for good. */
  milliseconds = 0;
  private readonly started = performance.now();
  private readonly span: Span | null;
  private readonly openStages: Span[] = [];
  private isEnded = false;

  constructor(
    private readonly tracer: Tracer | null,
    private readonly requests: Observation,
    type: string,
    readonly name: string | undefined,
  ) {
    this.span = tracer === null ? null : beginSpan(tracer, requests.traces, type, name);
  }

  sync<Result>(stage: Stage, work: () => Result): Result {
    const begun = performance.now();
    const span = this.beginStage(stage);
    try {
      return work();
    } catch (error) {
      this.fail(span);
      throw error;
    } finally {
      this.endStage(stage, begun, span);
    }
  }

  /** @param work is given what its fetches are part of; `null`: nothing of it is recorded */
  async async<Result>(stage: Stage, work: (own: TraceOfCaller | null) => Promise<Result>): Promise<Result> {
    const begun = performance.now();
    const span = this.beginStage(stage);
    try {
      return await work(span === null ? null : { spanContext: span.spanContext(), span });
    } catch (error) {
      this.fail(span);
      throw error;
    } finally {
      this.endStage(stage, begun, span);
    }
  }

  inTurns(stage: Stage): StageInTurns {
    const span = this.beginStage(stage);
    if (span !== null) this.openStages.push(span);
    return {
      own: span === null ? null : { spanContext: span.spanContext(), span },
      turn: async (work) => {
        const begun = performance.now();
        try {
          return await work();
        } catch (error) {
          this.fail(span);
          throw error;
        } finally {
          this.requests.note(stage, begun, performance.now());
        }
      },
    };
  }

  /** Once, whoever comes first: the last stage, one that throws, or the request. */
  end(hasFailed: boolean): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.milliseconds = performance.now() - this.started;
    for (const open of this.openStages) open.end();
    if (hasFailed) this.span?.setStatus({ code: SpanStatusCode.ERROR });
    this.span?.end();
  }

  private beginStage(stage: Stage): Span | null {
    const { tracer, span } = this;
    if (span === null || tracer === null) return null;
    return tracer.startSpan(spanNameOf(stage), {}, trace.setSpan(ROOT_CONTEXT, span));
  }

  private endStage(stage: Stage, begun: number, span: Span | null): void {
    this.requests.note(stage, begun, performance.now());
    span?.end();
  }

  private fail(span: Span | null): void {
    span?.setStatus({ code: SpanStatusCode.ERROR });
    this.end(true);
  }
}

export function spanNameOf(stage: Stage): string {
  return `graphql.${stage}`;
}

function beginSpan(
  tracer: Tracer,
  traces: readonly TraceOfCaller[],
  type: string,
  name: string | undefined,
): Span | null {
  const attributes: Attributes = { 'graphql.operation.type': type };
  if (name !== undefined) attributes['graphql.operation.name'] = name;
  // The type alone, as the conventions for GraphQL have it: names are the client's, and so without bound.
  return startSpanFor(traces, tracer, type, () => ({ attributes }));
}
