/**
 * One request to a subgraph and its one answer, whatever carries them. It settles exactly once: with a whole answer within
 * its bounds, or with a failure that names neither address nor body. What still arrives after that is dropped.
 */
import { decodeBody, encodeBody, worthCompressing } from './content-coding.js';
import { timeLeft, type DeadlineWatch, type Expiring } from './deadline.js';
import { SubrequestFailure } from './subgraph-error.js';
import type { SubgraphCall, SubgraphReply } from './subgraph-call.js';

/** What a subgraph said before its body. */
export interface ReplyHead {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly cacheControl: string | undefined;
  readonly hasSetCookie: boolean;
  readonly headerCount: number;
  header(name: string): string | undefined;
}

/** One way to carry requests to one origin. */
export interface Wire {
  /** Tells the exchange what happens by its `on…` methods, which may be called before this returns. */
  send(exchange: Exchange): Attempt;
  /** Lets what is in flight finish. */
  close(): Promise<void>;
}

/** One time that an exchange was put on a wire. */
export interface Attempt {
  /** Takes it off again; the exchange hears no more of it. */
  cancel(): void;
}

export interface Loss {
  readonly cause: unknown;
  /** The connection had carried an exchange before, and nothing of this answer: most likely it was closed while idle. */
  readonly isStale: boolean;
}

export interface ExchangeOptions {
  readonly path: string;
  /** Name, value, name, value … */
  readonly headers: string[];
  body: string | Buffer;
  readonly timeout: number;
  readonly retriable: boolean;
  readonly maxResponseBytes: number;
  /** What to compress the body with, where that pays. */
  readonly encoding: 'gzip' | 'br' | 'deflate' | undefined;
}

/** Far above what a subgraph sends; a bound on what one answer's head can cost. */
const maxHeaders = 256;

export class Exchange implements SubgraphCall, Expiring {
  readonly reply: Promise<SubgraphReply>;
  readonly deadline: number;
  private resolve!: (reply: SubgraphReply) => void;
  private reject!: (failure: SubrequestFailure) => void;
  private isSettled = false;
  private attempt: Attempt | undefined;
  private mayRetry: boolean;
  private head: ReplyHead | undefined;
  private first: Buffer | undefined;
  private rest: Buffer[] | undefined;
  private size = 0;

  constructor(
    readonly options: ExchangeOptions,
    private readonly wire: Wire,
    private readonly watch: DeadlineWatch,
  ) {
    this.reply = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.deadline = performance.now() + options.timeout;
    this.mayRetry = options.retriable;
  }

  begin(): this {
    if (this.options.timeout <= 0) {
      this.expire();
      return this;
    }
    this.watch.add(this);
    const { encoding, body } = this.options;
    if (encoding !== undefined && body.length > worthCompressing) void this.putEncoded(encoding, body);
    else this.put();
    return this;
  }

  /** Milliseconds. */
  get timeLeft(): number {
    return timeLeft(this.deadline);
  }

  abort(): void {
    if (this.isSettled) return;
    // Whoever aborts has stopped waiting, so nobody may be there to handle this.
    this.reply.catch(() => undefined);
    this.fail(new SubrequestFailure('SUBREQUEST_HTTP_ERROR', 'was left before it had answered'));
  }

  expire(): void {
    const message = `did not answer within ${Math.round(this.options.timeout)} ms`;
    this.fail(new SubrequestFailure('SUBREQUEST_TIMEOUT', message));
  }

  onHead(head: ReplyHead): void {
    if (this.isSettled) return;
    if (head.headerCount > maxHeaders) {
      this.fail(malformed(`answered with more than ${maxHeaders} headers`));
      return;
    }
    this.head = head;
  }

  onChunk(chunk: Buffer): void {
    if (this.isSettled) return;
    this.size += chunk.length;
    if (this.size > this.options.maxResponseBytes) {
      this.fail(tooLarge(this.options.maxResponseBytes));
    } else if (this.first === undefined) this.first = chunk;
    else (this.rest ??= [this.first]).push(chunk);
  }

  onEnd(): void {
    const { head } = this;
    if (this.isSettled || head === undefined) return;
    this.attempt = undefined;
    const bytes = this.bytes();
    const { contentEncoding } = head;
    if (contentEncoding === undefined || contentEncoding === 'identity') {
      this.succeed(head, bytes);
      return;
    }
    decodeBody(contentEncoding, bytes, this.options.maxResponseBytes).then(
      (decoded) => {
        this.succeed(head, decoded);
      },
      (error: unknown) => {
        this.fail(error instanceof SubrequestFailure ? error : malformed('could not be decoded', error));
      },
    );
  }

  onLost({ cause, isStale }: Loss): void {
    if (this.isSettled) return;
    this.attempt = undefined;
    if (isStale && this.mayRetry && this.head === undefined) {
      this.mayRetry = false;
      this.put();
      return;
    }
    if (this.head === undefined) {
      this.fail(new SubrequestFailure('SUBREQUEST_HTTP_ERROR', 'could not be reached', { cause }));
    } else {
      this.fail(malformed('closed the connection in the middle of its answer', cause));
    }
  }

  private async putEncoded(encoding: 'gzip' | 'br' | 'deflate', body: string | Buffer): Promise<void> {
    try {
      this.options.body = await encodeBody(encoding, typeof body === 'string' ? Buffer.from(body) : body);
      this.options.headers.push('content-encoding', encoding);
    } catch {
      // It goes as it is.
    }
    if (!this.isSettled) this.put();
  }

  private put(): void {
    const attempt = this.wire.send(this);
    if (!this.isSettled) this.attempt = attempt;
  }

  private bytes(): Buffer {
    if (this.rest !== undefined) return Buffer.concat(this.rest, this.size);
    return this.first ?? nothing;
  }

  private succeed(head: ReplyHead, bytes: Buffer): void {
    if (this.isSettled) return;
    this.settle();
    this.resolve(new Reply(head, bytes.toString('utf8')));
  }

  private fail(failure: SubrequestFailure): void {
    if (this.isSettled) return;
    const { attempt } = this;
    this.settle();
    this.reject(failure);
    attempt?.cancel();
  }

  private settle(): void {
    this.isSettled = true;
    this.watch.delete(this);
    this.attempt = undefined;
    this.first = undefined;
    this.rest = undefined;
  }
}

const nothing = Buffer.alloc(0);

class Reply implements SubgraphReply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
  readonly hasSetCookie: boolean;

  constructor(
    private readonly head: ReplyHead,
    readonly body: string,
  ) {
    this.status = head.status;
    this.contentType = head.contentType;
    this.cacheControl = head.cacheControl;
    this.hasSetCookie = head.hasSetCookie;
  }

  header(name: string): string | undefined {
    return this.head.header(name);
  }
}

function malformed(message: string, cause?: unknown): SubrequestFailure {
  return new SubrequestFailure(
    'SUBREQUEST_MALFORMED_RESPONSE',
    message,
    cause === undefined ? {} : { cause },
  );
}

function tooLarge(limit: number): SubrequestFailure {
  return malformed(`answered with more than ${limit} bytes (\`limits.subgraph_max_response_bytes\`)`);
}
