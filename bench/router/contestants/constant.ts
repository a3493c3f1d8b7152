// The floor: what node:http takes to read a request and send so many bytes.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export async function serve(answer: () => string): Promise<string> {
  let text = '';
  let bytes = Buffer.alloc(0);
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (text !== answer()) {
        text = answer();
        bytes = Buffer.from(text);
      }
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
      response.end(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
