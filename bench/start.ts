// How long a person waits after `npm start`, and what the running system holds in memory. Cold: dependencies installed, nothing
// built, no data; warm: built, with data. Each is measured from the start of npm to the first answer that three services gave together.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rounds = 3;
const patience = 120_000;
const query = '{ products(first: 1) { nodes { name averageRating totalAvailable } } }';

interface RunningSystem {
  /** Milliseconds from the start of npm to the first whole answer. */
  readonly firstAnswer: number;
  readonly npmPid: number;
  stop(): Promise<void>;
}

interface ProcessMemory {
  readonly name: string;
  /** Kilobytes; the shared ones are counted in full in every process that maps them. */
  readonly resident: number;
  /** Kilobytes; shared ones are divided among those that map them. Undefined where the kernel does not tell. */
  readonly proportional: number | undefined;
}

const times: Record<'cold' | 'warm', number[]> = { cold: [], warm: [] };
let memory: ProcessMemory[] = [];
for (let round = 0; round < rounds; round++) {
  const state = mkdtempSync('/var/tmp/selvedge-bench-');
  // PostgreSQL's user has to reach its data, or it would lie elsewhere and outlive this.
  chmodSync(state, 0o755);
  try {
    removeBuilds();
    const cold = await startSystem(state);
    times.cold.push(cold.firstAnswer);
    await cold.stop();
    const warm = await startSystem(state);
    times.warm.push(warm.firstAnswer);
    if (round === rounds - 1) {
      // Collectors and caches come to rest.
      await sleep(10_000);
      memory = memoryOfSystem(warm.npmPid, state);
    }
    await warm.stop();
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}
report();

/** Runs `npm start` on the state folder and resolves at the first federated answer. */
async function startSystem(state: string): Promise<RunningSystem> {
  const port = await freePort();
  const began = performance.now();
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('npm_') && name !== 'DATABASE_URL',
  );
  const npm = spawn('npm', ['start', '--', '--open-less'], {
    cwd: root,
    env: { ...Object.fromEntries(inherited), PORT: String(port), SELVEDGE_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(npm, 'exit');
  while (!(await answers(port))) {
    if (npm.exitCode !== null || performance.now() - began > patience) {
      npm.kill('SIGTERM');
      throw new Error(`npm start gave no answer:\n${output}`);
    }
    await sleep(10);
  }
  const firstAnswer = performance.now() - began;
  // What comes after the first answer (a cold explorer) would be work in the next measurement.
  while (!output.includes('Ctrl-C stops everything')) await sleep(50);
  return {
    firstAnswer,
    npmPid: npm.pid ?? 0,
    stop: async () => {
      npm.kill('SIGTERM');
      await ended;
      // npm does not wait for what its shell started.
      while (existsSync(join(state, 'start.lock'))) await sleep(20);
    },
  };
}

/** Whether the router gives a whole answer: every field of three subgraphs, and no error. */
async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const body = (await response.json()) as {
      data?: { products?: { nodes?: { totalAvailable: number | null }[] } };
      errors?: unknown;
    };
    return body.errors === undefined && typeof body.data?.products?.nodes?.[0]?.totalAvailable === 'number';
  } catch {
    return false;
  }
}

function removeBuilds(): void {
  const subgraphs = readdirSync(join(root, 'subgraphs')).map((name) => join('subgraphs', name));
  for (const folder of ['packages/cli', 'router', ...subgraphs]) {
    rmSync(join(root, folder, 'dist'), { recursive: true, force: true });
  }
}

/** npm's tree, and the PostgreSQL of the state folder, which is a tree of its own. */
function memoryOfSystem(npmPid: number, state: string): ProcessMemory[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => describeProcess(Number(pid)));
  const chosen = new Set([npmPid]);
  for (const { pid, command } of processes) if (command.includes(`${state}/postgres `)) chosen.add(pid);
  for (let size = 0; size !== chosen.size;) {
    size = chosen.size;
    for (const { pid, parent } of processes) if (chosen.has(parent)) chosen.add(pid);
  }
  return processes.filter(({ pid }) => chosen.has(pid)).map(({ pid, command }) => memoryOf(pid, command));
}

function describeProcess(pid: number): { pid: number; parent: number; command: string }[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parentPid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return [];
    const parent = Number(parentPid);
    return [{ pid, parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
  } catch {
    // It ended between the listing and the look.
    return [];
  }
}

function memoryOf(pid: number, command: string): ProcessMemory {
  const kilobytes = (file: string, key: string): number | undefined => {
    try {
      const found = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(
        readFileSync(`/proc/${pid}/${file}`, 'utf8'),
      );
      return found === null ? undefined : Number(found[1]);
    } catch {
      return undefined;
    }
  };
  return {
    name: nameOf(command),
    resident: kilobytes('status', 'VmRSS') ?? 0,
    proportional: kilobytes('smaps_rollup', 'Pss'),
  };
}

function nameOf(command: string): string {
  if (command.includes('postgres')) return 'PostgreSQL';
  const service = /(?:subgraphs\/)?(\w+)\/dist\/main\.js/.exec(command)?.[1];
  return service ?? (command.includes('bootstrap.mjs') ? 'npm start' : 'npm');
}

function report(): void {
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
  console.log('From `npm start` to the first federated answer');
  for (const kind of ['cold', 'warm'] as const) {
    const sorted = times[kind].toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    console.log(`  ${kind}  median ${seconds(median)}  (${sorted.map(seconds).join(', ')})`);
  }
  if (memory.length === 0) return;
  console.log('\nMemory at rest          processes   resident   proportional');
  for (const name of new Set(memory.map((each) => each.name))) {
    printMemory(
      name,
      memory.filter((each) => each.name === name),
    );
  }
  printMemory('all', memory);
}

function printMemory(name: string, members: readonly ProcessMemory[]): void {
  console.log(`  ${name.padEnd(20)} ${String(members.length).padStart(9)} ${sum(members)}`);
}

function sum(members: readonly ProcessMemory[]): string {
  const megabytes = (kilobytes: number): string => `${(kilobytes / 1024).toFixed(0)} MB`;
  const resident = members.reduce((total, each) => total + each.resident, 0);
  const known = members.every(({ proportional }) => proportional !== undefined);
  const proportional = members.reduce((total, each) => total + (each.proportional ?? 0), 0);
  return `${megabytes(resident).padStart(10)} ${(known ? megabytes(proportional) : 'unknown').padStart(14)}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}
