// A subgraph process takes everything from its environment; what is wrong with it is told at once and in one go.
import { z } from 'zod';

/** What a subgraph process takes from its environment; `environmentHelp` names the variables. */
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
  /** Of the routers' cache, which is told of what is written to the store; null: nobody is told. */
  readonly cache: CacheOfRouters | null;
  /** Of pino, or `silent`. */
  readonly logLevel: string;
}

/** As in the routers' configuration. */
export interface CacheOfRouters {
  readonly redisUrl: string;
  readonly namespace: string;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** A number whose every fault is told in the same words. */
function number(expected: string, isValid: (value: number) => boolean): z.ZodType<number> {
  return z
    .string()
    .transform((text) => (text.trim() === '' ? NaN : Number(text)))
    .refine((value) => Number.isFinite(value) && isValid(value), expected);
}

const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: number(
    'a port number from 0 to 65535',
    (value) => Number.isInteger(value) && value >= 0 && value <= 65_535,
  ).default(0),
  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: 'a URL like postgres://role:password@host:5432/database',
  }),
  MIGRATE: z.stringbool('true or false').default(true),
  SEED_SCALE: number('a number of at least 0', (value) => value >= 0).default(0),
  SELVEDGE_TOKEN_KEY: z
    .string()
    .regex(/^[\w-]{43,}$/, 'a base64url key of at least 32 bytes')
    .optional(),
  SUBGRAPH_SCHEMA: z.string().min(1).optional(),
  REDIS_URL: z.string().min(1).optional(),
  CACHE_NAMESPACE: z.string().min(1).default('selvedge'),
  LOG_LEVEL: z.enum(logLevels, `one of ${logLevels.join(', ')}`).default('info'),
});

/** What `--help` prints of the environment. */
export const environmentHelp = `Environment:
  DATABASE_URL        the PostgreSQL store of this subgraph (required)
  HOST, PORT          where to listen; 127.0.0.1 and any free port unless told
  MIGRATE             whether to migrate at start; true unless told
  SEED_SCALE          1 seeds the small shop, 100 a hundred times that; 0 (no seed) unless told
  SELVEDGE_TOKEN_KEY  base64url key of development tokens; refused when NODE_ENV=production
  SUBGRAPH_SCHEMA     a schema file to serve instead of the subgraph's own
  REDIS_URL           the Redis of the routers' cache, to tell it of what is written past the routers
  CACHE_NAMESPACE     its namespace there; selvedge unless told
  LOG_LEVEL           ${logLevels.join(', ')}; info unless told`;

/** Throws one error that names every wrong variable, a line each; secrets are not repeated in it. */
export function configFrom(env: NodeJS.ProcessEnv): SubgraphConfig {
  // An empty variable is how shells and compose files spell "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => problemOf(issue, given));
  if (given['NODE_ENV'] === 'production' && given['SELVEDGE_TOKEN_KEY'] !== undefined) {
    problems.push(
      'SELVEDGE_TOKEN_KEY: expected no development token key when NODE_ENV=production but got one',
    );
  }
  if (!parsed.success || problems.length > 0) throw new Error(problems.join('\n'));
  const { data } = parsed;
  return {
    host: data.HOST,
    port: data.PORT,
    databaseUrl: data.DATABASE_URL,
    migrate: data.MIGRATE,
    seedScale: data.SEED_SCALE,
    tokenKey: data.SELVEDGE_TOKEN_KEY ?? null,
    schemaPath: data.SUBGRAPH_SCHEMA ?? null,
    cache:
      data.REDIS_URL === undefined ? null : { redisUrl: data.REDIS_URL, namespace: data.CACHE_NAMESPACE },
    logLevel: data.LOG_LEVEL,
  };
}

const secrets: ReadonlySet<string> = new Set(['DATABASE_URL', 'REDIS_URL', 'SELVEDGE_TOKEN_KEY']);

function problemOf({ path, message }: z.core.$ZodIssue, given: NodeJS.ProcessEnv): string {
  const name = String(path[0]);
  const value = given[name];
  const got = value === undefined ? 'nothing' : secrets.has(name) ? 'another value' : JSON.stringify(value);
  return `${name}: expected ${message} but got ${got}`;
}
