/**
 * Carries one body to a subgraph and its answer back, over kept-alive HTTP/1.1 connections. It knows of deadlines,
 * aborts and sizes, and nothing of GraphQL. An aborted request closes its connection, which is how the subgraph learns
 * that nobody waits any more.
 */
import { Pool, type Dispatcher } from 'undici';
import { SubrequestFailure } from './subgraph-error.js';

export interface SubgraphRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The client's: aborted when it has left. */
  readonly signal: AbortSignal;
}

export interface SubgraphReply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
  readonly body: string;
}

export interface SubgraphTransport {
  /** @throws SubrequestFailure when there is no whole answer in time */
  post(request: SubgraphRequest): Promise<SubgraphReply>;
}

export interface HttpTransportOptions {
  readonly url: string;
  /** Milliseconds from sending to the last byte of the answer. */
  readonly timeout: number;
  readonly maxResponseBytes: number;
}

/** The connections of one supergraph: one pool an origin, shared by the subgraphs that live there. */
export class ConnectionPools {
  private readonly pools = new Map<string, Pool>();

  transport(options: HttpTransportOptions): SubgraphTransport {
    const { origin, pathname, search } = new URL(options.url);
    return new HttpTransport(this.pool(origin), pathname + search, options);
  }

  /** Lets requests in flight finish. */
  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.close()));
  }

  private pool(origin: string): Pool {
    const known = this.pools.get(origin);
    if (known !== undefined) return known;
    // Deadlines are ours (`timeout`), so undici's own are off; connections are bounded, the rest waits its turn.
    const pool = new Pool(origin, { connections: 256, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
    this.pools.set(origin, pool);
    return pool;
  }
}

class HttpTransport implements SubgraphTransport {
  constructor(
    private readonly pool: Pool,
    private readonly path: string,
    private readonly options: HttpTransportOptions,
  ) {}

  async post(request: SubgraphRequest): Promise<SubgraphReply> {
    const deadline = new Deadline(this.options.timeout, request.signal);
    let response: Dispatcher.ResponseData | undefined;
    try {
      response = await this.pool.request({
        method: 'POST',
        path: this.path,
        headers: request.headers,
        body: request.body,
        signal: deadline.signal,
      });
      const body = await readBounded(response.body, this.options.maxResponseBytes);
      return {
        status: response.statusCode,
        contentType: single(response.headers['content-type']),
        cacheControl: single(response.headers['cache-control']),
        body,
      };
    } catch (error) {
      throw deadline.isOver ? this.timedOut(error) : asFailure(error, response);
    } finally {
      deadline.clear();
    }
  }

  private timedOut(cause: unknown): SubrequestFailure {
    const message = `did not answer within ${this.options.timeout} ms`;
    return new SubrequestFailure('SUBREQUEST_TIMEOUT', message, { cause });
  }
}

/** Aborts when its time is over or when its parent aborts; `AbortSignal.timeout` would keep every timer to its end. */
class Deadline {
  isOver = false;
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly onParentAbort = () => {
    this.controller.abort(this.parent.reason);
  };

  constructor(
    milliseconds: number,
    private readonly parent: AbortSignal,
  ) {
    this.timer = setTimeout(() => {
      this.isOver = true;
      this.controller.abort();
    }, milliseconds);
    if (parent.aborted) this.onParentAbort();
    else parent.addEventListener('abort', this.onParentAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  clear(): void {
    clearTimeout(this.timer);
    this.parent.removeEventListener('abort', this.onParentAbort);
  }
}

async function readBounded(body: AsyncIterable<Buffer>, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) {
      const message = `answered with more than ${limit} bytes (\`limits.subgraph_max_response_bytes\`)`;
      throw new SubrequestFailure('SUBREQUEST_MALFORMED_RESPONSE', message);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString('utf8');
}

function asFailure(error: unknown, response: Dispatcher.ResponseData | undefined): SubrequestFailure {
  if (error instanceof SubrequestFailure) return error;
  if (response !== undefined) {
    const message = 'closed the connection in the middle of its answer';
    return new SubrequestFailure('SUBREQUEST_MALFORMED_RESPONSE', message, { cause: error });
  }
  return new SubrequestFailure('SUBREQUEST_HTTP_ERROR', 'could not be reached', { cause: error });
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}
