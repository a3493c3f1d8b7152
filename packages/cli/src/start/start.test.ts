import { readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { parse } from 'yaml';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  ask,
  createFakeProject,
  gone,
  pidsOf,
  runStartOn,
  urlsOf,
  type FakeProject,
  type RunOptions,
  type StartRun,
} from './fixtures/fake-project.js';
import { startTimeOf } from './process-identity.js';

let project: FakeProject;
const runs: StartRun[] = [];

beforeAll(async () => {
  project = await createFakeProject();
});

afterEach(async () => {
  for (const run of runs.splice(0)) {
    run.process.kill('SIGTERM');
    await run.ended;
  }
});

afterAll(async () => {
  await project.remove();
});

function begin(options?: RunOptions): StartRun {
  const run = runStartOn(project, options);
  runs.push(run);
  return run;
}

describe('a start', () => {
  test('brings up every service on a store of its own, and tells where to go', async () => {
    const run = begin({ env: { SEED_SCALE: '0.5', REDIS_URL: 'redis://127.0.0.1:1' } });
    const urls = await urlsOf(run);

    const [accounts, reviews, router] = await Promise.all(
      ['accounts', 'reviews', 'GraphQL'].map((name) => ask(urls.get(name) ?? '')),
    );
    const [accountsStore, reviewsStore] = [accounts, reviews].map(
      (answer) => new URL(answer?.env['DATABASE_URL'] ?? ''),
    );
    expect(accountsStore?.pathname).toBe('/selvedge_accounts');
    expect(accountsStore?.username).toBe('selvedge_accounts');
    expect(reviewsStore?.pathname).toBe('/selvedge_reviews');
    expect(accountsStore?.password).not.toBe(reviewsStore?.password);
    expect(accounts?.env['SEED_SCALE']).toBe('0.5');
    expect(router?.env['REDIS_URL']).toBe('redis://127.0.0.1:1');
    expect(router?.execArgv).toContain('--max-semi-space-size=17');
    expect(accounts?.execArgv).not.toContain('--max-semi-space-size=17');
    expect(router?.env).not.toHaveProperty('DATABASE_URL');
    expect(router?.env).not.toHaveProperty('SELVEDGE_TOKEN_KEY');

    const config: unknown = parse(await readFile(join(project.state, 'router.yaml'), 'utf8'));
    expect(config).toMatchObject({
      override_subgraph_url: { accounts: urls.get('accounts'), reviews: urls.get('reviews') },
      headers: { all: { request: [{ propagate: { named: 'authorization' } }] } },
      response_cache: { enabled: true },
    });
    const tokens = [...run.output().matchAll(/^ {2}(eyJ\S+)$/gm)].map(([, token = '']) => decodeJwt(token));
    expect(tokens).toMatchObject([{ roles: ['customer', 'staff'] }, { roles: ['customer'] }]);
    expect(await readFile(join(project.state, 'logs/accounts.log'), 'utf8')).toContain('accounts line 1');
    expect((await stat(join(project.state, 'credentials.json'))).mode & 0o777).toBe(0o600);
  });

  test('is refused while another runs on the same state folder, also where it asks for the same port', async () => {
    const first = begin();
    const { port } = new URL((await urlsOf(first)).get('GraphQL') ?? '');
    const second = begin({ env: { PORT: port } });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(
      `Selvedge already runs on this state folder (process ${first.process.pid ?? 0})`,
    );
  });

  test('finds a taken port before it starts anything', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
      });
    });
    const state = join(project.root, 'untouched');
    const run = begin({ env: { PORT: String(port), SELVEDGE_STATE: state } });
    expect(await run.ended).toBe(1);
    expect(run.output()).toBe(
      `Port ${port} is already in use: stop what listens there, or set PORT to another (PORT=${port + 1} npm start).\n`,
    );
    await expect(stat(state)).rejects.toThrow('ENOENT');
    server.close();
  });

  test('is not for production', async () => {
    const run = begin({ env: { NODE_ENV: 'production' } });
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('with NODE_ENV=production use docker-compose.yml');
  });

  test.each([
    ['PORT', '70000', 'Expected a whole number from 0 to 65535'],
    ['SEED_SCALE', 'many', 'Expected a number of 0 or more'],
    ['LOG_LEVEL', 'loud', 'Allowed choices are trace'],
  ])('says what %s may be', async (name, value, sentence) => {
    const run = begin({ env: { [name]: value } });
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain(`value '${value}' from env '${name}' is invalid. ${sentence}`);
  });

  test('does not show the password of a server that it cannot reach', async () => {
    const run = begin({ env: { DATABASE_URL: 'postgres://admin:secret@127.0.0.1:1/postgres' } });
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('PostgreSQL: cannot connect to PostgreSQL at 127.0.0.1:1');
    expect(run.output()).not.toContain('secret');
  });
});

