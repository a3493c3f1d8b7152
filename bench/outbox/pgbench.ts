// One run of pgbench, bounded, and what it says of it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface PgbenchOptions {
  /** Of the database, with its password. */
  readonly url: string;
  /** A file with the statements of one transaction. */
  readonly script: string;
  readonly clients: number;
  readonly seconds: number;
  /** Of its random numbers. */
  readonly seed: number;
}

export interface PgbenchRun {
  readonly transactions: number;
  /** Without the time that connecting took. */
  readonly perSecond: number;
  /** Milliseconds on average. */
  readonly latency: number;
}

/** @throws where a transaction failed, or it takes a minute longer than it was told to */
export async function runPgbench({
  url,
  script,
  clients,
  seconds,
  seed,
}: PgbenchOptions): Promise<PgbenchRun> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const args = ['-h', hostname, '-p', port, '-U', username, '-n', '-M', 'prepared', '-f', script];
  const size = ['-c', String(clients), '-j', String(Math.min(clients, 2)), '-T', String(seconds)];
  const running = promisify(execFile)(
    'pgbench',
    [...args, ...size, '--random-seed', String(seed), pathname.slice(1)],
    {
      env: { ...process.env, PGPASSWORD: decodeURIComponent(password), PGSSLMODE: 'disable' },
      timeout: (seconds + 60) * 1_000,
    },
  );
  const end = (): void => {
    running.child.kill();
  };
  process.once('exit', end);
  try {
    return read((await running).stdout);
  } finally {
    process.off('exit', end);
  }
}

function read(output: string): PgbenchRun {
  const figure = (pattern: RegExp): number => {
    const found = pattern.exec(output)?.[1];
    if (found === undefined)
      throw new Error(`expected pgbench to say ${pattern.source} but got ${output.slice(0, 500)}`);
    return Number(found);
  };
  const failed = figure(/^number of failed transactions: (\d+)/m);
  if (failed > 0) throw new Error(`expected no transaction to fail but got ${failed}`);
  const transactions = figure(/^number of transactions actually processed: (\d+)/m);
  // On a busy machine, connecting takes as long.
  if (transactions === 0) throw new Error('expected transactions but got none: give it more --seconds');
  return {
    transactions,
    perSecond: figure(/^tps = ([\d.]+)/m),
    latency: figure(/^latency average = ([\d.]+) ms/m),
  };
}
