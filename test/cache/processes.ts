// A process under test that is killed and comes back where it was.
import { freePort } from '@selvedge/embedded';
import { spawnNode, type NodeProcess } from '@selvedge/testkit';

export interface ProcessSpec {
  readonly entry: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
}

export class CheckedProcess {
  readonly port: number;
  readonly #spec: ProcessSpec;
  #process: NodeProcess | null = null;
  #log = '';

  private constructor(port: number, spec: ProcessSpec) {
    this.port = port;
    this.#spec = spec;
  }

  /** Resolves when it is ready. It gets its port by `PORT`. */
  static async start(spec: ProcessSpec): Promise<CheckedProcess> {
    const started = new CheckedProcess(await freePort(), spec);
    await started.launch();
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Of all its lives. */
  log(): string {
    return this.#log + (this.#process?.log() ?? '');
  }

  /** What it has logged as an error, each once. */
  complaints(): string[] {
    const lines = this.log()
      .split('\n')
      .filter(
        (line) => /"level":(?:"(?:error|fatal)"|[56]0)/.test(line) || /^\s*(?:\w*Error|throw)\b/.test(line),
      );
    const kinds = new Map(lines.map((line) => [line.replaceAll(/\d+|[0-9a-f-]{12,}/g, '…'), line]));
    return [...kinds.values()].slice(0, 10).map((line) => line.slice(0, 1_500));
  }

  async launch(): Promise<void> {
    const { entry, args, env, execArgv = [] } = this.#spec;
    const child = spawnNode(entry, { args, execArgv, env: { ...env, PORT: String(this.port) } });
    this.#process = child;
    await child.waitFor('ready', 60_000);
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    await child.kill();
    this.#log += child.log();
    this.#process = null;
  }

  /** It keeps its connections, and reads nothing of what comes on them, until it is resumed. */
  pause(): void {
    if (this.#process !== null) process.kill(this.#process.pid, 'SIGSTOP');
  }

  resume(): void {
    if (this.#process !== null) process.kill(this.#process.pid, 'SIGCONT');
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }
}