describe('the end', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s leaves no process, and a state that starts again',
    async (signal) => {
      for (let round = 0; round < 2; round++) {
        const run = begin();
        const { services, postgres } = await pidsOf(project, run);
        run.process.kill(signal);
        expect(await run.ended).toBe(0);
        expect(run.output()).toContain('Stopped.');
        for (const pid of [...services, postgres]) expect(await startTimeOf(pid)).toBeUndefined();
      }
    },
  );

  test('may come while everything is still starting', async () => {
    const run = begin();
    await run.printed(/postgres/);
    run.process.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    await expect(readFile(join(project.state, 'postgres/postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  test('by Ctrl-C below npm, which sends the signal again, is still polite', async () => {
    const run = begin();
    await urlsOf(run);
    run.process.kill('SIGINT');
    await run.printed(/Stopping/);
    run.process.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(run.output()).not.toContain('Forced');
  });

  test('by a second Ctrl-C does not wait for a service that does not listen', async () => {
    const run = begin({ env: { FAKE_REVIEWS: '{ "deaf": true }' } });
    const { services, postgres } = await pidsOf(project, run);
    run.process.kill('SIGINT');
    await run.printed(/Stopping/);
    await sleep(1_200);
    run.process.kill('SIGINT');
    expect(await run.ended).toBe(130);
    await gone(...services, postgres);
  });

  test('by SIGKILL leaves no service, and a PostgreSQL that the next start takes over', async () => {
    const killed = begin();
    const { services, postgres } = await pidsOf(project, killed);
    killed.process.kill('SIGKILL');
    await gone(...services);
    expect(await startTimeOf(postgres)).toBeDefined();

    const next = begin();
    expect((await pidsOf(project, next)).postgres).toBe(postgres);
    expect(next.output()).toContain('left running by the last start');
    next.process.kill('SIGTERM');
    await next.ended;
    expect(await startTimeOf(postgres)).toBeUndefined();
  });

  test('by SIGKILL ends even a router that does not listen to it, and the next start waits for its port', async () => {
    const killed = begin({ env: { FAKE_ROUTER: '{ "deaf": true }' } });
    const { services } = await pidsOf(project, killed);
    const { port } = new URL((await urlsOf(killed)).get('GraphQL') ?? '');
    killed.process.kill('SIGKILL');
    await urlsOf(begin({ env: { PORT: port } }));
    await gone(...services);
  });

  test.each([
    ['SIGKILL', 'stays'],
    ['SIGKILL', 'replaced'],
    ['SIGTERM', 'stays'],
  ] as const)(
    'of npm by %s ends everything, where its shell %s; the next start waits for it',
    async (signal, shell) => {
      const killed = begin({ belowNpm: true, env: { FAKE_SHELL: shell } });
      const { services, postgres } = await pidsOf(project, killed);
      killed.process.kill(signal);
      await killed.ended;
      const next = begin();
      await urlsOf(next);
      await gone(...services);
      expect((await pidsOf(project, next)).postgres).not.toBe(postgres);
    },
  );

  test('of npm by SIGTERM comes after everything else has ended, where its shell is replaced', async () => {
    const run = begin({ belowNpm: true, env: { FAKE_SHELL: 'replaced' } });
    const { services, postgres } = await pidsOf(project, run);
    run.process.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    for (const pid of [...services, postgres]) expect(await startTimeOf(pid)).toBeUndefined();
  });
});

describe('a service that fails', () => {
  test('ends the start with its reason and its last 20 lines', async () => {
    const run = begin({ env: { FAKE_REVIEWS: '{ "failWith": "the store said no", "lines": 30 }' } });
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('reviews did not start: the store said no. Its last lines, from');
    expect(run.output()).toMatch(/info {2}reviews line 11\n(.*\n){18} {2}info {2}reviews line 30\n/);
    expect(run.output()).not.toContain('reviews line 10\n');
    await expect(readFile(join(project.state, 'postgres/postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  test('before it listens is told by its exit code', async () => {
    const run = begin({ env: { FAKE_ROUTER: '{ "exitBeforeListening": true }' } });
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('router did not start: exit code 7. Its last lines, from');
  });

  test('after the start is started again where the router looks for it, and a line says so', async () => {
    const run = begin();
    const url = (await urlsOf(run)).get('reviews') ?? '';
    const { pid } = await ask(url);
    await fetch(new URL('/die', url)).catch(() => undefined);
    await run.printed(/^reviews stopped \(exit code 3\) and starts again in 0.5 s; see .*reviews\.log$/m);
    await run.printed(/^reviews is back\.$/m);
    expect((await ask(url)).pid).not.toBe(pid);
  });

  test('that is PostgreSQL, after the start, is started again on its port', async () => {
    const run = begin();
    const { postgres } = await pidsOf(project, run);
    process.kill(postgres, 'SIGKILL');
    await run.printed(/^PostgreSQL is back\.$/m);
    expect((await pidsOf(project, run)).postgres).not.toBe(postgres);
  });
});

describe('the state folder', () => {
  test('of a machine that lost power, with the pid of a stranger in its lock, starts', async () => {
    await writeFile(join(project.state, 'start.lock'), JSON.stringify({ pid: process.pid, began: '1' }));
    await urlsOf(begin());
  });

  test('with a damaged lock starts, with damaged credentials says what to do', async () => {
    await writeFile(join(project.state, 'start.lock'), '{');
    const credentials = join(project.state, 'credentials.json');
    const before = await readFile(credentials, 'utf8');
    await writeFile(credentials, '{ "stores": 1 }');
    const run = begin();
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('remove it, and new passwords are made and set');
    await writeFile(credentials, before);
    await urlsOf(begin());
  });
});
