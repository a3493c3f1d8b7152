// One POST of JSON over undici's `dispatch`, its leanest way: a third less CPU than `request` with its streams.
import type { Dispatcher, Pool } from 'undici';

/** The bytes of an answer with status 200; rejects on any other. */
export function post(
  pool: Pool,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    pool.dispatch({ method: 'POST', path, headers, body }, new Collector(resolve, reject));
  });
}

class Collector implements Dispatcher.DispatchHandler {
  #status = 0;
  readonly #chunks: Buffer[] = [];

  constructor(
    private readonly resolve: (bytes: Buffer) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  onRequestStart(): void {
    // undici takes a handler for one of its older kind where this is missing.
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    const bytes = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    if (this.#status === 200) this.resolve(bytes);
    else
      this.reject(
        new Error(`expected status 200 but got ${this.#status}: ${bytes.toString().slice(0, 300)}`),
      );
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.reject(error);
  }
}
