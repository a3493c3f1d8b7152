// The production shape, as far as it can be tried without a Docker engine (docs/deployment.md says how far that is).
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { freePort, provisionStore, startEmbeddedPostgres, type EmbeddedPostgres } from '@selvedge/embedded';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { parseEnvFile, readComposeFile, variablesOf, type ComposeService } from './compose-file.js';
import { run, type RunningContainer } from './containers.js';
import { copiesOf, instructionsOf, lastOf, layOut, readStages, sendContext } from './dockerfile.js';

const root = resolve(import.meta.dirname, '../..');
const composePath = join(root, 'docker-compose.yml');
const routerConfig = join(root, 'deploy/router.yaml');
const provisionScript = join(root, 'deploy/provision.sh');
const envExample = readFileSync(join(root, '.env.example'), 'utf8');

/** Runs the line that .env.example gives to a person. */
function envFromExample(): Record<string, string> {
  const [, line = ''] = /^# {3}(node -p .*?) > \.env/m.exec(envExample) ?? [];
  return parseEnvFile(execFileSync('/bin/sh', ['-c', line], { cwd: root, encoding: 'utf8' }));
}

const env: Readonly<Record<string, string>> = { ...envFromExample(), SEED_SCALE: '0.2' };
const compose = readComposeFile(composePath, env);
const stages = readStages(join(root, 'Dockerfile'));
const subgraphs = Object.keys(
  (parse(readFileSync(join(root, 'supergraph.yaml'), 'utf8')) as { subgraphs: Record<string, unknown> })
    .subgraphs,
);
const routerManifest = JSON.parse(readFileSync(join(root, 'router/package.json'), 'utf8')) as {
  nodeOptions: string[];
};
const rootManifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const everyService = Object.entries(compose.services);

