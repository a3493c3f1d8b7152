/** Clients that ask one after the other, without pause, until they are told to stop; every request is accounted for. */
import { Agent, request } from 'node:http';

export interface HammerOptions {
  readonly url: string;
  readonly query: string;
  /** What every answer has to be. */
  readonly expected: string;
  readonly clients: number;
  readonly keepAlive: boolean;
}

export class Hammer {
  answered = 0;
  /** Why, of each request that was not answered as expected. */
  readonly lost: string[] = [];
  private isStopped = false;
  private readonly clients: Promise<void>[];

  constructor(private readonly options: HammerOptions) {
    this.clients = Array.from({ length: options.clients }, () => this.ask());
    // A test that fails does not leave it running.
    setTimeout(() => (this.isStopped = true), 120_000).unref();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.clients);
  }

  private async ask(): Promise<void> {
    const { url, query, expected, keepAlive } = this.options;
    const agent = new Agent({ keepAlive, maxSockets: 1 });
    while (!this.isStopped) {
      try {
        const answer = await postOnce(url, query, { agent });
        if (answer === expected) this.answered += 1;
        else this.lost.push(answer);
      } catch (error) {
        this.lost.push(error instanceof Error ? error.message : String(error));
      }
      // So that connections are idle for a moment too, when to close them would lose the next request.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    }
    agent.destroy();
  }
}

/** Rejects after `patience` milliseconds: a request that is neither answered nor failed is the worst that can become of it. */
export function postOnce(
  url: string,
  query: string,
  { agent = new Agent(), patience = 10_000 }: { readonly agent?: Agent; readonly patience?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const post = request(`${url}/graphql`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json' },
      timeout: patience,
    });
    post.on('timeout', () => post.destroy(new Error('neither answered nor failed')));
    post.on('error', reject);
    post.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve(text);
      });
      response.on('error', reject);
    });
    post.end(JSON.stringify({ query }));
  });
}
