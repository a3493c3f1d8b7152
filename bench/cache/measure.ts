// The run: Redis, subgraphs and contestants up, each loaded for a while in turn, round after round, when its cache has what is asked.
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Clients } from '../measuring/clients.js';
import { progress } from '../measuring/figures.js';
import {
  requestsOfTurn,
  takeTurns,
  warmUp,
  type Lane,
  type Loaded,
  type Turn,
  type Witness,
} from '../measuring/turns.js';
import { clientCount } from '../router/workloads.js';
import { isAnsweredFromCache, isMoved, takesPart, type Contestant } from './contestants.js';
import type { OriginName } from './origins/origin.js';
import { moveStores } from './redis.js';
import { startContestant, type Stage } from './server-process.js';
import type { CacheWorkload } from './workloads.js';

export interface Plan {
  readonly contestants: readonly Contestant[];
  readonly workloads: readonly CacheWorkload[];
  readonly rounds: number;
  readonly seconds: Readonly<Record<OriginName, Seconds>>;
  /** Those that write a CPU profile to the working directory. */
  readonly profiled: readonly Contestant[];
}

/** CPU time of the contestant. */
export interface Seconds {
  readonly firstWarmUp: number;
  readonly warmUp: number;
  readonly round: number;
}

/** What others did during a turn. */
export interface Seen {
  readonly redisCpuSeconds: number;
  readonly redisCommands: number;
  readonly subgraphCpuSeconds: number;
  readonly subgraphRequests: number;
  /** Null where it is not known. */
  readonly storeCpuSeconds: number | null;
}

export interface Measurement {
  readonly workload: CacheWorkload;
  readonly contestant: Contestant;
  readonly turns: readonly Turn[];
  readonly seen: readonly Seen[];
  readonly residentBytes: number;
}

interface Server extends Loaded {
  readonly contestant: Contestant;
}

/** All workloads of the plan that are answered by this origin, which the stage has. */
export async function measure(plan: Plan, origin: OriginName, stage: Stage): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  const servers = await startServers(plan, origin, stage);
  try {
    for (const workload of plan.workloads.filter((each) => each.origin === origin)) {
      await checkAnswers(servers, workload);
      measurements.push(...(await measureWorkload(plan, workload, servers, stage)));
    }
  } finally {
    await Promise.allSettled(servers.map(stopServer));
  }
  return measurements;
}

async function startServers(plan: Plan, origin: OriginName, stage: Stage): Promise<Server[]> {
  const servers: Server[] = [];
  try {
    for (const contestant of plan.contestants.filter((name) => takesPart(name, origin))) {
      progress(`starting ${contestant}`);
      const profiling = ['--cpu-prof', `--cpu-prof-name=${contestant}.cpuprofile`];
      const nodeOptions = plan.profiled.includes(contestant) ? profiling : [];
      const { child, url } = await startContestant(contestant, stage, nodeOptions);
      servers.push({ contestant, child, clients: new Clients(url, clientCount) });
    }
    return servers;
  } catch (error) {
    await Promise.allSettled(servers.map(stopServer));
    throw error;
  }
}

async function stopServer({ child, clients }: Server): Promise<void> {
  await clients.end();
  await child.stop();
}

async function measureWorkload(
  plan: Plan,
  workload: CacheWorkload,
  servers: readonly Server[],
  stage: Stage,
): Promise<Measurement[]> {
  const { sent } = workload;
  const seconds = plan.seconds[workload.origin];
  const lanes: Lane<Server, Seen>[] = [];
  for (const server of servers) {
    progress(`${workload.name}: warming up ${server.contestant}`);
    if (isMoved(server.contestant)) {
      await checkHits(server, workload, stage);
      await moveStores(stage.redis.url, server.contestant, stage.origin.names);
    }
    const isFirst = (await server.child.usage()).cpuSeconds < seconds.firstWarmUp;
    const rate = await warmUp(server, sent, seconds[isFirst ? 'firstWarmUp' : 'warmUp']);
    lanes.push({ server, count: requestsOfTurn(rate, seconds.round, server), turns: [], seen: [] });
  }
  for (const { server } of lanes) await checkHits(server, workload, stage);
  await takeTurns(lanes, sent, plan.rounds, witnessOf(stage), workload.name);
  const measurements: Measurement[] = [];
  for (const { server, turns, seen } of lanes) {
    const { residentBytes } = await server.child.usage();
    measurements.push({ workload, contestant: server.contestant, turns, seen, residentBytes });
  }
  return measurements;
}

function witnessOf({ redis, origin }: Stage): Witness<Seen> {
  const look = async () => ({ redis: await redis.usage(), origin: await origin.usage() });
  let before: Awaited<ReturnType<typeof look>> | undefined;
  return {
    begin: async () => {
      await origin.takeRequests();
      before = await look();
    },
    end: async () => {
      if (before === undefined) throw new Error('expected a turn to begin before it ends');
      const after = await look();
      const [store, storeBefore] = [after.origin.storeCpuSeconds, before.origin.storeCpuSeconds];
      return {
        redisCpuSeconds: after.redis.cpuSeconds - before.redis.cpuSeconds,
        redisCommands: after.redis.commands - before.redis.commands,
        subgraphCpuSeconds: after.origin.subgraphCpuSeconds - before.origin.subgraphCpuSeconds,
        subgraphRequests: await origin.takeRequests(),
        storeCpuSeconds: store === null || storeBefore === null ? null : store - storeBefore,
      };
    },
  };
}

/** @throws where a contestant that has a cache asks subgraphs for what it has been asked before: its figures would be of misses */
async function checkHits(
  { contestant, clients }: Server,
  { name, sent }: CacheWorkload,
  { origin }: Stage,
): Promise<void> {
  if (!isAnsweredFromCache(contestant)) return;
  let requests = 0;
  for (let look = 0; look < looks; look += 1) {
    // What the last answers brought may still be on its way into Redis.
    await sleep(200);
    await origin.takeRequests();
    for (const each of sent) await clients.post(each);
    requests = await origin.takeRequests();
    if (requests === 0) return;
  }
  throw new Error(`${name}: expected ${contestant} to answer from its cache but got ${requests} fetches`);
}

/** At its cache, until nothing is missing. */
const looks = 20;

/**
 * @throws where two contestants answer differently, the first or the second time. Those with a constant answer learn the first one
 *   here, and take no part in the rest.
 */
async function checkAnswers(servers: readonly Server[], { name, sent }: CacheWorkload): Promise<void> {
  progress(`${name}: answers are equal?`);
  const answering = servers.filter(({ contestant }) => !isConstant(contestant));
  for (const [place, each] of sent.entries()) {
    const expected = (await answering[0]?.clients.post(each))?.toString() ?? '{"data":{}}';
    if ('errors' in (JSON.parse(expected) as object))
      throw new Error(`expected data but ${answering[0]?.contestant ?? ''} answered ${beginning(expected)}`);
    const asked = place === 0 ? servers : answering;
    for (const { contestant, child, clients } of [...asked, ...asked]) {
      if (isConstant(contestant)) child.tell({ type: 'answer', answer: expected });
      const answer = (await clients.post(each)).toString();
      if (isDeepStrictEqual(JSON.parse(answer), JSON.parse(expected))) continue;
      throw new Error(
        `${name}: expected all to answer ${beginning(expected)} but ${contestant} answered ${beginning(answer)}`,
      );
    }
  }
}

function beginning(answer: string): string {
  return answer.slice(0, 500);
}

function isConstant(contestant: Contestant): boolean {
  return contestant === 'constant' || contestant === 'apollo-constant';
}
