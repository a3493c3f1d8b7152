/**
 * HTTP/2: all exchanges with one origin as streams of one connection, up to as many at a time as the subgraph allows; the
 * rest waits here, where it can still leave, or move to the next connection, since nothing of it has been sent. undici's
 * own HTTP/2 is not used: when the subgraph says GOAWAY it closes the connection under all streams, and sends those that
 * were running again, mutations as well (7.30, `onHttp2SessionGoAway`).
 */
import type { Socket } from 'node:net';
import { constants } from 'node:http2';
import type { Attempt, Exchange, Wire } from './exchange.js';
import { Http2Connection, type StreamListener } from './http2-connection.js';
import type { Http2Head } from './http2-head.js';

export interface Http2WireOptions {
  readonly origin: URL;
  /** @returns a connected socket, or null where the other side chose HTTP/1.1 */
  readonly connect: () => Promise<Socket | null>;
  /** For that case; without it, the subgraph cannot be reached. */
  readonly fallback?: Wire;
}

export class Http2Wire implements Wire {
  /** Not yet on a stream, in the order in which they came. */
  private readonly waiting = new Set<Http2Attempt>();
  private readonly connections = new Set<Http2Connection>();
  /** The one that takes new streams. */
  private current: Http2Connection | undefined;
  private isConnecting = false;
  private isFallingBack = false;
  private whenIdle: (() => void) | undefined;

  constructor(private readonly options: Http2WireOptions) {}

  send(exchange: Exchange): Attempt {
    const attempt = new Http2Attempt(exchange, this);
    this.enqueue(attempt);
    return attempt;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.whenIdle = resolve;
      this.closeIfIdle();
    });
    await this.options.fallback?.close();
  }

  enqueue(attempt: Http2Attempt): void {
    this.waiting.add(attempt);
    this.pump();
  }

  leave(attempt: Http2Attempt): void {
    this.waiting.delete(attempt);
    this.closeIfIdle();
  }

  /** Puts on streams what there is room for; opens a connection where none takes streams. */
  private pump(): void {
    if (this.waiting.size === 0) {
      this.closeIfIdle();
      return;
    }
    if (this.isFallingBack) {
      this.fallBack();
      return;
    }
    if (this.current?.isOpen !== true) {
      this.connect();
      return;
    }
    for (const attempt of this.waiting) {
      if (!this.current.hasRoom) return;
      this.waiting.delete(attempt);
      attempt.start(this.current, this.options.origin);
    }
  }

  private connect(): void {
    if (this.isConnecting) return;
    this.isConnecting = true;
    this.options.connect().then(
      (socket) => {
        if (socket === null) this.onHttp1();
        else this.onSocket(socket);
      },
      (error: unknown) => {
        this.onUnreachable(error);
      },
    );
  }

  private onSocket(socket: Socket): void {
    const connection: Http2Connection = new Http2Connection(this.options.origin, socket, {
      onOpen: () => {
        this.isConnecting = false;
        this.current = connection;
        this.pump();
      },
      onRoom: () => {
        this.pump();
      },
      onClose: (wasOpen, cause) => {
        this.connections.delete(connection);
        // What never spoke HTTP/2 would be connected to for ever.
        if (wasOpen) this.pump();
        else this.onUnreachable(cause);
      },
    });
    this.connections.add(connection);
  }

  private onUnreachable(cause: unknown): void {
    this.isConnecting = false;
    const attempts = [...this.waiting];
    this.waiting.clear();
    for (const attempt of attempts) attempt.exchange.onLost({ cause, isStale: false });
    this.closeIfIdle();
  }

  private onHttp1(): void {
    if (this.options.fallback === undefined) {
      this.onUnreachable(new Error('expected the subgraph to speak HTTP/2 but it does not'));
      return;
    }
    this.isConnecting = false;
    this.isFallingBack = true;
    this.pump();
  }

  private fallBack(): void {
    const { fallback } = this.options;
    const attempts = [...this.waiting];
    this.waiting.clear();
    if (fallback !== undefined) for (const attempt of attempts) attempt.moveTo(fallback);
  }

  private closeIfIdle(): void {
    if (this.whenIdle === undefined || this.waiting.size > 0 || this.isConnecting) return;
    const connections = [...this.connections];
    if (connections.some((connection) => connection.streams > 0)) return;
    for (const connection of connections) connection.close();
    this.whenIdle();
  }
}

/** A stream that is refused this often in a row is given up. */
const maxRefusals = 3;

class Http2Attempt implements Attempt, StreamListener {
  private stop: (() => void) | undefined;
  private isCancelled = false;
  private refusals = 0;

  constructor(
    readonly exchange: Exchange,
    private readonly wire: Http2Wire,
  ) {}

  cancel(): void {
    this.isCancelled = true;
    if (this.stop === undefined) this.wire.leave(this);
    else this.stop();
  }

  start(connection: Http2Connection, origin: URL): void {
    const { path, headers, body } = this.exchange.options;
    this.stop = connection.request(requestHeaders(origin, path, headers, body), body, this);
  }

  moveTo(wire: Wire): void {
    const attempt = wire.send(this.exchange);
    this.stop = () => {
      attempt.cancel();
    };
  }

  onHead(head: Http2Head): void {
    if (!this.isCancelled) this.exchange.onHead(head);
  }

  onChunk(chunk: Buffer): void {
    if (!this.isCancelled) this.exchange.onChunk(chunk);
  }

  onEnd(): void {
    if (!this.isCancelled) this.exchange.onEnd();
  }

  /** RFC 9113, 8.7: what was refused has not been looked at, so it may be sent again whatever it is. */
  onRefused(cause: unknown): void {
    if (this.isCancelled) return;
    this.stop = undefined;
    this.refusals += 1;
    if (this.refusals < maxRefusals) this.wire.enqueue(this);
    else this.exchange.onLost({ cause, isStale: false });
  }

  onLost(cause: unknown, isStale: boolean): void {
    if (!this.isCancelled) this.exchange.onLost({ cause, isStale });
  }
}

function requestHeaders(
  origin: URL,
  path: string,
  flat: readonly string[],
  body: string | Buffer,
): Record<string, string | number> {
  const { HTTP2_HEADER_METHOD, HTTP2_HEADER_SCHEME, HTTP2_HEADER_AUTHORITY, HTTP2_HEADER_PATH } = constants;
  const headers: Record<string, string | number> = {
    [HTTP2_HEADER_METHOD]: 'POST',
    [HTTP2_HEADER_SCHEME]: origin.protocol.slice(0, -1),
    [HTTP2_HEADER_AUTHORITY]: origin.host,
    [HTTP2_HEADER_PATH]: path,
  };
  for (let index = 0; index < flat.length; index += 2) {
    const name = flat[index] ?? '';
    const value = flat[index + 1] ?? '';
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  headers['content-length'] = Buffer.byteLength(body);
  return headers;
}
