/** Redis servers to break: of a configuration of one's own, killed, stopped for a while, brought back with the files they had. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** One command, by a connection of its own. */
  command(...args: string[]): Promise<unknown>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** On the same port, with the files that are there. */
  restart(): Promise<void>;
  /** SIGSTOP: it keeps its connections and says nothing. */
  silence(): void;
  resume(): void;
}

/** Those of one test file; `stop` ends all that it started. */
export class RedisServers {
  readonly #children = new Set<ChildProcess>();
  readonly #folders: string[] = [];

  async start(...options: string[]): Promise<RedisServer> {
    const port = await freePort();
    const folder = await this.#folder();
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...options];
    let child = await this.#spawn(args);
    const url = `redis://127.0.0.1:${port}`;
    return {
      port,
      url,
      command: (...command) => commandOf(url, command),
      kill: () => this.#end(child),
      restart: async () => {
        child = await this.#spawn(args);
      },
      silence: () => void child.kill('SIGSTOP'),
      resume: () => void child.kill('SIGCONT'),
    };
  }

  /** One Sentinel that promotes within a second. @returns its port */
  async startSentinel(name: string, master: RedisServer): Promise<number> {
    const port = await freePort();
    const folder = await this.#folder();
    const file = join(folder, 'sentinel.conf');
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `sentinel monitor ${name} 127.0.0.1 ${master.port} 1`,
      `sentinel down-after-milliseconds ${name} 500`,
      `sentinel failover-timeout ${name} 3000`,
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    await this.#spawn([file, '--sentinel', '--dir', folder], 'Sentinel ID is');
    return port;
  }

  /** Of so many masters, all slots covered. */
  async startCluster(nodes: number): Promise<readonly RedisServer[]> {
    const servers: RedisServer[] = [];
    for (let i = 0; i < nodes; i += 1) {
      const options = ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())];
      servers.push(await this.start(...options, '--cluster-require-full-coverage', 'no'));
    }
    const addresses = servers.map(({ port }) => `127.0.0.1:${port}`);
    const cli = spawn('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes']);
    const [code] = (await once(cli, 'close')) as [number];
    if (code !== 0) throw new Error(`expected redis-cli to make a cluster but got ${code}`);
    for (const server of servers) await untilCovered(server);
    return servers;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children].map((child) => this.#end(child)));
    await Promise.all(this.#folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }

  async #folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'selvedge-cache-'));
    this.#folders.push(folder);
    return folder;
  }

  async #spawn(args: readonly string[], ready = 'Ready to accept connections'): Promise<ChildProcess> {
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#children.add(child);
    let log = '';
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes(ready)) resolve();
      });
      child.once('close', () => {
        reject(new Error(`redis-server did not start:\n${log}`));
      });
    });
    return child;
  }

  async #end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
    this.#children.delete(child);
  }
}

async function commandOf(url: string, command: string[]): Promise<unknown> {
  const client = createClient({ url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.sendCommand(command);
  } finally {
    client.destroy();
  }
}

async function untilCovered(server: RedisServer): Promise<void> {
  while (!String(await server.command('CLUSTER', 'INFO')).includes('cluster_state:ok'))
    await new Promise((resolve) => setTimeout(resolve, 50));
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('expected a port but got none');
  return address.port;
}
