// Whether memory stays bounded while operations change: our router as shipped, under load for minutes, with every fifth operation
// one that it has never seen. What a garbage collection leaves is sampled, and a straight line is laid through what comes after the
// caches have filled.
import { setTimeout as sleep } from 'node:timers/promises';
import { progress } from '../measuring/figures.js';
import { startServer, stopServer, type Server } from './measure.js';
import type { Stage } from './server-process.js';
import { bodyOf, deepQuery, listQuery, listSelections } from './workloads.js';

interface Sample {
  readonly minutes: number;
  readonly residentMb: number;
  readonly heapMb: number;
}

const concurrency = 20;
const samplesPerMinute = 6;
/** The part of the soak in which caches fill and the compiler works. */
const warmUpPart = 0.3;
/** Of the mean, over the whole time after the warm-up: less is noise. */
const allowedGrowth = 0.05;

/** Prints samples and the verdict; false where memory grew. */
export async function soak(minutes: number, stage: Stage): Promise<boolean> {
  const server = await startServer('shipped', stage, {
    forwardsHeaders: false,
    nodeOptions: ['--expose-gc'],
  });
  try {
    const load = keepLoading(server);
    const samples = await takeSamples(server, minutes);
    const requests = await load.stop();
    return report(samples, minutes, requests);
  } finally {
    await stopServer(server);
  }
}

function keepLoading({ clients }: Server): { stop(): Promise<number> } {
  let isOver = false;
  let sent = 0;
  const client = async (): Promise<void> => {
    while (!isOver) {
      sent += 1;
      await clients.post({ body: operation(sent) });
    }
  };
  const all = Promise.all(Array.from({ length: concurrency }, client));
  return {
    stop: async () => {
      isOver = true;
      await all;
      return sent;
    },
  };
}

/** The nth: mostly the lists in all selections and offsets, sometimes the deep one, and every fifth under a name of its own. */
function operation(nth: number): string {
  if (nth % 50 === 1) return bodyOf({ query: deepQuery, variables: {} });
  const query = listQuery(
    listSelections[(nth * 7) % listSelections.length] ?? {
      product: ['name'],
      inventory: [],
      review: [],
      author: [],
    },
  );
  const variables = { offset: (nth * 13) % 4_000 };
  return bodyOf({
    query: nth % 5 === 0 ? query.replace('query List', `query List${nth}`) : query,
    variables,
  });
}

async function takeSamples({ child }: Server, minutes: number): Promise<Sample[]> {
  const count = Math.max(10, Math.round(minutes * samplesPerMinute));
  const samples: Sample[] = [];
  for (let nth = 1; nth <= count; nth += 1) {
    await sleep((minutes * 60_000) / count);
    const { residentBytes, heapBytes } = await child.usage(true);
    const sample = {
      minutes: (nth / count) * minutes,
      residentMb: residentBytes / 1e6,
      heapMb: heapBytes / 1e6,
    };
    samples.push(sample);
    progress(`soak: ${line(sample)}`);
  }
  progress('');
  return samples;
}

function report(samples: readonly Sample[], minutes: number, requests: number): boolean {
  console.log(
    `\nsoak of the router as shipped, ${minutes} minutes, ${requests.toLocaleString('en')} requests, every fifth operation new`,
  );
  const step = Math.max(1, Math.floor(samples.length / 20));
  for (const [index, sample] of samples.entries())
    if (index % step === step - 1) console.log(`  ${line(sample)}`);
  const after = samples.slice(Math.floor(samples.length * warmUpPart));
  const verdicts = (['heapMb', 'residentMb'] as const).map((of) => {
    const grown = growth(after.map((sample) => sample[of]));
    const outcome = grown <= allowedGrowth ? 'met' : 'MISSED';
    const name = of === 'heapMb' ? 'heap' : 'resident';
    return {
      outcome,
      text: `${name} ${(grown * 100).toFixed(1)}%, at most ${allowedGrowth * 100}%: ${outcome}`,
    };
  });
  console.log(`growth after the first ${warmUpPart * 100}%: ${verdicts.map(({ text }) => text).join('; ')}`);
  return verdicts.every(({ outcome }) => outcome === 'met');
}

function line({ minutes, residentMb, heapMb }: Sample): string {
  return `${minutes.toFixed(1)} min: heap after collection ${heapMb.toFixed(1)} MB, resident ${residentMb.toFixed(0)} MB`;
}

/** How much a least-squares line rises from end to end, in parts of the mean. */
function growth(values: readonly number[]): number {
  const meanX = (values.length - 1) / 2;
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  let products = 0;
  let squares = 0;
  for (const [x, value] of values.entries()) {
    products += (x - meanX) * (value - mean);
    squares += (x - meanX) ** 2;
  }
  return ((products / squares) * (values.length - 1)) / mean;
}
