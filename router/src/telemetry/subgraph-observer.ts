/**
 * What is noted of the calls to one subgraph. A call for one client request is a span of its trace. A call that several
 * share belongs to none of them: it has a trace of its own, linked to each of theirs, and theirs are linked to it.
 */
import { SpanKind, SpanStatusCode, type Attributes, type Span, type Tracer } from '@opentelemetry/api';
import type { Caller, TraceOfCaller } from '../subgraphs/caller.js';
import type { OperationOutcome, SubgraphOperation } from '../subgraphs/operation.js';
import type { Scope } from '../subgraphs/scope.js';
import { SubrequestFailure } from '../subgraphs/subgraph-error.js';
import { startSpanFor } from './span-of-callers.js';
import type { SubgraphCells } from './router-metrics.js';
import { scopeInTrace } from './trace-context.js';
import { UnrecordedTrace } from './unrecorded-trace.js';

/** An operation with those who wait for it. */
export interface ObservedOperation {
  readonly operation: SubgraphOperation;
  readonly callers: readonly Caller[];
}

export class SubgraphObserver {
  private readonly attributes: Attributes;
  private readonly spanName: string;

  constructor(
    private readonly tracer: Tracer | null,
    private readonly cells: SubgraphCells | null,
    name: string,
    url: string,
  ) {
    const { hostname, port, protocol, pathname, origin } = new URL(url);
    this.spanName = `POST ${pathname}`;
    this.attributes = {
      'http.request.method': 'POST',
      'server.address': hostname,
      'server.port': Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port),
      // Without what a URL may have of credentials.
      'url.full': origin + pathname,
      'url.template': pathname,
      'subgraph.name': name,
    };
  }

  /** A client request asks for so many entities. */
  asked(representations: number): void {
    if (this.cells !== null) this.cells.asked.value += representations;
  }

  /** An HTTP call is about to go out. */
  begin(operations: readonly ObservedOperation[]): CallObservation {
    const { cells } = this;
    if (cells !== null) {
      cells.underWay.value += 1;
      cells.operations.observe(operations.length);
      for (const { operation, callers } of operations) {
        cells.callers.observe(callers.length);
        cells.sent.value += operation.representations?.length ?? 0;
      }
    }
    const { tracer } = this;
    if (tracer === null) return new CallObservation(cells, null, undefined);
    const traces = tracesOf(operations);
    const span = startSpanFor(traces, tracer, this.spanName, () => ({
      kind: SpanKind.CLIENT,
      attributes: { ...this.attributes, ...attributesOf(operations, traces.length) },
    }));
    const own = span === null ? traces[0] : { spanContext: span.spanContext(), span };
    return new CallObservation(cells, span, own);
  }
}

export class CallObservation {
  private readonly started = performance.now();

  constructor(
    private readonly cells: SubgraphCells | null,
    private readonly span: Span | null,
    private readonly trace: TraceOfCaller | undefined,
  ) {}

  /** @returns the same with what tells the subgraph of the trace */
  inTrace(scope: Scope): Scope {
    if (this.trace === undefined) return scope;
    if (this.trace instanceof UnrecordedTrace) return this.trace.inTrace(scope);
    return scopeInTrace(scope, this.trace.spanContext);
  }

  /** @param outcomes none: the call threw */
  end(outcomes: readonly OperationOutcome[]): void {
    const failure = failureOf(outcomes);
    const { cells, span } = this;
    if (cells !== null) {
      cells.underWay.value -= 1;
      cells.duration(failure?.code ?? '').observe((performance.now() - this.started) / 1_000);
    }
    if (span === null) return;
    const status = statusOf(outcomes);
    if (status !== undefined) span.setAttribute('http.response.status_code', status);
    if (failure !== null) {
      span.setAttribute('error.type', failure.code);
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }
}

/** Each once: a request may have more than one operation in a call. */
function tracesOf(operations: readonly ObservedOperation[]): readonly TraceOfCaller[] {
  const [first] = operations;
  if (operations.length === 1 && first?.callers.length === 1) return first.callers[0]?.traces ?? [];
  const traces = new Set<TraceOfCaller>();
  for (const { callers } of operations) {
    for (const { traces: own = [] } of callers) for (const one of own) traces.add(one);
  }
  return [...traces];
}

function attributesOf(operations: readonly ObservedOperation[], callers: number): Attributes {
  const [first] = operations;
  let representations = 0;
  for (const { operation } of operations) representations += operation.representations?.length ?? 0;
  return {
    'graphql.operation.type': first?.operation.template.kind ?? 'query',
    'selvedge.fetch.operations': operations.length,
    'selvedge.fetch.callers': callers,
    'selvedge.fetch.representations': representations,
  };
}

function failureOf(outcomes: readonly OperationOutcome[]): SubrequestFailure | null {
  for (const { response } of outcomes) if (response instanceof SubrequestFailure) return response;
  return null;
}

function statusOf([first]: readonly OperationOutcome[]): number | undefined {
  return first?.response.status;
}
