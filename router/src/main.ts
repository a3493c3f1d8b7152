/**
 * The router as a process: arguments, environment, files, signals and the parent's channel. All that a request meets is
 * in router.ts; how several processes are one router is in workers/.
 */
import { fileURLToPath } from 'node:url';
import { pino, type Logger } from 'pino';
import manifest from '../package.json' with { type: 'json' };
import { readArguments, StartError, usage, variable, type Arguments } from './arguments.js';
import { ConfigError, parseConfig, readConfigText } from './config/load.js';
import type { RouterConfig } from './config/schema.js';
import { startRouter, type RouterOptions } from './router.js';
import { chooseManager } from './supergraph/choose-manager.js';
import { SupergraphError } from './supergraph/features.js';
import { openSource, type SupergraphSource } from './supergraph/supergraph-source.js';
import { startMetricsServer } from './telemetry/metrics-server.js';
import { WorkerInvalidations } from './workers/invalidations.js';
import { workerVariable } from './workers/messages.js';
import { startPrimary, type Primary } from './workers/primary.js';
import { serveAsWorker } from './workers/worker.js';
import { StartRefused, WorkerEnded } from './workers/worker-process.js';

// Belt and braces: nothing that we run reads it, but no package of Apollo's may ever call out from here.
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';

/** What takes a changed supergraph, and what ends: the router of this process, or that of its workers. */
type Running = Pick<Primary, 'url' | 'replaceSupergraph' | 'close'>;

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2), process.env);
  if (args === 'help') {
    process.stdout.write(usage);
    return;
  }
  const worker = process.env[workerVariable];
  // Synchronously: pino's asynchronous default flushes on exit, and tries for ever where nobody reads the pipe any more.
  const log = pino(
    {
      level: process.env['LOG_LEVEL'] ?? 'info',
      base: worker === undefined ? null : { worker: Number(worker) },
    },
    pino.destination({ dest: 1, sync: true }),
  );
  surviveStrayErrors(log);
  if (worker !== undefined) {
    becomeWorker(args, log);
    return;
  }
  const configText = readConfigText(args.config);
  const config = readConfig(args, configText);
  // With workers as well: one manager, here in the primary, so that all workers serve the same.
  const source = await openSupergraph(args, config, log);
  const { sdl } = source;
  const router =
    args.workers === null
      ? await startRouter(routerOptions(args, config, sdl, log))
      : await startWorkers(args, args.workers, { config, configText, sdl, log });
  source.follow((changed) => router.replaceSupergraph(changed));
  stopWhenTold(router, source, log);
  log.info({ url: router.url }, 'listening');
  tellParent({ type: 'listening', url: router.url });
  tellParent({ type: 'ready' });
}

function readConfig(args: Arguments, text: string): RouterConfig {
  return parseConfig(text, process.env, args.config ?? 'the default configuration');
}

/** @throws StartError: whatever a manager throws, it is about what it asks, not about us */
async function openSupergraph(args: Arguments, config: RouterConfig, log: Logger): Promise<SupergraphSource> {
  const manager = await chooseManager(args, config, log);
  try {
    return await openSource(manager, { config, log });
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function addressOf({ host, port }: Arguments, config: RouterConfig) {
  const { listen } = config.supergraph;
  return { host: host ?? listen.host, port: port ?? listen.port };
}

function routerOptions(args: Arguments, config: RouterConfig, sdl: string, log: Logger): RouterOptions {
  return {
    sdl,
    config,
    ...addressOf(args, config),
    log,
    development: process.env['NODE_ENV'] !== 'production',
    explorerFolder: fileURLToPath(new URL('./explorer/', import.meta.url)),
    redisUrl: variable(process.env, 'REDIS_URL'),
  };
}

interface Start {
  readonly config: RouterConfig;
  readonly configText: string;
  readonly sdl: string;
  readonly log: Logger;
}

interface Started {
  readonly primary: Primary;
  readonly invalidations: WorkerInvalidations;
}

async function startWorkers(args: Arguments, workers: number, start: Start): Promise<Primary> {
  const { config, configText, sdl, log } = start;
  let crew: Started | null = null;
  process.on('SIGHUP', () => {
    log.info({ reason: 'SIGHUP' }, crew === null ? 'starting already' : 'restarting');
    if (crew === null) return;
    restart(crew, args, config, log).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ reason }, 'the new configuration is refused, the old workers stay');
    });
  });
  const primary = await startPrimary({
    workers,
    spec: {
      file: fileURLToPath(import.meta.url),
      args: process.argv.slice(2),
      execArgv: workerNodeOptions(),
    },
    ...addressOf(args, config),
    sdl,
    configText,
    requestTimeout: config.traffic_shaping.router.timeout,
    log,
    onHopeless() {
      log.fatal('no worker can serve, and none that replaces them');
      process.exit(1);
    },
  });
  await serveMetrics(primary, config, log);
  const redisUrl = variable(process.env, 'REDIS_URL');
  const invalidations = await WorkerInvalidations.open({ primary, config, redisUrl, sdl, log });
  crew = { primary, invalidations };
  return {
    ...primary,
    async replaceSupergraph(next) {
      await primary.replaceSupergraph(next);
      invalidations.sdl = next;
    },
    async close() {
      await invalidations.close();
      await primary.close();
    },
  };
}