/** What the build stage would come to: its commands, run on what the engine would be sent, but for the installation. */
function buildImages(source: string): void {
  sendContext(root, source);
  // Packages are those that are installed here; our own are those that were sent.
  mkdirSync(join(source, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    const from = join(root, 'node_modules', name);
    const to = join(source, 'node_modules', name);
    if (name === '@selvedge') cpSync(from, to, { recursive: true, verbatimSymlinks: true });
    else symlinkSync(from, to);
  }
  const commands = instructionsOf(stages, 'build').filter(({ keyword }) => keyword === 'RUN');
  const [build = '', licences = ''] = commands
    .map(({ text }) => text)
    .filter((text) => !text.includes('npm ci'));
  execFileSync('/bin/sh', ['-c', build], { cwd: source });
  execFileSync('/bin/sh', ['-c', licences.replace(' > ', ` > ${source}/`)], { cwd: root });
}

function serviceOf(name: string): ComposeService {
  const service = compose.services[name];
  if (service === undefined) throw new Error(`expected docker-compose.yml to have ${name} but it has not`);
  return service;
}

function has(program: string, ...args: string[]): boolean {
  const isThere = spawnSync(program, args).status === 0;
  if (!isThere)
    process.stderr.write(`There is no ${program} here, so a part of the deployment is not tried.\n`);
  return isThere;
}

describe('docker-compose.yml', () => {
  it('has every subgraph of supergraph.yaml, with a store, and a router that finds it', () => {
    const { override_subgraph_url: urls } = parse(readFileSync(routerConfig, 'utf8')) as {
      override_subgraph_url: Record<string, string>;
    };
    expect(Object.keys(urls)).toEqual(subgraphs);
    expect(serviceOf('provision').environment?.['STORES']?.split(' ')).toEqual(subgraphs);
    for (const name of subgraphs) {
      const { environment = {}, build } = serviceOf(name);
      const password = env[`${name.toUpperCase()}_DB_PASSWORD`] ?? '';
      expect(password).not.toBe('');
      const store = `selvedge_${name}`;
      expect(environment['DATABASE_URL']).toBe(`postgres://${store}:${password}@postgres:5432/${store}`);
      expect(urls[name]).toBe(`http://${name}:${environment['PORT'] ?? ''}/graphql`);
      expect(build).toEqual({ context: '.', target: 'subgraph', args: { SUBGRAPH: name } });
    }
  });

  it('gives each store a password of its own, and takes every password from the environment', () => {
    const passwords = Object.entries(env).filter(([name]) => name.endsWith('PASSWORD'));
    expect(passwords).toHaveLength(subgraphs.length + 2);
    expect(new Set(passwords.map(([, value]) => value)).size).toBe(passwords.length);
    const withoutPasswords = Object.fromEntries(
      Object.entries(env).filter(([name]) => !name.endsWith('PASSWORD')),
    );
    expect(() => readComposeFile(composePath, withoutPasswords)).toThrow(/PASSWORD: set it in \.env/);
    expect(envExample).not.toMatch(/^\w*PASSWORD=./m);
  });

  it('takes from .env what .env.example explains, and nothing else', () => {
    expect([...variablesOf(readFileSync(composePath, 'utf8'))].sort()).toEqual(
      Object.keys(parseEnvFile(envExample)).sort(),
    );
  });

  it('tells each process that it is in production and where to listen', () => {
    for (const name of [...subgraphs, 'router']) {
      expect(serviceOf(name).environment).toMatchObject({
        NODE_ENV: 'production',
        HOST: '0.0.0.0',
        PORT: '4000',
      });
      expect(serviceOf(name).environment).not.toHaveProperty('SELVEDGE_TOKEN_KEY');
    }
  });

  it.each(everyService)('keeps %s small in what it may do', (name, service) => {
    expect(service.user).toMatch(/^(node|postgres|redis)$/);
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      logging: { driver: 'local' },
      restart: name === 'provision' ? 'on-failure:5' : 'unless-stopped',
      deploy: {
        resources: { limits: { cpus: expect.any(String) as string, memory: expect.any(String) as string } },
      },
    });
    expect(service.healthcheck === undefined).toBe(name === 'provision');
  });

  it.each(everyService)('runs an image of a known version as %s', (_name, { image, build }) => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    if (build === undefined) expect(image).toMatch(/^[a-z]+:\d[\w.]*-alpine$/);
    else expect(image.split(':')[1]).toBe(version);
  });

  it('starts each service after what it cannot do without', () => {
    for (const [name, { depends_on: dependencies = {} }] of everyService) {
      for (const [needed, { condition }] of Object.entries(dependencies)) {
        const { healthcheck } = serviceOf(needed);
        if (condition === 'service_healthy') expect(healthcheck, `${name} on ${needed}`).toBeDefined();
        if (condition === 'service_completed_successfully') expect(needed).toBe('provision');
      }
    }
    for (const name of subgraphs) expect(serviceOf(name).depends_on).toHaveProperty('provision');
  });

  it('lets only subgraphs reach PostgreSQL, only the router reach Redis, and only the router be reached', () => {
    const neighbours = (name: string): string[] =>
      everyService
        .filter(([other, { networks }]) => {
          const shared = networks.some((network) => serviceOf(name).networks.includes(network));
          return other !== name && shared;
        })
        .map(([other]) => other);
    expect(neighbours('postgres').sort()).toEqual(['provision', ...subgraphs].sort());
    expect(neighbours('redis')).toEqual(['router']);
    expect(everyService.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual([
      'router',
    ]);
    const open = Object.entries(compose.networks).filter(([, network]) => network.internal !== true);
    expect(open.map(([network]) => network)).toEqual(['edge']);
    expect(everyService.filter(([, { networks }]) => networks.includes('edge'))).toHaveLength(1);
  });

  it('mounts files that exist', () => {
    for (const [, { configs = [] }] of everyService)
      for (const { source } of configs) expect(compose.configs[source]).toBeDefined();
    for (const { file } of Object.values(compose.configs))
      expect(existsSync(join(root, file)), file).toBe(true);
  });

  // The client of Docker loads stacks without an engine: the same keys, but for `name` and a list in `depends_on`.
  if (has('docker', '--version')) {
    it("is read by Docker's own loader, which refuses unknown keys", () => {
      const stack = Object.fromEntries(Object.entries(compose).filter(([key]) => !/^(name$|x-)/.test(key)));
      const services = Object.fromEntries(
        everyService.map(([name, service]) => {
          const { depends_on: dependencies, ...rest } = service;
          return [name, { ...rest, ...(dependencies && { depends_on: Object.keys(dependencies) }) }];
        }),
      );
      const load = (change: object): string =>
        execFileSync('docker', ['stack', 'config', '--compose-file', '-'], {
          cwd: root,
          encoding: 'utf8',
          // A dollar that is left would be taken for a variable.
          input: stringify({ ...stack, services, ...change }, { aliasDuplicateObjects: false }).replaceAll(
            '$',
            '$$$$',
          ),
          stdio: ['pipe', 'pipe', 'pipe'],
        });
      const loaded = parse(load({})) as { services: object };
      expect(Object.keys(loaded.services).sort()).toEqual(Object.keys(compose.services).sort());
      expect(() => load({ services: { ...services, router: { imaeg: 'x' } } })).toThrow(/imaeg/);
    });
  }
});

it('starts the router with the options of Node that its package.json has, wherever it is started', () => {
  const { nodeOptions } = routerManifest;
  expect(nodeOptions).not.toEqual([]);
  expect(serviceOf('router').command?.slice(0, nodeOptions.length + 2)).toEqual([
    'node',
    ...nodeOptions,
    'dist/main.js',
  ]);
  expect(rootManifest.scripts['router']).toBe(
    `exec node ${nodeOptions.join(' ')} scripts/bootstrap.mjs router`,
  );
});

