/** The head of an HTTP/2 answer, as node:http2 gives it: a record with names in lower case. */
import type { IncomingHttpHeaders } from 'node:http';
import type { ReplyHead } from './exchange.js';

export class Http2Head implements ReplyHead {
  constructor(
    private readonly headers: IncomingHttpHeaders,
    readonly headerCount: number,
  ) {}

  get status(): number {
    return Number(this.headers[':status']);
  }

  get contentType(): string | undefined {
    return this.headers['content-type'];
  }

  get contentEncoding(): string | undefined {
    return this.headers['content-encoding']?.trim().toLowerCase();
  }

  get cacheControl(): string | undefined {
    return this.headers['cache-control'];
  }

  get hasSetCookie(): boolean {
    return this.headers['set-cookie'] !== undefined;
  }

  header(name: string): string | undefined {
    const value = this.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }
}
