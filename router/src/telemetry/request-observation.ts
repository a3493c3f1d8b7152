/**
 * What is noted of one client request while it runs: how long its stages took, and, where its trace is recorded, a span
 * each. A request that is not recorded makes no span but its own, which carries the trace on to subgraphs.
 */
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { IncomingHttpHeaders } from 'node:http';
import type { TraceOfCaller } from '../subgraphs/caller.js';
import { OperationObservation, spanNameOf } from './operation-observation.js';
import type { RouterMetrics } from './router-metrics.js';
import { serverTiming } from './server-timing.js';
import { stages, type Stage } from './stages.js';
import { readTraceContext } from './trace-context.js';
import type { Tracing } from './tracing.js';
import { UnrecordedTrace } from './unrecorded-trace.js';

export interface ObservationOptions {
  readonly tracing: Pick<Tracing, 'tracer' | 'records'> | null;
  readonly metrics: RouterMetrics | null;
  /** Whether the client is told how long the stages took. */
  readonly showsTimes: boolean;
  /** The path of the endpoint. */
  readonly route: string;
}

/** One request, or several that share one execution. */
export interface Observation {
  /** What is done for it is part of these; none where nobody traces. */
  readonly traces: readonly TraceOfCaller[];
  operation(type: string, name: string | undefined): OperationObservation;
  /** @param begun, ended on the clock of `performance.now()` */
  note(stage: Stage, begun: number, ended: number): void;
  /** A stage that has just ended, of which nobody else makes a span. */
  noteWithSpan(stage: Stage, begun: number): void;
  /** The value of `Server-Timing`; `null` where clients are not told. */
  serverTiming(): string | null;
}

export class RequestObservation implements Observation {
  readonly traces: readonly TraceOfCaller[];
  private readonly started = performance.now();
  /** Milliseconds of each stage: of several operations in one request, their sums. */
  private readonly times: number[] = stages.map(() => 0);
  private readonly operations: OperationObservation[] = [];

  constructor(
    readonly options: ObservationOptions,
    private readonly method: string,
    headers: IncomingHttpHeaders,
  ) {
    const { tracing, metrics, route } = options;
    if (metrics !== null) metrics.requestsUnderWay.value += 1;
    this.traces = tracing === null ? noTraces : [beginTrace(tracing, route, method, headers)];
  }

  /** One of its operations: it has more than one where the client sent an array. */
  operation(type: string, name: string | undefined): OperationObservation {
    const operation = new OperationObservation(this.options.tracing?.tracer ?? null, this, type, name);
    this.operations.push(operation);
    return operation;
  }

  note(stage: Stage, begun: number, ended: number): void {
    const index = stages.indexOf(stage);
    this.times[index] = (this.times[index] ?? 0) + ended - begun;
  }

  noteWithSpan(stage: Stage, begun: number): void {
    const ended = performance.now();
    this.note(stage, begun, ended);
    const [own] = this.traces;
    if (own?.span == null) return;
    const parent = trace.setSpanContext(ROOT_CONTEXT, own.spanContext);
    this.options.tracing?.tracer.startSpan(spanNameOf(stage), { startTime: begun }, parent).end(ended);
  }

  serverTiming(): string | null {
    return this.options.showsTimes ? serverTiming(this.times, performance.now() - this.started) : null;
  }

  /** @param codes of the errors of the answer */
  end(status: number, codes: ReadonlySet<string>): void {
    const { metrics } = this.options;
    for (const operation of this.operations) {
      operation.end(codes.size > 0);
      metrics?.operation(operation.name, operation.milliseconds);
    }
    if (metrics !== null) {
      metrics.requestsUnderWay.value -= 1;
      metrics.request(this.method, status, codes, performance.now() - this.started);
      metrics.stages(this.times);
    }
    const span = this.traces[0]?.span;
    if (span == null) return;
    span.setAttribute('http.response.status_code', status);
    const [code] = codes;
    if (code !== undefined) span.setAttribute('error.type', code);
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }
}

/** Equal requests that share one execution: its stages count for each of them. */
class SharedObservation implements Observation {
  readonly traces: readonly TraceOfCaller[];

  /** @param requests at least one */
  constructor(private readonly requests: readonly RequestObservation[]) {
    this.traces = requests.flatMap(({ traces }) => traces);
  }

  operation(type: string, name: string | undefined): OperationObservation {
    return new OperationObservation(this.requests[0]?.options.tracing?.tracer ?? null, this, type, name);
  }

  note(stage: Stage, begun: number, ended: number): void {
    for (const request of this.requests) request.note(stage, begun, ended);
  }

  noteWithSpan(stage: Stage, begun: number): void {
    this.note(stage, begun, performance.now());
  }

  /** Each tells its own client. */
  serverTiming(): null {
    return null;
  }
}

/** @returns `null` where nobody observes them */
export function observeTogether(observations: readonly (Observation | null)[]): Observation | null {
  const requests = observations.filter((one) => one instanceof RequestObservation);
  return requests.length === 0 ? null : new SharedObservation(requests);
}

const noTraces: readonly TraceOfCaller[] = [];

/** HTTP server span of the conventions. Neither query strings nor headers: they may hold what is nobody else's business. */
function beginTrace(
  { tracer, records }: NonNullable<ObservationOptions['tracing']>,
  route: string,
  method: string,
  headers: IncomingHttpHeaders,
): TraceOfCaller {
  const sender = readTraceContext(headers);
  if (!records(sender)) return new UnrecordedTrace(sender);
  const parent = sender === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, sender);
  const attributes = { 'http.request.method': method, 'http.route': route, 'url.path': route };
  const span = tracer.startSpan(
    `${method} ${route}`,
    { kind: SpanKind.SERVER, attributes: { ...attributes, 'url.scheme': 'http' } },
    parent,
  );
  return { spanContext: span.spanContext(), span };
}
