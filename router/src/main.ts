/**
 * The router as a process: arguments, environment, files, signals and the parent's channel. All that a request meets is
 * in router.ts.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pino, type Logger } from 'pino';
import { ConfigError, readConfig } from './config/load.js';
import { startRouter, type Router } from './router.js';
import { SupergraphError } from './supergraph/features.js';
import { followFile } from './supergraph/follow-file.js';

// Belt and braces: nothing that we run reads it, but no package of Apollo's may ever call out from here.
process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';

const usage = `Usage: node router/dist/main.js --supergraph FILE [--port N] [--host H] [--config router.yaml]

  --supergraph FILE  the composed supergraph (SDL); changes of the file are followed
  --port N           overrides PORT and supergraph.listen (default 4000; 0: any free port)
  --host H           overrides HOST and supergraph.listen (default 127.0.0.1)
  --config FILE      router.yaml; its keys are Apollo Router's, see docs/router.md
  --help             this text

Environment: PORT, HOST, REDIS_URL (shares persisted queries between routers), LOG_LEVEL (default info),
NODE_ENV=production (no introspection, no browser origins unless router.yaml says otherwise).
`;

/** What an operator can put right: one sentence, no stack trace. */
class StartError extends Error {}

interface Arguments {
  readonly supergraph: string;
  readonly config: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
}

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2), process.env);
  if (args === 'help') {
    process.stdout.write(usage);
    return;
  }
  // Synchronously: pino's asynchronous default flushes on exit, and tries for ever where nobody reads the pipe any more.
  const log = pino(
    { level: process.env['LOG_LEVEL'] ?? 'info', base: null },
    pino.destination({ dest: 1, sync: true }),
  );
  surviveStrayErrors(log);
  const config = readConfig(args.config, process.env);
  const path = resolve(args.supergraph);
  const sdl = readSupergraph(path);
  const { listen } = config.supergraph;
  const router = await startRouter({
    sdl,
    config,
    host: args.host ?? listen.host,
    port: args.port ?? listen.port,
    log,
    development: process.env['NODE_ENV'] !== 'production',
    explorerFolder: fileURLToPath(new URL('./explorer/', import.meta.url)),
    // An empty variable is how shells and compose files spell "not set".
    redisUrl: process.env['REDIS_URL'] === '' ? undefined : process.env['REDIS_URL'],
  });
  stopWhenTold(router, follow(path, sdl, router, log), log);
  log.info({ url: router.url }, 'listening');
  tellParent({ type: 'listening', url: router.url });
  tellParent({ type: 'ready' });
}

function readArguments(argv: string[], env: NodeJS.ProcessEnv): Arguments | 'help' {
  const { values } = parse(argv);
  if (values.help === true) return 'help';
  if (values.supergraph === undefined) {
    throw new StartError(`expected --supergraph FILE but it is missing\n\n${usage}`);
  }
  const port = values.port ?? (env['PORT'] === '' ? undefined : env['PORT']);
  return {
    supergraph: values.supergraph,
    config: values.config,
    host: values.host ?? (env['HOST'] === '' ? undefined : env['HOST']),
    port: port === undefined ? undefined : readPort(port),
  };
}

function parse(argv: string[]) {
  try {
    const text = { type: 'string' } as const;
    const options = {
      supergraph: text,
      port: text,
      host: text,
      config: text,
      help: { type: 'boolean' },
    } as const;
    return parseArgs({ args: argv, options });
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new StartError(`expected a port from 0 to 65535 but got ${JSON.stringify(text)}`);
}

function readSupergraph(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError(
      `expected a supergraph at ${path} but got: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

function follow(path: string, initial: string, router: Router, log: Logger) {
  return followFile({
    path,
    initial,
    async onText(text) {
      try {
        await router.replaceSupergraph(text);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        log.error({ reason }, 'the changed supergraph is refused, the old one stays');
      }
    },
    onUnreadable(error) {
      log.error({ err: error }, 'the supergraph file cannot be read, the one in use stays');
    },
  });
}

function stopWhenTold(router: Router, follower: { close(): void }, log: Logger): void {
  let isStopping = false;
  const stop = (reason: string) => {
    if (isStopping) return;
    isStopping = true;
    log.info({ reason }, 'stopping');
    follower.close();
    router.close().then(
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
  if (error instanceof ConfigError || error instanceof SupergraphError || error instanceof StartError) {
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
