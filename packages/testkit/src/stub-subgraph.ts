// A subgraph whose every answer is scripted: what a router meets when a real one is slow, broken or gone. A bare node:http
// server, since a GraphQL server cannot be made to send half a JSON.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** As received. */
  readonly text: string;
  /** `text` as JSON, or undefined where it is none. */
  readonly body: unknown;
  /** True once the connection has ended before the answer was complete: the client hung up. */
  readonly aborted: boolean;
}

/** Sends, or does not send, one answer. */
export type StubAnswer = (response: ServerResponse) => void | Promise<void>;

/** An answer for every request, or one made from the request. */
export type StubBehaviour =
  StubAnswer | { readonly from: (request: RecordedRequest) => StubAnswer | Promise<StubAnswer> };

export interface StubSubgraph {
  /** `http://127.0.0.1:<port>/graphql`; every path is answered alike. */
  readonly url: string;
  readonly port: number;
  /** In order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** From now on. */
  behave(behaviour: StubBehaviour): void;
  /** Once, before the standing behaviour has its turn again; several are queued. */
  behaveOnce(behaviour: StubBehaviour): void;
  /** Forgets the recorded requests. */
  forget(): void;
  /** Closes the port and every connection. A subgraph that comes back: `startStubSubgraph({ port })`. Idempotent. */
  stop(): Promise<void>;
}

/** Answers `{"data":null}` until told otherwise. */
export async function startStubSubgraph(
  options: { readonly port?: number; readonly behaviour?: StubBehaviour } = {},
): Promise<StubSubgraph> {
  const requests: RecordedRequest[] = [];
  const queue: StubBehaviour[] = [];
  let standing = options.behaviour ?? json({ data: null });

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await record(incoming, response);
    requests.push(request);
    const behaviour = queue.shift() ?? standing;
    const send = typeof behaviour === 'function' ? behaviour : await behaviour.from(request);
    if (!response.destroyed) await send(response);
  };
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('expected a TCP address');

  return {
    url: `http://127.0.0.1:${address.port}/graphql`,
    port: address.port,
    requests,
    behave: (behaviour) => {
      standing = behaviour;
    },
    behaveOnce: (behaviour) => {
      queue.push(behaviour);
    },
    forget: () => {
      requests.length = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** 200 unless told otherwise, `application/json`; the body may have any shape. */
export function json(
  body: unknown,
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): StubAnswer {
  return (response) => {
    response.writeHead(options.status ?? 200, { 'content-type': 'application/json', ...options.headers });
    response.end(JSON.stringify(body));
  };
}

/** The answer, after so many milliseconds; not at all when the client has hung up by then. */
export function delayed(milliseconds: number, answer: StubAnswer): StubAnswer {
  return async (response) => {
    await sleep(milliseconds, undefined, { ref: false });
    if (!response.destroyed) await answer(response);
  };
}

/** A proxy's error page with status 200, the worst of them. */
export function html(text = '<!doctype html><title>Bad gateway</title>', statusCode = 200): StubAnswer {
  return (response) => {
    response.writeHead(statusCode, { 'content-type': 'text/html' });
    response.end(text);
  };
}

/** A well-formed HTTP answer whose JSON breaks off. */
export function halfJson(text = '{"data":{"produ'): StubAnswer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(text);
  };
}

/** A status and a text, no GraphQL. */
export function status(statusCode: number, text = 'Internal Server Error'): StubAnswer {
  return (response) => {
    response.writeHead(statusCode, { 'content-type': 'text/plain' });
    response.end(text);
  };
}

/** Hangs up; with `sent`, in the middle of a body whose announced length is longer. */
export function closeSocket(sent?: string): StubAnswer {
  return (response) => {
    if (sent === undefined) {
      response.destroy();
      return;
    }
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': String(sent.length + 100),
    });
    response.write(sent, () => response.destroy());
  };
}

/** Keeps the client waiting for as long as it cares to. */
export const neverAnswer: StubAnswer = () => undefined;

async function record(incoming: IncomingMessage, response: ServerResponse): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: incoming.method ?? '',
    url: incoming.url ?? '',
    headers: incoming.headers,
    text,
    body: parsed(text),
    get aborted() {
      return response.destroyed && !response.writableFinished;
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
