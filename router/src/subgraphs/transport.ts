/**
 * Carries one body to a subgraph and its answer back. It knows of deadlines, aborts, codings and sizes, and nothing of
 * GraphQL. An aborted call ends its connection or its stream, which is how the subgraph learns that nobody waits any more.
 */
import type { Http2Mode, TlsOptions } from './connection-options.js';
import { acceptedCodings, type Compression } from './content-coding.js';
import { deadlineHeader, DeadlineWatch } from './deadline.js';
import { Exchange, type Wire } from './exchange.js';
import type { SubgraphCall, SubgraphReply } from './subgraph-call.js';
import { connectCleartext, connectSecure } from './connect.js';
import { Http1Wire } from './http1-wire.js';
import { Http2Wire } from './http2-wire.js';

export type { SubgraphCall, SubgraphReply };

export interface SubgraphTransport {
  /** Never throws: whatever goes wrong is a SubrequestFailure with which `reply` rejects. */
  send(request: SubgraphRequest): SubgraphCall;
  /** The same for a caller that has an AbortSignal. */
  post(request: SignalledRequest): Promise<SubgraphReply>;
}

export interface SubgraphRequest {
  /** Name, value, name, value …, or a record; names in lower case. Never `content-length` or `accept-encoding`: those are ours. */
  readonly headers: readonly string[] | Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** Milliseconds that the caller has left; the subgraph's own timeout bounds them. */
  readonly timeout: number;
  /** A read: sent once more where a kept connection was closed before any byte of an answer came. */
  readonly retriable: boolean;
}

export interface SignalledRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The client's: aborted when it has left. */
  readonly signal: AbortSignal;
}

export interface HttpTransportOptions {
  readonly url: string;
  /** Milliseconds from sending to the last byte of the answer. */
  readonly timeout: number;
  /** Of the body as it is sent, and of what it unpacks to. */
  readonly maxResponseBytes: number;
  /** `disable` unless told. */
  readonly http2?: Http2Mode;
  readonly tls?: TlsOptions;
  /** Of what is sent; answers may then come compressed, in whatever coding. */
  readonly compression?: Compression;
}

/** The connections of one supergraph: shared by the subgraphs that live on one origin and are reached in the same way. */
export class ConnectionPools {
  private readonly wires = new Map<string, Wire>();
  private readonly watch = new DeadlineWatch();

  transport(options: HttpTransportOptions): SubgraphTransport {
    const { origin, pathname, search } = new URL(options.url);
    return new HttpTransport(this.wire(origin, options), this.watch, pathname + search, options);
  }

  /** Lets requests in flight finish. */
  async close(): Promise<void> {
    await Promise.all([...this.wires.values()].map((wire) => wire.close()));
  }

  private wire(origin: string, { http2 = 'disable', tls = {} }: HttpTransportOptions): Wire {
    const key = JSON.stringify([origin, http2, tls]);
    const known = this.wires.get(key);
    if (known !== undefined) return known;
    const wire = openWire(new URL(origin), http2, tls);
    this.wires.set(key, wire);
    return wire;
  }
}

/** As in Apollo Router: `enable` lets TLS negotiate, so without TLS it is HTTP/1.1; `http2only` takes nothing else. */
function openWire(origin: URL, http2: Http2Mode, tls: TlsOptions): Wire {
  const isSecure = origin.protocol === 'https:';
  if (http2 === 'http2only') {
    const connect = () => (isSecure ? connectSecure(origin, tls, ['h2']) : connectCleartext(origin));
    return new Http2Wire({ origin, connect });
  }
  const http1 = new Http1Wire(origin.origin, tls);
  if (http2 === 'disable' || !isSecure) return http1;
  const connect = () => connectSecure(origin, tls, ['h2', 'http/1.1']);
  return new Http2Wire({ origin, connect, fallback: http1 });
}

class HttpTransport implements SubgraphTransport {
  constructor(
    private readonly wire: Wire,
    private readonly watch: DeadlineWatch,
    private readonly path: string,
    private readonly options: HttpTransportOptions,
  ) {}

  send({ headers, body, timeout, retriable }: SubgraphRequest): SubgraphCall {
    const { maxResponseBytes, compression } = this.options;
    const bound = Math.min(timeout, this.options.timeout);
    const exchange = new Exchange(
      {
        path: this.path,
        headers: hopHeaders(headers, bound, compression),
        body,
        timeout: bound,
        retriable,
        maxResponseBytes,
        encoding: compression === 'identity' ? undefined : compression,
      },
      this.wire,
      this.watch,
    );
    return exchange.begin();
  }

  async post({ headers, body, signal }: SignalledRequest): Promise<SubgraphReply> {
    const call = this.send({ headers, body, timeout: this.options.timeout, retriable: false });
    const onAbort = () => {
      call.abort();
    };
    if (signal.aborted) call.abort();
    else signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await call.reply;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** The caller's, and those that are of this hop alone. */
function hopHeaders(
  headers: SubgraphRequest['headers'],
  timeout: number,
  compression: Compression | undefined,
): string[] {
  const flat = Array.isArray(headers) ? [...(headers as readonly string[])] : Object.entries(headers).flat();
  // Rounded down, but never to 0, which would say that there is no limit.
  flat.push(deadlineHeader, String(Math.max(1, Math.floor(timeout))));
  if (compression !== undefined) flat.push('accept-encoding', acceptedCodings);
  return flat;
}