describe('Dockerfile', () => {
  it('builds in stages, each on an image of a known version or on an earlier stage', () => {
    const names = stages.map(({ name }) => name);
    expect(names).toEqual(['manifests', 'build', 'runtime', 'subgraph', 'router']);
    for (const [index, { base }] of stages.entries())
      expect(names.slice(0, index).includes(base) || base === 'node:20-alpine', base).toBe(true);
  });

  it.each(['subgraph', 'router'])(
    'ends %s as an ordinary user in production, with no package manager at work',
    (target) => {
      const instructions = instructionsOf(stages, target);
      expect(lastOf(instructions, 'USER')).toBe('node');
      expect(lastOf(instructions, 'ENV')).toBe('NODE_ENV=production');
      const options = target === 'router' ? routerManifest.nodeOptions : [];
      expect(JSON.parse(lastOf(instructions, 'CMD') ?? '')).toEqual(['node', ...options, 'dist/main.js']);
      expect(instructions.filter(({ keyword }) => keyword === 'RUN')).toEqual([]);
    },
  );

  it('sends no secret, no history and nothing built to the engine', () => {
    const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    for (const path of ['.env*', '.git', '.selvedge', '**/node_modules', '**/dist'])
      expect(ignored).toContain(path);
  });
});

describe('the containers, run without Docker', () => {
  let folder: string;
  let postgres: EmbeddedPostgres;
  const running = new Map<string, RunningContainer>();
  const ports = new Map<string, number>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'selvedge-deployment-'));
    buildImages(join(folder, 'src'));
    // A server of its own: the names of roles are those of the compose file.
    postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable: false });
    for (const name of [...subgraphs, 'router', 'redis']) ports.set(name, await freePort());
  });
  afterAll(async () => {
    await Promise.all([...running.values()].map((container) => container.stop()));
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function portOf(name: string): string {
    return String(ports.get(name) ?? postgres.port);
  }

  /** Every `service:port` of the compose network as an address of this machine. */
  function reachable(text: string): string {
    return text.replaceAll(
      /\b([a-z]+):(4000|5432|6379)\b/g,
      (_match, name: string) => `127.0.0.1:${portOf(name)}`,
    );
  }

  async function provision(change: Record<string, string> = {}): Promise<string> {
    const { environment, entrypoint } = serviceOf('provision');
    const [shell = '', script = ''] = entrypoint ?? [];
    expect(script).toBe(serviceOf('provision').configs?.[0]?.target);
    const admin = new URL(postgres.url);
    const { stdout } = await promisify(execFile)(shell, [provisionScript], {
      env: {
        ...environment,
        PATH: process.env['PATH'],
        PGHOST: '127.0.0.1',
        PGPORT: admin.port,
        PGUSER: admin.username,
        PGPASSWORD: admin.password,
        ...change,
      },
    });
    return stdout;
  }

  async function startNode(name: string): Promise<RunningContainer> {
    const service = serviceOf(name);
    const image = instructionsOf(stages, service.build?.target ?? '');
    const at = join(folder, name);
    layOut(copiesOf(image, service.build?.args ?? {}), join(folder, 'src'), at);
    for (const { source, target } of service.configs ?? []) {
      mkdirSync(join(at, 'etc/selvedge'), { recursive: true });
      cpSync(join(root, compose.configs[source]?.file ?? ''), join(at, target));
    }
    if (name === 'router') {
      const config = join(at, 'etc/selvedge/router.yaml');
      writeFileSync(config, reachable(readFileSync(config, 'utf8')));
    }
    const before = readdirSync(at, { recursive: true }).length;
    const ofImage = JSON.parse(lastOf(image, 'CMD') ?? '[]') as string[];
    const container = run({
      folder: at,
      command: (service.command ?? ofImage).map((word) => word.replace(/^\/etc\//, `${at}/etc/`)),
      environment: {
        ...Object.fromEntries(
          Object.entries(service.environment ?? {}).map(([key, value]) => [key, reachable(value)]),
        ),
        HOST: '127.0.0.1',
        PORT: portOf(name),
      },
      healthcheck: (service.healthcheck?.test ?? []).map((word) =>
        word.replace(':4000/', `:${portOf(name)}/`),
      ),
    });
    running.set(name, container);
    await container.healthy();
    expect(readdirSync(at, { recursive: true }), `${name} must not write`).toHaveLength(before);
    expect(readdirSync(at)).not.toContain('node_modules');
    return container;
  }

  async function canConnect(role: string, database: string): Promise<boolean> {
    const password = env[`${role.toUpperCase()}_DB_PASSWORD`] ?? '';
    const url = `postgres://selvedge_${role}:${password}@127.0.0.1:${postgres.port}/selvedge_${database}`;
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end();
    }
  }

  if (has('psql', '--version')) {
    it('makes the stores with deploy/provision.sh, twice at once and again, each for its own role only', async () => {
      await Promise.all([provision(), provision()]);
      expect((await provision()).trim().split('\n')).toHaveLength(subgraphs.length);
      for (const role of subgraphs) {
        for (const database of subgraphs) {
          expect(await canConnect(role, database), `${role} in ${database}`).toBe(role === database);
        }
      }
      // What provisionStore meets there, it takes for its own.
      const store = { database: 'selvedge_orders', role: 'selvedge_orders' };
      await provisionStore(postgres.url, { ...store, password: env['ORDERS_DB_PASSWORD'] ?? '' });
    });

    it.each([
      [{ ORDERS_DB_PASSWORD: '' }, /expected ORDERS_DB_PASSWORD to hold/],
      [{ ORDERS_DB_PASSWORD: "it's a very long one" }, /expected ORDERS_DB_PASSWORD to be of letters/],
      [{ ORDERS_DB_PASSWORD: 'short' }, /expected ORDERS_DB_PASSWORD to have at least 16/],
    ])('refuses %j before it makes anything', async (change, message) => {
      const error: unknown = await provision(change).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ stderr: expect.stringMatching(message) as string, stdout: '' });
      expect(await canConnect('orders', 'orders')).toBe(true);
    });

    it("leaves alone a role that is somebody else's", async () => {
      const admin = new Client({ connectionString: postgres.url });
      await admin.connect();
      await admin.query("CREATE ROLE selvedge_theirs LOGIN PASSWORD 'theirs'");
      await admin.end();
      const change = { STORES: 'theirs', THEIRS_DB_PASSWORD: 'x'.repeat(20) };
      await expect(provision(change)).rejects.toThrow(/somebody else's/);
    });
  } else {
    beforeAll(async () => {
      for (const name of subgraphs) {
        const store = { database: `selvedge_${name}`, role: `selvedge_${name}` };
        await provisionStore(postgres.url, {
          ...store,
          password: env[`${name.toUpperCase()}_DB_PASSWORD`] ?? '',
        });
      }
    });
  }

  it("carry their packages' licences, the Elastic one among them", () => {
    const licences = readFileSync(join(folder, 'src/THIRD-PARTY-LICENSES.txt'), 'utf8');
    const packages = Array.from(
      licences.matchAll(/^===== node_modules\/(.*)\/LICENSE$/gm),
      ([, name]) => name,
    );
    expect(packages).toEqual(
      expect.arrayContaining(['@apollo/gateway', '@apollo/query-planner', 'graphql', 'undici']),
    );
    expect(licences.includes('\nElastic License 2.0\n')).toBe(true);
  });

  it('become healthy from what their images hold, and answer across services', async () => {
    if (has('redis-server', '--version')) {
      const { command = [], healthcheck, environment = {} } = serviceOf('redis');
      const container = run({
        folder,
        command: [...command, '--port', portOf('redis'), '--bind', '127.0.0.1'],
        environment,
        healthcheck: (healthcheck?.test ?? []).map((word) =>
          word.replace('redis-cli', `redis-cli -p ${portOf('redis')}`),
        ),
      });
      running.set('redis', container);
      await container.healthy();
    }
    await Promise.all(subgraphs.map(startNode));
    const router = await startNode('router');

    const post = async (query: string): Promise<unknown> => {
      const response = await fetch(`http://127.0.0.1:${portOf('router')}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer of.no.consequence' },
        body: JSON.stringify({ query }),
      });
      return response.json();
    };
    expect(
      await post('{ recentReviews(first: 1) { nodes { author { memberSince } product { name inStock } } } }'),
    ).toEqual({
      data: {
        recentReviews: {
          nodes: [
            {
              author: { memberSince: expect.stringMatching(/^\d{4}-/) as string },
              product: { name: expect.any(String) as string, inStock: expect.any(Boolean) as boolean },
            },
          ],
        },
      },
    });
    expect(await post('{ __schema { queryType { name } } }')).toMatchObject({ errors: [{}] });
    // Until there is real authentication, nobody is anybody in production.
    expect(await post('mutation { deleteReview(id: "1001") { deletedId } }')).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(router.log()).not.toMatch(/"level":50|Redis/i);
  });

  it('stop by themselves when told to', async () => {
    const names = [...subgraphs, 'router'];
    const codes = await Promise.all(
      names.flatMap((name) => running.get(name) ?? []).map((container) => container.stop()),
    );
    expect(codes).toEqual(names.map(() => 0));
  });
});