/** One endpoint for all workers. */
async function serveMetrics(primary: Primary, config: RouterConfig, log: Logger): Promise<void> {
  const { enabled, listen, path } = config.telemetry.exporters.metrics.prometheus;
  if (!enabled) return;
  const { url } = await startMetricsServer({
    listen,
    path,
    metricsText: () => primary.collectMetrics(),
    onError(err) {
      log.error({ err }, 'the metrics could not be read');
    },
  });
  log.info({ url }, 'metrics of all workers');
}

/**
 * A larger young generation than Node's 16 MB: what a request makes dies before it is copied. Measured by bench:router on the
 * deep query with sharing off, CPU seconds per 1,000 requests on a busy machine, twice: 16 MB 5.4 and 4.7, 32 MB 3.6 and 3.9, 64 MB
 * 4.0 and 4.0 with 80 MB more memory. V8 reads it at its start only: `v8.setFlagsFromString` in main.ts leaves the new space at
 * 16 MB. So whoever starts a router has to say it, and all who do go by package.json.
 */
function workerNodeOptions(): string[] {
  const given = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''];
  if (given.some((option) => option.includes('semi-space-size'))) return process.execArgv;
  return [...manifest.nodeOptions, ...process.execArgv];
}

/** @throws ConfigError or StartError, before any worker hears of it */
async function restart(
  { primary, invalidations }: Started,
  args: Arguments,
  first: RouterConfig,
  log: Logger,
): Promise<void> {
  const configText = readConfigText(args.config);
  const config = readConfig(args, configText);
  invalidations.refuseOtherCache(config);
  const [old, asked] = [addressOf(args, first), addressOf(args, config)];
  if (old.host !== asked.host || old.port !== asked.port) {
    log.warn('`supergraph.listen` has changed; this takes effect when the whole router is started again');
  }
  if (await primary.restart(configText)) await invalidations.reconfigure(config);
}

function becomeWorker(args: Arguments, log: Logger): void {
  serveAsWorker({
    start: ({ sdl, configText }, connect) =>
      startRouter({
        ...routerOptions(args, readConfig(args, configText), sdl, log),
        connect,
        isOneOfSeveral: true,
      }),
    describeFailure: startFailure,
    log,
  });
}

function stopWhenTold(router: Running, source: SupergraphSource, log: Logger): void {
  let isStopping = false;
  const stop = (reason: string) => {
    if (isStopping) return;
    isStopping = true;
    log.info({ reason }, 'stopping');
    Promise.all([source.close(), router.close()]).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      stop(signal);
    });
  if (process.send === undefined) return;
  const parentIsGone = () => {
    stop('the parent has gone');
  };
  process.on('disconnect', parentIsGone);
  // It may have gone before anybody listened, while this process was still loading.
  if (!process.connected) setImmediate(parentIsGone);
}

/** One request's mistake must not be the end of all others; what got this far is logged with its stack. */
function surviveStrayErrors(log: Logger): void {
  process.on('unhandledRejection', (error) => {
    log.error({ err: error }, 'unhandled rejection');
  });
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
  });
}

function tellParent(message: Readonly<Record<string, unknown>>): void {
  // The parent may have gone in this very moment; its 'disconnect' is what we act on.
  process.send?.(message, undefined, undefined, () => undefined);
}

function startFailure(error: unknown): string {
  if (
    error instanceof ConfigError ||
    error instanceof SupergraphError ||
    error instanceof StartError ||
    error instanceof StartRefused ||
    error instanceof WorkerEnded
  ) {
    return error.message;
  }
  if (error instanceof Error && 'syscall' in error && error.syscall === 'listen') {
    return `cannot listen: ${error.message}; choose another address with --port and --host`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().catch((error: unknown) => {
  const message = startFailure(error);
  process.stderr.write(`router: ${message}\n`);
  if (process.send === undefined) process.exit(1);
  process.send({ type: 'failed', message }, undefined, undefined, () => process.exit(1));
});
