// A real Redis whose end is ours to choose: with a folder of its own, so that it can come back with yesterday's file.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@selvedge/embedded';
import { createClient } from 'redis';

export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  #child: ChildProcess | null = null;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  static async start(): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'selvedge-checked-redis-'));
    const server = new RedisServer(await freePort(), folder);
    await server.launch();
    return server;
  }

  /** Starts it, with the file that lies in its folder. */
  async launch(): Promise<void> {
    const port = String(this.port);
    const child = spawn(
      'redis-server',
      ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', this.#folder],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    this.#child = child;
    const end = () => child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    let log = '';
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes('Ready to accept connections')) resolve();
      });
      child.once('error', reject);
      child.once('exit', () => {
        reject(new Error(`expected redis-server to start but it said: ${log}`));
      });
    });
  }

  /** As in a crash. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child?.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Writes its file, and keeps a copy of it. */
  async save(): Promise<void> {
    await this.command(['SAVE']);
    await copyFile(this.#file('dump.rdb'), this.#file('yesterday.rdb'));
  }

  /** Once it is killed: what it will come back with. */
  async bringBackSaved(): Promise<void> {
    await copyFile(this.#file('yesterday.rdb'), this.#file('dump.rdb'));
  }

  async command<T = unknown>(args: string[]): Promise<T> {
    const client = createClient({ socket: { host: '127.0.0.1', port: this.port, reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.sendCommand<T>(args);
    } finally {
      client.destroy();
    }
  }

  /** All keys whose name matches, by SCAN. */
  async keys(pattern: string): Promise<string[]> {
    const found = new Set<string>();
    let cursor = '0';
    do {
      const [next, names] = await this.command<[string, string[]]>([
        'SCAN',
        cursor,
        'MATCH',
        pattern,
        'COUNT',
        '2000',
      ]);
      for (const name of names) found.add(name);
      cursor = next;
    } while (cursor !== '0');
    return [...found];
  }

  async remove(names: readonly string[]): Promise<void> {
    for (let from = 0; from < names.length; from += 500)
      await this.command(['DEL', ...names.slice(from, from + 500)]);
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}
