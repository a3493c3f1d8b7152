// The least that HTTP with JSON takes on Node, for the contestants that have no framework.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a router posts. */
export interface EntitiesRequest {
  readonly query: string;
  readonly variables: {
    readonly representations: readonly { readonly __typename: string; readonly id: string }[];
  };
}

/** Listens on a free port of 127.0.0.1; the server's URL. */
export async function jsonServer(answer: (request: EntitiesRequest) => Promise<unknown>): Promise<string> {
  const server = createServer((request, response) => {
    readText(request, (text) => {
      answer(JSON.parse(text) as EntitiesRequest).then(
        (result) => {
          send(response, 200, result);
        },
        (error: unknown) => {
          send(response, 500, String(error));
        },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function readText(request: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    done(Buffer.concat(chunks).toString());
  });
}

function send(response: ServerResponse, status: number, result: unknown): void {
  const json = JSON.stringify(result);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(json),
  });
  response.end(json);
}
