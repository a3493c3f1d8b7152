// What a subgraph's `main.ts` calls: one process, one command, told by its arguments and its environment.
import { configFrom, environmentHelp, type SubgraphConfig } from './server/config.js';
import { processLog } from './server/log.js';
import { onceAskedToStop, tellParent } from './server/parent.js';
import { startSubgraph, type SubgraphDefinition } from './start-subgraph.js';
import { migrate, revert } from './store/migrate.js';
import { seedOnce } from './store/seed.js';
import { Store } from './store/store.js';

/**
 * Runs the command that the process was started with: `serve` (unless told), `migrate`, `revert [n]`, `seed`, `--help`.
 * What keeps it from running is told in one sentence on stderr and to the parent, and the process ends with exit code 1.
 */
export async function runSubgraph(definition: SubgraphDefinition): Promise<void> {
  try {
    await run(definition, process.argv.slice(2));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tellParent({ type: 'failed', message });
    process.stderr.write(`${definition.name}: ${message}\n`);
    process.exitCode = 1;
    // The channel to the parent would keep a failed process alive.
    if (process.connected) process.disconnect();
  }
}

async function run(
  definition: SubgraphDefinition,
  [command = 'serve', argument]: readonly string[],
): Promise<void> {
  switch (command) {
    case 'serve':
      return serve(definition, configFrom(process.env));
    case 'migrate':
      return withStore(definition, async (store) => {
        const names = await migrate(store);
        say(names.length === 0 ? 'nothing to migrate' : `migrated: ${names.join(', ')}`);
      });
    case 'revert': {
      const count = argument === undefined ? 1 : Number(argument);
      if (!Number.isInteger(count) || count < 1)
        throw new Error(`expected \`revert [n]\` with n of at least 1 but got "${argument ?? ''}"`);
      return withStore(definition, async (store) => {
        const names = await revert(store, count);
        say(names.length === 0 ? 'nothing to revert' : `reverted: ${names.join(', ')}`);
      });
    }
    case 'seed':
      return withStore(definition, async (store, { seedScale }) => {
        const { seed } = definition.store;
        if (seed === undefined) throw new Error('expected a subgraph with a seed but got one without');
        const didSeed = await seedOnce(store, seed, seedScale === 0 ? 1 : seedScale, (what, done, total) => {
          say(`${what}: ${done} of ${total}`);
        });
        say(didSeed ? 'seeded' : 'seeded before');
      });
    case '--help':
    case '-h':
      say(
        `${definition.name}, a subgraph\n\nCommands: serve (default), migrate, revert [n], seed\n\n${environmentHelp}`,
      );
      return;
    default:
      throw new Error(`expected serve, migrate, revert, seed or --help but got "${command}"`);
  }
}

async function serve(definition: SubgraphDefinition, config: SubgraphConfig): Promise<void> {
  const log = processLog(definition.name, config.logLevel);
  process.on('unhandledRejection', (error) => {
    log.error({ err: error }, 'unhandled rejection');
  });
  const subgraph = await startSubgraph(definition, config, {
    log,
    onProgress: (text) => {
      tellParent({ type: 'progress', text });
    },
  });
  onceAskedToStop((reason) => {
    log.info({ reason }, 'stopping');
    void subgraph.stop().finally(() => process.exit());
  });
  log.info({ url: subgraph.url }, 'listening');
  tellParent({ type: 'listening', url: subgraph.url });
  try {
    await subgraph.ready;
  } catch (error) {
    // Who was asked to stop while it waited for its store has left before this returns.
    await subgraph.stop();
    throw error;
  }
  log.info('ready');
  tellParent({ type: 'ready' });
}

async function withStore(
  definition: SubgraphDefinition,
  work: (store: Store, config: SubgraphConfig) => Promise<void>,
): Promise<void> {
  const config = configFrom(process.env);
  const store = new Store({ ...definition.store, url: config.databaseUrl });
  try {
    await store.open();
    await work(store, config);
  } finally {
    await store.close();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
