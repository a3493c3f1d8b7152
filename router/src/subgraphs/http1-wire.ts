/**
 * HTTP/1.1 over kept-alive connections, one exchange at a time on each: undici's pool, spoken to by `dispatch` and a
 * handler of our own. `Pool.request` makes a Readable, an AbortSignal's listeners and a parsed record of all headers of
 * each answer: measured 0.87 CPU seconds per 1,000 client requests of seven fetches with it, 0.76 without.
 */
import { Client, Pool, type Dispatcher } from 'undici';
import type { TlsOptions } from './connection-options.js';
import type { Attempt, Exchange, ReplyHead, Wire } from './exchange.js';

export class Http1Wire implements Wire {
  private readonly pool: Pool;

  constructor(origin: string, tls: TlsOptions) {
    this.pool = new Pool(origin, {
      // Connections are bounded, the rest waits its turn.
      connections: 256,
      pipelining: 1,
      // Deadlines are the exchange's; undici's own are off.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
      connect: { ...tls },
      factory: (url: URL, options: object) => new CountingClient(url, options),
    });
  }

  send(exchange: Exchange): Attempt {
    const { path, headers, body } = exchange.options;
    const handler = new Http1Attempt(exchange);
    this.pool.dispatch({ method: 'POST', path, headers, body, blocking: false }, handler);
    return handler;
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

/** One connection at a time, which knows whether it has been of use before. */
class CountingClient extends Client {
  answersOnConnection = 0;

  constructor(url: URL, options: Client.Options) {
    super(url, options);
    this.on('connect', () => {
      this.answersOnConnection = 0;
    });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (handler instanceof Http1Attempt) handler.client = this;
    return super.dispatch(options, handler);
  }
}

/**
 * What undici calls with an answer as it arrives. These are the names of undici's first handler interface, which version
 * 7 calls as they are; the newer one (`onRequestStart` …) goes through a wrapper that parses all headers of each answer.
 */
class Http1Attempt implements Attempt {
  client: CountingClient | undefined;
  private stop: ((reason: Error) => void) | undefined;
  private isCancelled = false;
  private isReused = false;
  private hasEnded = false;

  constructor(private readonly exchange: Exchange) {}

  cancel(): void {
    this.isCancelled = true;
    if (!this.hasEnded) this.stop?.(new Error('the exchange was cancelled'));
  }

  onConnect(stop: (reason: Error) => void): void {
    // It may have been cancelled while it waited for a connection, when there was nothing to stop yet.
    if (this.isCancelled) {
      stop(new Error('the exchange was cancelled'));
      return;
    }
    this.stop = stop;
    this.isReused = this.client !== undefined && this.client.answersOnConnection > 0;
  }

  onHeaders(status: number, raw: readonly Buffer[]): boolean {
    // 1xx: the answer proper is still to come.
    if (status < 200 || this.isCancelled) return true;
    if (this.client !== undefined) this.client.answersOnConnection += 1;
    this.exchange.onHead(new RawHead(status, raw));
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (!this.isCancelled) this.exchange.onChunk(chunk);
    return true;
  }

  onComplete(): void {
    this.hasEnded = true;
    if (!this.isCancelled) this.exchange.onEnd();
  }

  onError(cause: Error): void {
    this.hasEnded = true;
    if (!this.isCancelled) this.exchange.onLost({ cause, isStale: this.isReused && isClosed(cause) });
  }
}

/** The head of an answer, of which only a few headers are ever read; names come as the subgraph wrote them. */
class RawHead implements ReplyHead {
  contentType: string | undefined;
  contentEncoding: string | undefined;
  cacheControl: string | undefined;
  hasSetCookie = false;

  constructor(
    readonly status: number,
    private readonly raw: readonly Buffer[],
  ) {
    for (let index = 0; index < raw.length; index += 2) {
      // Most headers are told apart by the length of their name alone, without making a string of it.
      switch (raw[index]?.length) {
        case 10:
          if (this.isNamed(index, 'set-cookie')) this.hasSetCookie = true;
          break;
        case 12:
          if (this.isNamed(index, 'content-type')) this.contentType = this.joined(this.contentType, index);
          break;
        case 13:
          if (this.isNamed(index, 'cache-control')) this.cacheControl = this.joined(this.cacheControl, index);
          break;
        case 16:
          if (this.isNamed(index, 'content-encoding'))
            this.contentEncoding = this.joined(this.contentEncoding, index).trim().toLowerCase();
          break;
        default:
      }
    }
  }

  get headerCount(): number {
    return this.raw.length / 2;
  }

  header(name: string): string | undefined {
    let value: string | undefined;
    for (let index = 0; index < this.raw.length; index += 2) {
      if (this.raw[index]?.length === name.length && this.isNamed(index, name))
        value = this.joined(value, index);
    }
    return value;
  }

  private isNamed(index: number, name: string): boolean {
    return this.raw[index]?.toString('latin1').toLowerCase() === name;
  }

  private joined(before: string | undefined, index: number): string {
    const value = this.raw[index + 1]?.toString('latin1') ?? '';
    return before === undefined ? value : `${before}, ${value}`;
  }
}

/** The other side closed the connection, in one of the ways in which that is noticed. */
function isClosed(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}
