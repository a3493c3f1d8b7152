/** What the process is told on its command line and in its environment. */
import { parseArgs } from 'node:util';
import { usableCpus } from './workers/cpus.js';

export const usage = `Usage: node router/dist/main.js [--supergraph FILE] [--port N] [--host H] [--config router.yaml] [--workers N|auto]

  --supergraph FILE  the composed supergraph (SDL); changes of the file are followed. Without it, router.yaml says where the
                     supergraph comes from (supergraph.introspect, supergraph.manager)
  --port N           overrides PORT and supergraph.listen (default 4000; 0: any free port)
  --host H           overrides HOST and supergraph.listen (default 127.0.0.1)
  --config FILE      router.yaml; its keys are Apollo Router's, see docs/router.md
  --workers N|auto   overrides WORKERS: so many processes behind one port, and one more that looks after them;
                     auto: one for each processor that there is. Without it, one process does everything.
                     SIGHUP then re-reads router.yaml and replaces the workers one by one
  --help             this text

Environment: PORT, HOST, WORKERS, REDIS_URL (shares persisted queries and the response cache between routers),
LOG_LEVEL (default info), NODE_ENV=production (no introspection, no browser origins unless router.yaml says otherwise).
`;

/** What an operator can put right: one sentence, no stack trace. */
export class StartError extends Error {}

export interface Arguments {
  readonly supergraph: string | undefined;
  readonly config: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** `null`: one process, which has none. */
  readonly workers: number | null;
}

/** @throws StartError */
export function readArguments(argv: string[], env: NodeJS.ProcessEnv): Arguments | 'help' {
  const { values } = parse(argv);
  if (values.help === true) return 'help';
  const port = values.port ?? variable(env, 'PORT');
  const workers = values.workers ?? variable(env, 'WORKERS');
  return {
    supergraph: values.supergraph,
    config: values.config,
    host: values.host ?? variable(env, 'HOST'),
    port: port === undefined ? undefined : readPort(port),
    workers: workers === undefined ? null : readWorkers(workers),
  };
}

/** An empty variable is how shells and compose files spell "not set". */
export function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name];
}

function parse(argv: string[]) {
  try {
    const text = { type: 'string' } as const;
    const options = {
      supergraph: text,
      port: text,
      host: text,
      config: text,
      workers: text,
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

function readWorkers(text: string): number {
  if (text === 'auto') return usableCpus();
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= 256) return count;
  throw new StartError(`expected --workers from 1 to 256, or auto, but got ${JSON.stringify(text)}`);
}
