// `selvedge start` as a person types it: its flags, the environment variables behind them, and what each may be.
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { reportingFailures } from '../command-failure.js';
import { start, type StartOptions, type StartSource } from './start.js';

interface Flags {
  readonly port: number;
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  readonly seedScale: number;
  readonly state: string;
  readonly logLevel: string;
  readonly openLess?: true;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];

/** The `start` command for a checkout; `source` says how its services are built. */
export function startCommand(source: StartSource): Command {
  return new Command('start')
    .description('Start PostgreSQL, the subgraphs and the router on this machine, for development.')
    .addOption(
      new Option('--port <number>', 'where the router listens on 127.0.0.1; 0 takes any free port')
        .env('PORT')
        .default(4000)
        .argParser(parsePort),
    )
    .addOption(
      new Option(
        '--database-url <url>',
        'an existing PostgreSQL server to make the stores on, as a user who may create roles and databases; default: an embedded one',
      ).env('DATABASE_URL'),
    )
    .addOption(
      new Option('--redis-url <url>', "for the router's caches; default: in its own memory").env('REDIS_URL'),
    )
    .addOption(
      new Option(
        '--seed-scale <number>',
        'size of the shop that an empty store is filled with: 1 is 1,000 products and 5,000 reviews, 0 is nothing',
      )
        .env('SEED_SCALE')
        .default(1)
        .argParser(parseScale),
    )
    .addOption(
      new Option('--state <folder>', "for the stores' data, logs and passwords")
        .env('SELVEDGE_STATE')
        .default('.selvedge'),
    )
    .addOption(
      new Option('--log-level <level>', 'of the services')
        .env('LOG_LEVEL')
        .default('info')
        .choices(logLevels),
    )
    .addOption(new Option('--open-less', 'do not open the explorer in a browser'))
    .addHelpText(
      'after',
      '\nFlags win over environment variables. Ctrl-C stops everything; a second one forces it.',
    )
    .action(reportingFailures((flags: Flags) => start(optionsFrom(flags, source.projectRoot), source)));
}

function optionsFrom(flags: Flags, projectRoot: string): StartOptions {
  return {
    port: flags.port,
    databaseUrl: flags.databaseUrl === '' ? undefined : flags.databaseUrl,
    redisUrl: flags.redisUrl === '' ? undefined : flags.redisUrl,
    seedScale: flags.seedScale,
    stateFolder: resolve(projectRoot, flags.state),
    logLevel: flags.logLevel,
    openBrowser: flags.openLess !== true,
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError('Expected a whole number from 0 to 65535.');
  }
  return port;
}

function parseScale(text: string): number {
  const scale = Number(text);
  if (text.trim() === '' || !Number.isFinite(scale) || scale < 0) {
    throw new InvalidArgumentError('Expected a number of 0 or more.');
  }
  return scale;
}
