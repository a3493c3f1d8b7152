// The run: subgraphs and contestants up, each loaded for a while in turn, round after round.
import { isDeepStrictEqual } from 'node:util';
import { Clients, type Sent } from '../measuring/clients.js';
import { median, progress } from '../measuring/figures.js';
import { requestsOfTurn, takeTurns, warmUp, type Loaded, type Turn } from '../measuring/turns.js';
import type { Contestant } from './contestants.js';
import { startContestant, type Stage, type Subgraphs } from './server-process.js';
import type { Stats } from './subgraphs.js';
import { bodyOf, clientCount, type Workload } from './workloads.js';

export interface Plan {
  readonly contestants: readonly Contestant[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  readonly seconds: {
    /**
     * CPU time of the contestant, before its first workload and before each later one. A router runs for days: with 3 in place of 15,
     * a third of what was measured of ours was the compiler's work and code that it had not come to yet.
     */
    readonly firstWarmUp: number;
    readonly warmUp: number;
    /** CPU time as well. */
    readonly round: number;
    /** Time. */
    readonly latency: number;
  };
  /** Those that write a CPU profile to the working directory. */
  readonly profiled: readonly Contestant[];
}

export interface Measurement {
  readonly workload: Workload;
  readonly contestant: Contestant;
  readonly turns: readonly Turn[];
  /** Over all turns, of all subgraphs. */
  readonly asked: Asked;
  /** Subgraph requests for one request of each client, all at once. */
  readonly burstRequests: number;
  readonly residentBytes: number;
}

/** What subgraphs were asked per client request. */
export interface Asked {
  readonly requests: number;
  readonly operations: number;
  readonly representations: number;
}

export interface Server extends Loaded {
  readonly contestant: Contestant;
}

const bursts = 5;

export async function measure(plan: Plan, stage: Stage, subgraphs: Subgraphs): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const forwardsHeaders of [false, true]) {
    const workloads = plan.workloads.filter((workload) => workload.forwardsHeaders === forwardsHeaders);
    if (workloads.length === 0) continue;
    const servers = await startServers(plan, stage, forwardsHeaders, workloads);
    try {
      for (const workload of workloads) {
        const chosen = servers.filter(({ contestant }) => takesPart(contestant, workload));
        progress(`${workload.name}: answers are equal?`);
        await checkAnswers(chosen, workload);
        measurements.push(...(await measureWorkload(plan, workload, chosen, subgraphs)));
      }
    } finally {
      await Promise.allSettled(servers.map(stopServer));
    }
  }
  const order = plan.workloads;
  return measurements.toSorted((a, b) => order.indexOf(a.workload) - order.indexOf(b.workload));
}

/** What the clients of a workload send. */
export function sentIn({ requests }: Workload): Sent[] {
  return requests.map((request) => ({
    body: bodyOf(request),
    ...(request.authorization === undefined ? {} : { headers: { authorization: request.authorization } }),
  }));
}

export async function startServer(
  contestant: Contestant,
  stage: Stage,
  options: { readonly forwardsHeaders: boolean; readonly nodeOptions?: readonly string[] },
): Promise<Server> {
  const { child, url } = await startContestant(contestant, stage, options);
  return { contestant, child, clients: new Clients(url, clientCount) };
}

export async function stopServer({ child, clients }: Server): Promise<void> {
  await clients.end();
  await child.stop();
}

async function startServers(
  plan: Plan,
  stage: Stage,
  forwardsHeaders: boolean,
  workloads: readonly Workload[],
): Promise<Server[]> {
  const servers: Server[] = [];
  const chosen = plan.contestants.filter((name) => workloads.some((workload) => takesPart(name, workload)));
  try {
    for (const contestant of chosen) {
      progress(`starting ${contestant}`);
      const profile = `${contestant}${forwardsHeaders ? '-forwarding' : ''}.cpuprofile`;
      const nodeOptions = plan.profiled.includes(contestant)
        ? ['--cpu-prof', `--cpu-prof-name=${profile}`]
        : [];
      servers.push(await startServer(contestant, stage, { forwardsHeaders, nodeOptions }));
    }
    return servers;
  } catch (error) {
    await Promise.allSettled(servers.map(stopServer));
    throw error;
  }
}

