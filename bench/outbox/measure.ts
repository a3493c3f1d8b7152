// The run: each write at each number of clients, the two contestants in turn, round after round.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { progress } from '../measuring/figures.js';
import type { BenchPostgres } from '../measuring/postgres.js';
import { runPgbench, type PgbenchRun } from './pgbench.js';
import { contestants, insertSql, openStores, outboxRows, settle, urlOf, type Contestant } from './store.js';

export interface Plan {
  readonly rounds: number;
  /** Of one turn. */
  readonly seconds: number;
  /** Of the table at the beginning. */
  readonly rows: number;
  readonly clients: readonly number[];
}

export interface Turn extends PgbenchRun {
  /** Of the server's processes, with what it does in the background; null where the system does not tell. */
  readonly cpuSeconds: number | null;
}

export interface Measurement {
  readonly write: string;
  readonly clients: number;
  readonly turns: Readonly<Record<Contestant, readonly Turn[]>>;
}

const writes = ['insert', 'update'] as const;

export async function measure(plan: Plan): Promise<Measurement[]> {
  progress('filling the tables');
  const postgres = await openStores(plan.rows);
  try {
    const scripts = {
      insert: `\\set product random(0, 999)\n${oneLine(insertSql(':product'))};\n`,
      // The cheapest write that there is: of a column without an index, by key.
      update: `\\set id random(1, ${plan.rows})\n\\set note random(1, 1000000000)\nUPDATE reviews SET moderation_note = 'note ' || :note WHERE id = :id;\n`,
    };
    const measurements: Measurement[] = [];
    for (const write of writes) {
      const script = join(postgres.folder, `${write}.sql`);
      await writeFile(script, scripts[write]);
      for (const clients of plan.clients)
        measurements.push({
          write,
          clients,
          turns: await takeTurns(plan, postgres, { write, script, clients }),
        });
    }
    return measurements;
  } finally {
    progress('');
    await postgres.remove();
  }
}

async function takeTurns(
  { rounds, seconds }: Plan,
  postgres: BenchPostgres,
  { write, script, clients }: { readonly write: string; readonly script: string; readonly clients: number },
): Promise<Measurement['turns']> {
  const turns: Record<Contestant, Turn[]> = { plain: [], captured: [] };
  for (let round = 0; round < rounds; round += 1) {
    progress(`${write}, clients: ${clients}, round ${round + 1} of ${rounds}`);
    const inTurn = round % 2 === 0 ? contestants : contestants.toReversed();
    for (const contestant of inTurn) {
      await settle(postgres);
      const rowsBefore = await outboxRows(postgres, contestant);
      const before = postgres.cpuSeconds();
      const run = await runPgbench({
        url: urlOf(postgres, contestant),
        script,
        clients,
        seconds,
        // The same for both; another than before, or it would write again what is there already.
        seed: clients * 1_000 + round,
      });
      const after = postgres.cpuSeconds();
      checkCapture(contestant, run.transactions, (await outboxRows(postgres, contestant)) - rowsBefore);
      turns[contestant].push({
        ...run,
        cpuSeconds: before === null || after === null ? null : after - before,
      });
    }
  }
  return turns;
}

/** @throws where not every write has left its row: the figure would be of something else */
function checkCapture(contestant: Contestant, transactions: number, rows: number): void {
  const expected = contestant === 'captured' ? transactions : 0;
  // An update to what the note was already writes nothing.
  if (rows > expected || rows < expected - Math.ceil(expected / 1_000))
    throw new Error(`expected ${expected} rows in the outbox of ${contestant} but got ${rows}`);
}

/** pgbench takes a statement of several lines only where it is told that it ends with a semicolon, as it is here. */
function oneLine(sql: string): string {
  return sql.replace(/\s+/g, ' ');
}
