/** W3C Trace Context (https://www.w3.org/TR/trace-context/): which trace a request belongs to, as HTTP says it. */
import { createTraceState, TraceFlags, type SpanContext } from '@opentelemetry/api';
import type { IncomingHttpHeaders } from 'node:http';
import type { Scope } from '../subgraphs/scope.js';

/** @returns the span of the sender; `null` where it names none, or not as the standard has it */
export function readTraceContext(headers: IncomingHttpHeaders): SpanContext | null {
  const { traceparent, tracestate } = headers;
  const match = typeof traceparent === 'string' ? pattern.exec(traceparent) : null;
  const [, version, traceId = '', spanId = '', flags = '', rest] = match ?? [];
  // Of versions to come, only what begins as this one does; 00 has nothing more.
  if (match === null || version === 'ff' || (version === '00' && rest !== '')) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  const state = Array.isArray(tracestate) ? tracestate.join(',') : tracestate;
  return {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(typeof state === 'string' && state !== '' && { traceState: createTraceState(state) }),
  };
}

/** Name, value, name, value: what a subgraph is sent so that its spans hang below this one. */
function writeTraceContext({ traceId, spanId, traceFlags, traceState }: SpanContext): string[] {
  const parent = `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
  const state = traceState?.serialize() ?? '';
  return state === '' ? ['traceparent', parent] : ['traceparent', parent, 'tracestate', state];
}

/** @returns what is sent in the scope, with these instead of what of the client's own it has of the kind */
export function scopeInTrace({ key, headers, sharedHeaders }: Scope, context: SpanContext): Scope {
  const own = writeTraceContext(context);
  const traced = withTraceContext(headers, own);
  // What goes for one and for several is mostly the same.
  const isSame = headers === sharedHeaders;
  return { key, headers: traced, sharedHeaders: isSame ? traced : withTraceContext(sharedHeaders, own) };
}

function withTraceContext(headers: readonly string[], context: readonly string[]): string[] {
  const merged: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (name !== 'traceparent' && name !== 'tracestate') merged.push(name, headers[index + 1] ?? '');
  }
  merged.push(...context);
  return merged;
}

const pattern = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*|)$/;
