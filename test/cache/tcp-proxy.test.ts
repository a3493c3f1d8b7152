// The wire of the checker holds bytes up, and never changes their order: it would find faults that are its own.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Random } from './random.js';
import { TcpProxy } from './tcp-proxy.js';

it('passes on what it held up in the order in which it came', async () => {
  const random = new Random(1);
  let received = '';
  const server = createServer((socket) => {
    socket.on('data', (piece) => (received += piece.toString()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await TcpProxy.start((server.address() as AddressInfo).port);
  proxy.holdUp(() => (random.chance(0.3) ? random.below(20) : 0));
  const client = connect(proxy.port, '127.0.0.1');
  client.setNoDelay(true);
  let sent = '';
  for (let nth = 0; nth < 200; nth += 1) {
    const piece = `${nth} `;
    sent += piece;
    client.write(piece);
    // Timers are late on a busy machine.
    for (const until = performance.now() + random.below(3); performance.now() < until;);
    await new Promise((resolve) => setImmediate(resolve));
  }
  while (received.length < sent.length) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(received).toBe(sent);
  client.destroy();
  await proxy.stop();
  server.close();
});
