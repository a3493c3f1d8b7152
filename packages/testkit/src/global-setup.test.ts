import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { provisionStore } from '@selvedge/embedded';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, vi, type ProvidedContext } from 'vitest';
import setup from './global-setup.js';
import { testAdminUrl } from './postgres.js';
import { nameInRun, withAdmin } from './run-databases.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

type Provided = NonNullable<ProvidedContext['selvedgePostgres']>;

async function setUp(): Promise<Provided & { teardown: () => Promise<void> }> {
  let provided: ProvidedContext['selvedgePostgres'];
  const teardown = await setup({
    provide: (_key, value) => {
      provided = value;
    },
  });
  if (provided === undefined) throw new Error('expected the setup to provide something');
  return { ...provided, teardown };
}

const names = (admin: string, run: string): Promise<string[]> =>
  withAdmin(admin, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'SELECT datname AS name FROM pg_database UNION ALL SELECT rolname FROM pg_roles',
    );
    return rows.map(({ name }) => name).filter((name) => name.startsWith(nameInRun(run, '')));
  });

describe('the global setup', () => {
  it('starts a server of its own and leaves neither it nor its folder', async () => {
    vi.stubEnv('TEST_DATABASE_URL', '');
    const { adminUrl, teardown } = await setUp();
    const { rows } = await withAdmin(adminUrl, (admin) =>
      admin.query<{ data_directory: string }>('SHOW data_directory'),
    );
    const folder = dirname(rows[0]?.data_directory ?? '');
    await access(folder);
    await teardown();
    await expect(withAdmin(adminUrl, (admin) => admin.query('SELECT 1'))).rejects.toThrow('ECONNREFUSED');
    await expect(access(folder)).rejects.toThrow('ENOENT');
  });

  it('leaves a server that was given as it found it', async () => {
    const given = testAdminUrl();
    vi.stubEnv('TEST_DATABASE_URL', given);
    const { adminUrl, run, teardown } = await setUp();
    expect(adminUrl).toBe(given);
    const name = nameInRun(run, 'x');
    await provisionStore(given, { database: name, role: name, password: 'p' });
    await withAdmin(given, (admin) => admin.query(`ALTER DATABASE "${name}" IS_TEMPLATE true`));
    expect(await names(given, run)).toHaveLength(2);
    await teardown();
    expect(await names(given, run)).toEqual([]);
  });

  it('refuses a given server on which it may too little', async () => {
    const name = nameInRun('weak', 'x');
    const url = await provisionStore(testAdminUrl(), { database: name, role: name, password: 'p' });
    vi.stubEnv('TEST_DATABASE_URL', url);
    await expect(setUp()).rejects.toThrow('expected TEST_DATABASE_URL to name a superuser');
  });
});

describe('the guard', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'selvedge-guard-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('ends what its killed owner started, and removes the folder', async () => {
    const data = join(folder, 'data');
    await mkdir(data);
    const owner = join(folder, 'owner.mjs');
    await build({
      stdin: {
        contents: `import { guard } from './guard.js';
          guard(Number(process.argv[2]), process.argv[3] ?? '');
          console.log('guarded');
          setInterval(() => {}, 1000);`,
        resolveDir: import.meta.dirname,
        loader: 'ts',
      },
      outfile: owner,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const server = spawn('sleep', ['60'], { detached: true });
    const ended = once(server, 'exit');
    const child = spawn(process.execPath, [owner, String(server.pid), data], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await access(data);
    expect(server.signalCode).toBeNull();
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGINT']);
    await expect
      .poll(
        () =>
          access(data).then(
            () => 'there',
            () => 'gone',
          ),
        { timeout: 10_000 },
      )
      .toBe('gone');
  });
});
