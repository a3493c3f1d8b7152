/** A wire to a port of this machine that a test can cut and mend: between a router and Redis, say. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface CuttableWire {
  readonly port: number;
  /** Ends what is connected, and refuses whoever comes. */
  cut(): void;
  mend(): void;
  stop(): Promise<void>;
}

export async function startWire(target: number): Promise<CuttableWire> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const other = connect({ port: target, host: '127.0.0.1' });
    for (const [one, peer] of [
      [client, other],
      [other, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.once('close', () => {
        sockets.delete(one);
        peer.destroy();
      });
      one.pipe(peer);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    mend() {
      isCut = false;
    },
    async stop() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
