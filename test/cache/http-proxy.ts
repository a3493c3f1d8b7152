// The way between the routers and a subgraph: answers may be told late, long after they were read, and something can be made to
// happen in the middle of a mutation.
import { once } from 'node:events';
import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is to happen to one mutation: before it is passed on, or between the subgraph's answer and the router's getting it. */
export interface Interference {
  readonly when: 'before' | 'after';
  readonly act: () => void | Promise<void>;
}

/** Answers to some queries that wait for something. */
export class Hold {
  /** How many wait. */
  count = 0;
  readonly released: Promise<void>;
  #release: () => void = () => undefined;

  constructor(readonly matches: (body: string) => boolean) {
    this.released = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  release(): void {
    this.#release();
  }
}

export class HttpProxy {
  readonly url: string;
  readonly #server: ReturnType<typeof createServer>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #target: URL;
  #interference: Interference | null = null;
  #delay: () => number = () => 0;
  readonly #holds = new Set<Hold>();

  private constructor(server: ReturnType<typeof createServer>, target: string) {
    this.#server = server;
    this.#target = new URL(target);
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  }

  static async start(target: string): Promise<HttpProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new HttpProxy(server, target);
    server.on('request', (incoming, response) => {
      proxy.#carry(incoming, response).catch(() => {
        response.destroy();
      });
    });
    return proxy;
  }

  /** Milliseconds that an answer to a query waits before it is passed on; mutations are answered at once. */
  holdUp(delay: () => number): void {
    this.#delay = delay;
  }

  /** From now until it is released, whoever asks what matches is told late what was read at once. */
  hold(matches: (body: string) => boolean): Hold {
    const hold = new Hold(matches);
    this.#holds.add(hold);
    void hold.released.then(() => this.#holds.delete(hold));
    return hold;
  }

  /** Of the next mutation that comes. @returns when it has come */
  interfere(when: Interference['when'], act: () => void | Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      this.#interference = {
        when,
        act: async () => {
          resolve();
          await act();
        },
      };
    });
  }

  letBe(): void {
    this.#interference = null;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await once(this.#server, 'close').catch(() => undefined);
  }

  async #carry(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bytesOf(incoming);
    const isMutation = body.includes('"mutation');
    const interference = isMutation ? this.#interference : null;
    if (interference !== null) this.#interference = null;
    if (interference?.when === 'before') await interference.act();
    const outgoing = send({
      host: '127.0.0.1',
      port: this.#target.port,
      path: incoming.url,
      method: incoming.method,
      headers: incoming.headers,
      agent: this.#agent,
    });
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const answered = await bytesOf(answer);
    if (interference?.when === 'after') await interference.act();
    const wait = isMutation ? 0 : this.#delay();
    if (wait > 0) await sleep(wait);
    if (!isMutation) await this.#held(body.toString());
    if (response.destroyed) return;
    const headers = { ...answer.headers };
    delete headers['transfer-encoding'];
    response.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': answered.length });
    response.end(answered);
  }

  async #held(body: string): Promise<void> {
    for (const hold of this.#holds) {
      if (!hold.matches(body)) continue;
      hold.count += 1;
      await hold.released;
    }
  }
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
