// `npm start` as a person meets it: cold, warm, stopped in every way, killed, and without rights. Real processes throughout.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chown, chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { user } from '@selvedge/shop-seed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, root } from './system.js';

const isRoot = process.getuid?.() === 0;
/** `nobody`, on Debian and elsewhere. */
const ordinaryUser = 65_534;

interface Start {
  readonly child: ChildProcess;
  /** stdout and stderr so far. */
  output(): string;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Resolves with the router's address once the last block is printed. */
  ready(): Promise<string>;
}

function start(state: string, env: Readonly<Record<string, string>> = {}, uid?: number): Start {
  const identity = uid === undefined ? {} : { uid, gid: uid };
  const inherited = {
    PATH: process.env['PATH'] ?? '',
    HOME: uid === undefined ? (process.env['HOME'] ?? '') : state,
  };
  const child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    env: { ...inherited, PORT: '0', SELVEDGE_STATE: state, npm_config_update_notifier: 'false', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, like a job of a shell.
    detached: true,
    ...identity,
  });
  let output = '';
  const collect = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('close', (code, signal) => {
      resolve(code ?? signal);
    }),
  );
  const started: Start = {
    child,
    output: () => output,
    ended,
    async ready() {
      await expect
        .poll(() => child.exitCode !== null || output.includes('Ctrl-C stops everything'), {
          timeout: 90_000,
          interval: 100,
        })
        .toBe(true);
      const url = /Explorer\s+(http:\/\/\S+?)\/?\n/.exec(output)?.[1];
      if (url === undefined) throw new Error(`expected a system that runs but got:\n${output}`);
      return url;
    },
  };
  running.push(started);
  return started;
}

/** The process ids below a process, and its own. */
function family(pid: number): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found)
    for (const [child, of] of pairs) if (of === parent && child !== undefined) found.push(child);
  return found;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const pidOf = (started: Start): number => started.child.pid ?? -1;

/** After a test that failed half-way: whatever still belongs to the state folder. */
async function endWhatIsLeft(state: string): Promise<void> {
  const pids = [...running.splice(0).map(pidOf), await postmaster(state).catch(() => -1)];
  for (const pid of pids.filter((each) => each > 1 && isAlive(each)).flatMap(family)) {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
}

const running: Start[] = [];

/** PostgreSQL's own process id. */
async function postmaster(state: string): Promise<number> {
  return Number((await readFile(join(state, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
}

async function expectOneAnswerFromSixServices(url: string): Promise<void> {
  const query = await readFile(join(root, 'examples/operations/all-six-services.graphql'), 'utf8');
  expect(await ask(`${url}/graphql`, query)).toMatchObject({
    errors: [],
    data: { products: {}, acceptedPayments: [{}, {}, {}] },
  });
}

describe('npm start', () => {
  let state: string;
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'selvedge-start-'));
    await chmod(state, 0o755);
  });
  afterEach(async () => {
    await endWhatIsLeft(state);
    await rm(state, { recursive: true, force: true });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'serves six services and two users, and leaves no orphan after %s',
    async (signal) => {
      const started = start(state);
      const url = await started.ready();
      await expectOneAnswerFromSixServices(url);
      const tokens = [...started.output().matchAll(/^\s*(eyJ\S+)$/gm)].map(([, token]) => token ?? '');
      const names = await Promise.all(
        tokens.map(
          async (token) => (await ask(`${url}/graphql`, '{ me { username } }', { token })).data?.['me'],
        ),
      );
      expect(names).toEqual([{ username: user(0).username }, { username: user(1).username }]);
      const ours = [...family(pidOf(started)), ...family(await postmaster(state))];
      expect(ours.length).toBeGreaterThan(9);
      // A terminal's Ctrl-C reaches every process of the group; `kill` only the one that is named.
      process.kill(signal === 'SIGINT' ? -pidOf(started) : pidOf(started), signal);
      await started.ended;
      await expect.poll(() => ours.filter(isAlive), { timeout: 15_000 }).toEqual([]);
    },
  );

  it('goes on after SIGKILL of the parent: services end by themselves, the next start takes PostgreSQL over', async () => {
    const killed = start(state);
    await killed.ready();
    const server = await postmaster(state);
    const database = family(server);
    const services = family(pidOf(killed)).filter((pid) => !database.includes(pid));
    // npm, the bootstrap and whatever they started that is not a service: everything but the leaves.
    const isParent = (pid: number): boolean => family(pid).length > 1;
    for (const pid of services.filter(isParent)) process.kill(pid, 'SIGKILL');
    await expect.poll(() => services.filter(isAlive), { timeout: 15_000 }).toEqual([]);
    expect(isAlive(server)).toBe(true);
    const next = start(state);
    await expectOneAnswerFromSixServices(await next.ready());
    expect(await postmaster(state)).toBe(server);
    next.child.kill('SIGTERM');
    await next.ended;
    await expect.poll(() => isAlive(server), { timeout: 15_000 }).toBe(false);
  });

  it('says that a port is taken before it starts anything', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const refused = start(state, { PORT: String(port) });
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain(String(port));
    expect(refused.output()).toMatch(/PORT/);
    expect(refused.output()).not.toMatch(/^\s+at /m);
    await new Promise((resolve) => holder.close(resolve));
  });

  it('has a help, and refuses production', async () => {
    const help = execFileSync('npm', ['start', '--silent', '--', '--help'], { cwd: root, encoding: 'utf8' });
    for (const name of ['PORT', 'DATABASE_URL', 'REDIS_URL', 'SEED_SCALE']) expect(help).toContain(name);
    const refused = start(state, { NODE_ENV: 'production' });
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain('NODE_ENV');
  });
});

describe.runIf(isRoot)('npm start as an ordinary user', () => {
  it('works all the same', async () => {
    const state = await mkdtemp(join(tmpdir(), 'selvedge-start-'));
    await chown(state, ordinaryUser, ordinaryUser);
    try {
      const started = start(state, {}, ordinaryUser);
      await expectOneAnswerFromSixServices(await started.ready());
      const ours = [...family(pidOf(started)), ...family(await postmaster(state))];
      process.kill(pidOf(started), 'SIGTERM');
      await started.ended;
      await expect.poll(() => ours.filter(isAlive), { timeout: 15_000 }).toEqual([]);
    } finally {
      await endWhatIsLeft(state);
      await rm(state, { recursive: true, force: true });
    }
  });
});
