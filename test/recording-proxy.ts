// Stands before a subgraph and passes on what comes, byte for byte, so that a test sees what the router has really sent.
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface RecordingProxy {
  readonly url: string;
  /** What was sent, in order. */
  readonly requests: readonly { readonly headers: IncomingHttpHeaders; readonly body: Buffer }[];
  close(): Promise<void>;
}

/** @param target the endpoint that it stands before */
export async function recordingProxy(target: string): Promise<RecordingProxy> {
  const requests: { headers: IncomingHttpHeaders; body: Buffer }[] = [];
  const server = createServer((incoming, response) => {
    const { headers, method } = incoming;
    void buffer(incoming).then((body) => {
      requests.push({ headers, body });
      const outgoing = request(target, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      outgoing.on('error', () => response.destroy());
      outgoing.end(body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
