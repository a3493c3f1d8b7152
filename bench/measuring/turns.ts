// Contestants that are loaded one after the other, round after round. Between rounds the order is turned, so that whatever else the
// machine does hits all of them alike.
import type { Child } from './child.js';
import type { Clients, Load, Sent } from './clients.js';
import { progress } from './figures.js';

/** A contestant that is up, and who loads it. */
export interface Loaded {
  readonly child: Child;
  readonly clients: Clients;
}

/** One contestant's turn in one round. */
export interface Turn extends Load {
  /** Of the contestant's process, user and system. */
  readonly cpuSeconds: number;
}

export interface Rate {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

/** What is counted elsewhere while a contestant has its turn. */
export interface Witness<Seen> {
  begin(): Promise<void>;
  end(): Promise<Seen>;
}

export interface Lane<Server extends Loaded, Seen> {
  readonly server: Server;
  /** Requests of a turn. */
  readonly count: number;
  readonly turns: Turn[];
  readonly seen: Seen[];
}

/**
 * Loads it until it has used so many seconds of CPU time, since a machine that is busy elsewhere leaves the compiler cold for
 * longer. @returns how many requests it then answered in a second, of time and of CPU time
 */
export async function warmUp(
  { child, clients }: Loaded,
  sent: readonly Sent[],
  seconds: number,
): Promise<Rate> {
  const began = (await child.usage()).cpuSeconds;
  for (let before = began, count = clients.count; ;) {
    const load = await clients.load(sent, count);
    const { cpuSeconds } = await child.usage();
    const perCpuSecond = load.requests / (cpuSeconds - before);
    const missing = seconds - (cpuSeconds - began);
    if (missing <= 0) return { perSecond: load.requests / load.seconds, perCpuSecond };
    before = cpuSeconds;
    // Twice as many again and again, and no more at the end than are missing.
    count = Math.max(clients.count, Math.min(2 * count, Math.ceil(1.05 * missing * perCpuSecond)));
  }
}

/** Fewer would be over before the connections are warm. */
export function requestsOfTurn({ perCpuSecond }: Rate, cpuSeconds: number, { clients }: Loaded): number {
  return Math.max(2 * clients.count, Math.ceil(perCpuSecond * cpuSeconds));
}

/** @param title of what is going on, for whoever waits */
export async function takeTurns<Server extends Loaded, Seen>(
  lanes: readonly Lane<Server, Seen>[],
  sent: readonly Sent[],
  rounds: number,
  witness: Witness<Seen>,
  title: string,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    progress(`${title}: round ${round + 1} of ${rounds}`);
    for (let turn = 0; turn < lanes.length; turn += 1) {
      const lane = lanes[(turn + round) % lanes.length];
      if (lane === undefined) continue;
      const { child, clients } = lane.server;
      await witness.begin();
      const before = await child.usage();
      const load = await clients.load(sent, lane.count);
      const after = await child.usage();
      lane.seen.push(await witness.end());
      lane.turns.push({ ...load, cpuSeconds: after.cpuSeconds - before.cpuSeconds });
    }
  }
}

export function cpuPerThousand({ cpuSeconds, requests }: Turn): number {
  return (cpuSeconds / requests) * 1_000;
}
