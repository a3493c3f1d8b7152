// A wire that can be cut, held up and led elsewhere: between a router and Redis. Bytes are never changed or reordered.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export class TcpProxy {
  readonly port: number;
  readonly #close: () => Promise<void>;
  readonly #sockets = new Set<Socket>();
  #target: number;
  #isCut = false;
  #isFrozen = false;
  #delay: () => number = () => 0;

  private constructor(port: number, target: number, close: () => Promise<void>) {
    this.port = port;
    this.#target = target;
    this.#close = close;
  }

  /** @param target a port of 127.0.0.1 */
  static async start(target: number): Promise<TcpProxy> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new TcpProxy((server.address() as AddressInfo).port, target, async () => {
      server.close();
      await once(server, 'close');
    });
    server.on('connection', (socket) => {
      proxy.#carry(socket);
    });
    return proxy;
  }

  /** Ends what is connected, and refuses whoever comes. */
  cut(): void {
    this.#isCut = true;
    this.#hangUp();
  }

  restore(): void {
    this.#isCut = false;
  }

  /** Nothing comes through any more, in either direction, and nobody is told. */
  freeze(): void {
    this.#isFrozen = true;
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  /** From now on it leads there; what is connected is ended. */
  leadTo(target: number): void {
    this.#target = target;
    this.#hangUp();
  }

  /** Milliseconds that each piece on its way to the target waits; those of one connection stay in order. */
  holdUp(delay: () => number): void {
    this.#delay = delay;
  }

  async stop(): Promise<void> {
    this.cut();
    await this.#close();
  }

  #hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #carry(client: Socket): void {
    if (this.#isCut || this.#isFrozen) {
      client.destroy();
      return;
    }
    const target = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    for (const [one, other] of [
      [client, target],
      [target, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.once('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    target.pipe(client);
    // A piece goes when the one before it has gone, however late timers are.
    let last: Promise<unknown> | null = null;
    client.on('data', (piece: Buffer) => {
      const wait = this.#delay();
      if (wait === 0 && last === null) {
        target.write(piece);
        return;
      }
      const own: Promise<void> = Promise.all([last, sleep(wait)]).then(() => {
        target.write(piece);
        if (last === own) last = null;
      });
      last = own;
    });
  }
}
