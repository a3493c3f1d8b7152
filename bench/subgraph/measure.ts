// The run: one PostgreSQL, every contestant up, each loaded for a while in turn, round after round. Between rounds the order is
// turned, so that whatever else the machine does hits all of them alike.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { Contestant } from './contestants.js';
import { Clients, type Load } from './load.js';
import type { ServerMessage } from './server-process.js';
import { openStore, type BenchStore } from './store.js';
import { requestBodies, requestWithAbsent, type Workload } from './workloads.js';

export interface Plan {
  readonly contestants: readonly Contestant[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  readonly seconds: { readonly warmUp: number; readonly round: number };
  /** Those that write a CPU profile to the working directory. */
  readonly profiled: readonly Contestant[];
}

/** One contestant's turn in one round. */
export interface Turn extends Load {
  /** Of the server's process, user and system. */
  readonly cpuSeconds: number;
}

export interface Measurement {
  readonly workload: Workload;
  readonly contestant: Contestant;
  readonly turns: readonly Turn[];
  readonly residentBytes: number;
}

export async function measure(plan: Plan): Promise<Measurement[]> {
  const store = await openStore();
  const servers: Server[] = [];
  try {
    for (const contestant of plan.contestants)
      servers.push(await startServer(contestant, store, plan.profiled.includes(contestant)));
    const measurements: Measurement[] = [];
    for (const workload of plan.workloads) {
      progress(`${workload.title}: answers are equal?`);
      const bodies = requestBodies(workload, store.authorIds);
      await checkAnswers(servers, [requestWithAbsent(workload, store.authorIds), ...bodies.slice(0, 2)]);
      measurements.push(...(await measureWorkload(plan, workload, bodies, servers)));
    }
    progress('');
    return measurements;
  } finally {
    await Promise.allSettled(servers.map((server) => server.stop()));
    await store.remove();
  }
}

async function measureWorkload(
  plan: Plan,
  workload: Workload,
  bodies: readonly string[],
  servers: readonly Server[],
): Promise<Measurement[]> {
  const { seconds } = plan;
  const lanes = [];
  for (const server of servers) {
    progress(`${workload.title}: warming up ${server.contestant}`);
    let rate = 0;
    for (let spent = 0, count = 16; spent < seconds.warmUp; count *= 2) {
      const load = await server.clients.load(bodies, count);
      spent += load.seconds;
      rate = load.requests / load.seconds;
    }
    lanes.push({ server, count: Math.max(16, Math.ceil(rate * seconds.round)), turns: new Array<Turn>() });
  }
  for (let round = 0; round < plan.rounds; round += 1) {
    progress(`${workload.title}: round ${round + 1} of ${plan.rounds}`);
    for (let turn = 0; turn < lanes.length; turn += 1) {
      const lane = lanes[(turn + round) % lanes.length];
      if (lane === undefined) continue;
      const before = await lane.server.usage();
      const load = await lane.server.clients.load(bodies, lane.count);
      const after = await lane.server.usage();
      lane.turns.push({ ...load, cpuSeconds: after.cpuSeconds - before.cpuSeconds });
    }
  }
  return Promise.all(
    lanes.map(async ({ server, turns }) => ({
      workload,
      contestant: server.contestant,
      turns,
      residentBytes: (await server.usage()).residentBytes,
    })),
  );
}

/** Throws where two contestants answer differently. */
async function checkAnswers(servers: readonly Server[], bodies: readonly string[]): Promise<void> {
  for (const body of bodies) {
    const answers = await Promise.all(
      servers.map(async ({ clients }) => JSON.parse(await clients.post(body)) as unknown),
    );
    servers.forEach(({ contestant }, index) => {
      if (isDeepStrictEqual(answers[index], answers[0])) return;
      const [expected, got] = [answers[0], answers[index]].map((answer) =>
        JSON.stringify(answer).slice(0, 500),
      );
      throw new Error(`expected all to answer ${expected ?? ''} but ${contestant} answered ${got ?? ''}`);
    });
  }
}

interface Server {
  readonly contestant: Contestant;
  readonly clients: Clients;
  usage(): Promise<Extract<ServerMessage, { type: 'usage' }>>;
  stop(): Promise<void>;
}

async function startServer(
  contestant: Contestant,
  { url, schemaPath }: BenchStore,
  isProfiled: boolean,
): Promise<Server> {
  const child = fork(process.argv[1] ?? '', [], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      BENCH_CONTESTANT: contestant,
      DATABASE_URL: url,
      SUBGRAPH_SCHEMA: schemaPath,
      MIGRATE: 'false',
      LOG_LEVEL: 'error',
    },
    execArgv: isProfiled ? ['--cpu-prof', `--cpu-prof-name=${contestant}.cpuprofile`] : [],
  });
  const listening = await nextMessage(child);
  if (listening.type !== 'listening') throw new Error(`expected ${contestant} to listen first`);
  const clients = new Clients(listening.url);
  return {
    contestant,
    clients,
    async usage() {
      child.send('usage');
      const usage = await nextMessage(child);
      if (usage.type !== 'usage') throw new Error(`expected ${contestant} to tell its CPU time`);
      return usage;
    },
    async stop() {
      await clients.end();
      const ended = child.exitCode === null ? once(child, 'exit') : undefined;
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

async function nextMessage(child: ChildProcess): Promise<ServerMessage> {
  const waiting = new AbortController();
  const [message] = (await Promise.race([
    once(child, 'message', { signal: waiting.signal }),
    once(child, 'exit', { signal: waiting.signal }).then(() => {
      throw new Error('a server ended before its time');
    }),
  ]).finally(() => {
    waiting.abort();
  })) as [ServerMessage];
  return message;
}

/** One line on a terminal, overwritten by the next; nothing elsewhere. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