function takesPart(contestant: Contestant, { hasConstants }: Workload): boolean {
  return hasConstants || !isConstant(contestant);
}

function isConstant(contestant: Contestant): boolean {
  return contestant === 'constant' || contestant === 'apollo-constant';
}

async function measureWorkload(
  plan: Plan,
  workload: Workload,
  servers: readonly Server[],
  subgraphs: Subgraphs,
): Promise<Measurement[]> {
  const sent = sentIn(workload);
  const lanes = [];
  for (const server of servers) {
    progress(`${workload.name}: warming up ${server.contestant}`);
    const isFirst = (await server.child.usage()).cpuSeconds < plan.seconds.firstWarmUp;
    const rate = await warmUp(server, sent, plan.seconds[isFirst ? 'firstWarmUp' : 'warmUp']);
    const count = requestsOfTurn(rate, plan.seconds.round, server);
    lanes.push({ server, count, turns: new Array<Turn>(), seen: new Array<Stats>() });
  }
  const witness = {
    begin: async () => {
      await subgraphs.takeStats();
    },
    end: () => subgraphs.takeStats(),
  };
  await takeTurns(lanes, sent, plan.rounds, witness, workload.name);
  const measurements: Measurement[] = [];
  for (const { server, turns, seen } of lanes) {
    measurements.push({
      workload,
      contestant: server.contestant,
      turns,
      asked: askedIn(seen, turns),
      burstRequests: await measureBursts(workload, server, subgraphs),
      residentBytes: (await server.child.usage()).residentBytes,
    });
  }
  return measurements;
}

/** @throws where headers are to be forwarded and a subgraph was not asked once with each client's */
async function measureBursts(
  workload: Workload,
  { contestant, clients }: Server,
  subgraphs: Subgraphs,
): Promise<number> {
  const sent = sentIn(workload);
  const ofEachClient = Array.from(
    { length: clientCount },
    (_, client) => sent[client % sent.length] ?? { body: '' },
  );
  const requests: number[] = [];
  for (let burst = 0; burst < bursts; burst += 1) {
    await subgraphs.takeStats();
    await clients.burst(ofEachClient);
    const stats = await subgraphs.takeStats();
    requests.push(sum([stats], 'requests'));
    const expected = workload.forwardsHeaders ? clientCount : 0;
    for (const [name, { authorizations }] of Object.entries(stats))
      if (authorizations !== expected)
        throw new Error(
          `expected ${contestant} to ask ${name} with ${expected} authorizations but got ${authorizations}`,
        );
  }
  return median(requests);
}

function askedIn(stats: readonly Stats[], turns: readonly Turn[]): Asked {
  const requests = turns.reduce((total, turn) => total + turn.requests, 0);
  return {
    requests: sum(stats, 'requests') / requests,
    operations: sum(stats, 'operations') / requests,
    representations: sum(stats, 'representations') / requests,
  };
}

function sum(stats: readonly Stats[], of: 'requests' | 'operations' | 'representations'): number {
  return stats.flatMap((each) => Object.values(each)).reduce((total, subgraph) => total + subgraph[of], 0);
}

/** @throws where two contestants answer differently. Those with a constant answer learn it here. */
async function checkAnswers(servers: readonly Server[], workload: Workload): Promise<void> {
  const [first] = servers.filter(({ contestant }) => !isConstant(contestant));
  for (const sent of sentIn(workload)) {
    const expected = first === undefined ? '{"data":{}}' : (await first.clients.post(sent)).toString();
    if ('errors' in (JSON.parse(expected) as object))
      throw new Error(`expected data but ${first?.contestant ?? ''} answered ${expected.slice(0, 500)}`);
    for (const { contestant, child, clients } of servers) {
      if (isConstant(contestant)) child.tell({ type: 'answer', answer: expected });
      const answer = (await clients.post(sent)).toString();
      if (isDeepStrictEqual(JSON.parse(answer), JSON.parse(expected))) continue;
      const [wanted, got] = [expected, answer].map((text) => text.slice(0, 500));
      throw new Error(
        `${workload.name}: expected all to answer ${wanted ?? ''} but ${contestant} answered ${got ?? ''}`,
      );
    }
  }
}
