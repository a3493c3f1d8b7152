// A subgraph process takes everything from its environment; what is wrong with it is told at once and in one go.
import { z } from 'zod';

export interface SubgraphConfig {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly databaseUrl: string;
  readonly migrate: boolean;
  /** 0 for no seed. */
  readonly seedScale: number;
  /** The base64url key of development tokens; null where none are accepted. */
  readonly tokenKey: string | null;
  /** The path of a schema file to serve instead of the subgraph's own. */
  readonly schemaPath: string | null;
  readonly logLevel: string;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number('a port number').int().min(0).max(65_535).default(0),
  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: 'a URL like postgres://role:password@host:5432/database',
  }),
  MIGRATE: z.stringbool('true or false').default(true),
  SEED_SCALE: z.coerce.number('a number').min(0).default(0),
  SELVEDGE_TOKEN_KEY: z
    .string()
    .regex(/^[\w-]{43,}$/, 'a base64url key of at least 32 bytes')
    .optional(),
  SUBGRAPH_SCHEMA: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(logLevels, `one of ${logLevels.join(', ')}`).default('info'),
  NODE_ENV: z.string().optional(),
});

/** What `--help` prints of the environment. */
export const environmentHelp = `Environment:
  DATABASE_URL        the PostgreSQL store of this subgraph (required)
  HOST, PORT          where to listen; 127.0.0.1 and any free port unless told
  MIGRATE             whether to migrate at start; true unless told
  SEED_SCALE          1 seeds the small shop, 100 a hundred times that; 0 (no seed) unless told
  SELVEDGE_TOKEN_KEY  base64url key of development tokens; refused when NODE_ENV=production
  SUBGRAPH_SCHEMA     a schema file to serve instead of the subgraph's own
  LOG_LEVEL           ${logLevels.join(', ')}; info unless told`;

/** Throws one error that names every wrong variable. */
export function configFrom(env: NodeJS.ProcessEnv): SubgraphConfig {
  // An empty variable is how shells and compose files spell "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      const value =
        name === 'DATABASE_URL' || name === 'SELVEDGE_TOKEN_KEY'
          ? 'another value'
          : JSON.stringify(given[name]);
      return `${name}: expected ${message} but got ${given[name] === undefined ? 'nothing' : value}`;
    });
    throw new Error(problems.join('\n'));
  }
  const { data } = parsed;
  if (data.NODE_ENV === 'production' && data.SELVEDGE_TOKEN_KEY !== undefined) {
    throw new Error(
      'SELVEDGE_TOKEN_KEY: expected no development token key when NODE_ENV=production but got one',
    );
  }
  return {
    host: data.HOST,
    port: data.PORT,
    databaseUrl: data.DATABASE_URL,
    migrate: data.MIGRATE,
    seedScale: data.SEED_SCALE,
    tokenKey: data.SELVEDGE_TOKEN_KEY ?? null,
    schemaPath: data.SUBGRAPH_SCHEMA ?? null,
    logLevel: data.LOG_LEVEL,
  };
}
