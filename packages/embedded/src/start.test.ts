// With the real binaries. Run as root, most of it exercises the other user; run as an ordinary user, oneself.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, chown, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { livePostmaster, stopPostmaster } from './postmaster.js';
import { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './start.js';
import { installTestApp, removeSymlinks, type TestApp } from './test-app.js';
import { makeThrowawayFolder } from './throwaway-folder.js';

const isRoot = process.getuid?.() === 0;

let folder: string;
let dataDir: string;
let running: { stop(): Promise<void> }[];

/** A cluster made once; to copy it costs a tenth of initdb. */
let madeBefore: string;
beforeAll(async () => {
  madeBefore = await makeThrowawayFolder('made');
  await (await startEmbeddedPostgres({ dataDir: join(madeBefore, 'postgres'), durable: false })).stop();
});
afterAll(() => rm(madeBefore, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await makeThrowawayFolder('data');
  dataDir = join(folder, 'postgres');
  running = [];
});

afterEach(async () => {
  for (const server of running) await server.stop();
  // What a failed test left.
  const left = await livePostmaster(dataDir);
  if (left !== undefined) await stopPostmaster(left.pid, dataDir);
  await rm(folder, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, durable: false, ...options });
  running.push(server);
  return server;
}

async function useClusterMadeBefore(): Promise<void> {
  await promisify(execFile)('cp', ['-a', join(madeBefore, 'postgres'), dataDir]);
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a start', () => {
  it('makes the cluster once, and finds data and port again', async () => {
    const cold = await startEmbeddedPostgres({ dataDir });
    running.push(cold);
    expect(cold.adopted).toBe(false);
    expect(cold.dataDir).toBe(dataDir);
    expect(
      await query(
        cold.url,
        `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'wal_level', 'max_connections',
         'max_prepared_transactions', 'listen_addresses', 'password_encryption', 'server_encoding') ORDER BY name`,
      ),
    ).toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'max_connections', setting: '200' },
      { name: 'max_prepared_transactions', setting: '64' },
      { name: 'password_encryption', setting: 'scram-sha-256' },
      { name: 'server_encoding', setting: 'UTF8' },
      { name: 'wal_level', setting: 'logical' },
    ]);
    await query(cold.url, 'CREATE TABLE kept AS SELECT 1 AS id');
    await cold.stop();
    await cold.stop();
    expect(isAlive(cold.pid)).toBe(false);

    const warm = await startEmbeddedPostgres({ dataDir, maxConnections: 50 });
    running.push(warm);
    expect({ port: warm.port, adopted: warm.adopted }).toEqual({ port: cold.port, adopted: false });
    expect(await query(warm.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
    expect(await query(warm.url, 'SHOW max_connections')).toEqual([{ max_connections: '50' }]);
    expect(await readFile(warm.logFile, 'utf8')).toContain('database system is ready to accept connections');
  });

  it('asks everybody for the password, and keeps it from other users', async () => {
    await useClusterMadeBefore();
    const { url } = await start();
    const guess = new URL(url);
    guess.password = 'guess';
    await expect(query(guess.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    expect((await stat(join(dataDir, 'selvedge.json'))).mode & 0o777).toBe(0o600);
  });

  it('takes another port when the last one is taken meanwhile, but not when it was asked for', async () => {
    await useClusterMadeBefore();
    const first = await start();
    await first.stop();
    const squatter = createServer().listen(first.port, '127.0.0.1');
    await once(squatter, 'listening');
    try {
      await expect(start({ port: first.port })).rejects.toThrow(
        `port ${first.port} on 127.0.0.1, asked for PostgreSQL, is taken`,
      );
      const second = await start();
      expect(second.port).not.toBe(first.port);
      expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      squatter.close();
    }
  });

  it('that fails says why, with the last lines of the log', async () => {
    await useClusterMadeBefore();
    await expect(start({ maxConnections: 0 })).rejects.toThrow(
      /PostgreSQL did not start \(exit 1\); the last lines of .*postgres\.log:\n.*0 is outside the valid range/,
    );
  });

  it('ends the sessions that are open when it is stopped', async () => {
    await useClusterMadeBefore();
    const server = await start();
    const session = new Client({ connectionString: server.url });
    const lost: Error[] = [];
    session.on('error', (error) => lost.push(error));
    await session.connect();
    await server.stop();
    await expect.poll(() => String(lost[0])).toContain('terminating connection due to administrator command');
  });
});

describe('what a start finds', () => {
  it('a data folder that is none: it is left alone', async () => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'thesis.tex'), 'years');
    await expect(start()).rejects.toThrow('but it holds thesis.tex');
    expect(await readdir(dataDir)).toEqual(['thesis.tex']);
  });

  it("somebody else's cluster: it is left alone", async () => {
    await useClusterMadeBefore();
    await rm(join(dataDir, 'selvedge.json'));
    await rm(join(dataDir, 'postmaster.opts'));
    await expect(start()).rejects.toThrow('that Selvedge did not make');
    await access(join(dataDir, 'base/5'));
  });

  it('half a cluster, left by an initdb that was killed: it is made anew', async () => {
    await mkdir(join(dataDir, 'base/1'), { recursive: true });
    await mkdir(join(dataDir, 'pg_wal'));
    await writeFile(join(dataDir, 'PG_VERSION'), '18\n');
    await writeFile(join(dataDir, 'postgresql.conf'), '');
    const { url } = await start();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('the traces of a power cut: it recovers what was committed', async () => {
    const before = await startEmbeddedPostgres({ dataDir });
    running.push(before);
    await query(before.url, 'CREATE TABLE kept AS SELECT 1 AS id');
    process.kill(before.pid, 'SIGKILL');
    const after = await startEmbeddedPostgres({ dataDir });
    running.push(after);
    expect(after.adopted).toBe(false);
    expect(await query(after.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
  });

  it('a postmaster.pid whose number is another process by now', async () => {
    await useClusterMadeBefore();
    const { uid, gid } = await stat(dataDir);
    // PostgreSQL alone gives up where the process is of its own user.
    const stranger = spawn('sleep', ['60'], { uid, gid });
    try {
      const pidFile = join(dataDir, 'postmaster.pid');
      await writeFile(
        pidFile,
        [stranger.pid, dataDir, 1, 5432, '', '127.0.0.1', '1 1', 'ready   ', ''].join('\n'),
        { mode: 0o600 },
      );
      await chown(pidFile, uid, gid);
      const server = await start();
      expect(server.adopted).toBe(false);
      expect(isAlive(stranger.pid ?? 0)).toBe(true);
    } finally {
      stranger.kill();
    }
  });

  it('a live server: it is adopted, and stopped by the adopter', async () => {
    await useClusterMadeBefore();
    const first = await start();
    await expect(start({ port: 1 })).rejects.toThrow(
      `PostgreSQL (pid ${first.pid}) already serves ${dataDir} on port ${first.port}, but port 1 was asked for`,
    );
    const second = await start({ port: first.port });
    expect(second).toMatchObject({ adopted: true, pid: first.pid, url: first.url });
    await second.stop();
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
  });
});

describe('in other processes', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await installTestApp();
  });
  afterAll(() => rm(app.folder, { recursive: true, force: true }));

  it('the server of a killed parent is adopted', async () => {
    await useClusterMadeBefore();
    const parent = app.start({ dataDir });
    const orphan = await parent.started;
    await parent.kill();
    const adopter = await start();
    expect(adopter).toMatchObject({ adopted: true, pid: orphan.pid, url: orphan.url });
    expect(await query(adopter.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('Ctrl-C reaches the parent and not the server', async () => {
    await useClusterMadeBefore();
    const parent = app.start({ dataDir }, { detached: true });
    const { pid, url } = await parent.started;
    process.kill(-(parent.child.pid ?? 0), 'SIGINT');
    // The server would refuse new sessions at once.
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await parent.stop();
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('of several that start at once one makes and starts it, the others adopt it', async () => {
    for (const state of ['cold', 'warm']) {
      const apps = [1, 2, 3].map(() => app.start({ dataDir }));
      running.push(...apps);
      const started = await Promise.all(apps.map((each) => each.started));
      expect(new Set(started.map(({ pid }) => pid)).size, state).toBe(1);
      expect(started.filter(({ adopted }) => !adopted).length, state).toBe(1);
      await Promise.all(apps.map((each) => each.stop()));
    }
    expect(await readdir(folder)).toEqual(['postgres', 'postgres.log']);
  });

  it('a parent killed in the middle of initdb leaves nothing that the next start does not clear', async () => {
    const parent = app.start({ dataDir });
    // initdb has begun to write.
    await expect
      .poll(() => readdir(folder, { recursive: true }), { interval: 2, timeout: 20_000 })
      .toContainEqual(expect.stringMatching(/unfinished-.*PG_VERSION/));
    await parent.kill();
    const { url } = await start();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await (await start()).stop();
    // Its initdb may outlive it for a moment; what it writes then, another start clears.
    await expect
      .poll(
        async () => {
          await (await start()).stop();
          return readdir(folder);
        },
        { timeout: 20_000 },
      )
      .toEqual(['postgres', 'postgres.log']);
  });
});

describe.runIf(isRoot)('as root', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await installTestApp();
  });
  afterEach(() => rm(app.folder, { recursive: true, force: true }));

  it('runs the server as another user', async () => {
    await useClusterMadeBefore();
    const { pid } = await start();
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'Uid:\t65534');
    expect(status).toMatch(/Uid:\t65534/);
  });

  it('relocates the data folder when that user cannot reach it, to the same place each time', async () => {
    const home = join(folder, 'home');
    await mkdir(home, { mode: 0o700 });
    const asked = join(home, 'checkout/.selvedge/postgres');
    const first = await start({ dataDir: asked });
    const relocated = dirname(first.dataDir);
    try {
      expect(relocated).toMatch(/^\/var\/tmp\/selvedge-0\/[0-9a-f]{16}$/);
      await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS id');
      await first.stop();
      const second = await start({ dataDir: asked });
      expect(second.dataDir).toBe(first.dataDir);
      expect(await query(second.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
      await second.stop();
    } finally {
      await rm(relocated, { recursive: true, force: true });
    }
  });

  it('copies binaries that the user cannot reach, and uses the copy again', async () => {
    const version = 'test';
    const manifest = join(app.platformPackage, 'package.json');
    await writeFile(
      manifest,
      (await readFile(manifest, 'utf8')).replace(/"version": "[^"]*"/, `"version": "${version}"`),
    );
    // As below a 0700 home.
    await chmod(app.platformPackage, 0o700);
    const copy = `/var/tmp/selvedge-0/postgresql-${version}-${process.platform}-${process.arch}`;
    try {
      for (const attempt of ['copied', 'used again', 'made whole']) {
        if (attempt === 'made whole')
          await rm(join(copy, 'native/share/postgresql/timezonesets'), { recursive: true });
        const parent = app.start({ dataDir });
        const { pid } = await parent.started;
        const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => copy);
        expect(line, attempt).toContain(copy);
        await parent.stop();
      }
      expect((await readdir(dirname(copy))).filter((name) => name.startsWith(`${basename(copy)}.`))).toEqual(
        [],
      );
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });

  it('continues what an ordinary user began, and leaves it usable for that user', async () => {
    await chown(folder, 1, 1);
    const user = app.start({ dataDir }, { uid: 1 });
    await user.started;
    await user.stop();
    const root = await start();
    expect((await stat(dataDir)).uid).toBe(1);
    await root.stop();
    const again = app.start({ dataDir }, { uid: 1 });
    expect((await again.started).port).toBe(root.port);
    await again.stop();
  });

  it('an ordinary user is served as oneself, also where npm did not make the symlinks', async () => {
    await removeSymlinks(app);
    await chown(folder, 1, 1);
    // The installation belongs to root: the links cannot be made there.
    const user = app.start({ dataDir }, { uid: 1 });
    try {
      const { pid, url } = await user.started;
      expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'Uid:\t1\t')).toMatch(/Uid:\t1\t/);
      await user.stop();
    } finally {
      await rm('/var/tmp/selvedge-1', { recursive: true, force: true });
    }
    // Root may, and does.
    const root = app.start({ dataDir: join(folder, 'roots') });
    await root.started;
    await root.stop();
    await access(join(app.native, 'lib/libpq.so.5'));
  });

  it("refuses another user's data folder in one sentence", async () => {
    await useClusterMadeBefore();
    await chown(folder, 1, 1);
    await expect(app.start({ dataDir }, { uid: 1 }).started).rejects.toThrow(
      `the PostgreSQL data folder ${dataDir} belongs to another user`,
    );
  });
});
