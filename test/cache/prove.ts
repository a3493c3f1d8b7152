// npm run prove:cache [-- --seed N --minutes N --only FAULT,FAULT --variant ID --uncached]
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeThrowawayFolder, startEmbeddedPostgres } from '@selvedge/embedded';
import { faults } from './faults.js';
import { faultsNamed, run } from './run.js';
import { variants } from './variants.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '2' },
    only: { type: 'string' },
    variant: { type: 'string' },
    uncached: { type: 'boolean', default: false },
  },
});
const folder = await makeThrowawayFolder('prove');
const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), durable: false });
try {
  const outcome = await run({
    postgres: server.url,
    seed: Number(values.seed),
    seconds: Number(values.minutes) * 60,
    isCached: !values.uncached,
    variant: variants.find(({ id }) => id === values.variant) ?? null,
    faults:
      values.only === undefined ? faults : faultsNamed(values.only.split(',').filter((id) => id !== '')),
    say: (text) => {
      process.stdout.write(`${text}\n`);
    },
  });
  for (const example of outcome.examples) process.stdout.write(`${example}\n`);
  for (const [problem, count] of outcome.problems) process.stdout.write(`${count} × ${problem}\n`);
  const { examples: _, problems: __, ...counts } = outcome;
  process.stdout.write(`seed ${values.seed}: ${JSON.stringify(counts)}\n`);
} finally {
  await server.stop();
  for (const made of new Set([dirname(server.dataDir), folder]))
    await rm(made, { recursive: true, force: true });
}
