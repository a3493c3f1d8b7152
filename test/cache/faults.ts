// What goes wrong during a run. Each takes a second or some, and leaves everything as it found it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Announcer } from './announcing.js';
import type { Log } from './log.js';
import type { Random } from './random.js';
import { RedisServer } from './redis-server.js';
import type { CheckedRouter, System } from './system.js';
import { TcpProxy } from './tcp-proxy.js';
import { doubt, mutate, type Writer } from './writing.js';

export interface Scene {
  readonly system: System;
  readonly random: Random;
  readonly writer: Writer;
  readonly announcer: Announcer;
  readonly log: Log;
}

export interface Fault {
  readonly id: string;
  /** Whether the cache is needed for it. */
  readonly ofRedis: boolean;
  readonly happen: (scene: Scene) => Promise<void>;
}

export const faults: readonly Fault[] = [
  { id: 'late-fills', ofRedis: false, happen: lateFills },
  { id: 'repeated-invalidations', ofRedis: true, happen: repeatedInvalidations },
  { id: 'evicted-tags', ofRedis: true, happen: (scene) => evict(scene, tagRecords) },
  { id: 'evicted-stores', ofRedis: true, happen: (scene) => evict(scene, storeRecords) },
  { id: 'flushall', ofRedis: true, happen: flush },
  { id: 'old-rdb', ofRedis: true, happen: oldFile },
  { id: 'failover', ofRedis: true, happen: failover },
  { id: 'split-brain', ofRedis: true, happen: splitBrain },
  { id: 'cut-writer', ofRedis: true, happen: cutWriter },
  { id: 'killed-router', ofRedis: false, happen: killedRouter },
  { id: 'killed-subgraph', ofRedis: false, happen: killedSubgraph },
];

/** @throws for one that there is not */
export function faultsNamed(ids: readonly string[]): readonly Fault[] {
  return ids.map((id) => {
    const fault = faults.find((each) => each.id === id);
    if (fault !== undefined) return fault;
    throw new Error(`expected one of ${faults.map((each) => each.id).join(', ')} but got ${id}`);
  });
}

/** Keys of the layout that packages/cache has in Redis. */
const tagRecords = '*:t:*';
const storeRecords = '*:s';

/** What happens all the time: one answer in twenty is told late, and now and then a command to Redis is. */
export function usualDelays({ routers, subgraphs }: System, random: Random): void {
  for (const { wire } of Object.values(subgraphs)) {
    wire.holdUp(() => (random.chance(0.05) ? random.below(250) : 0));
  }
  for (const { wire } of routers) wire.holdUp(() => (random.chance(0.01) ? random.below(60) : 0));
}

/** What was read long ago is stored now. */
async function lateFills({ system, random }: Scene): Promise<void> {
  for (const { wire } of Object.values(system.subgraphs)) {
    wire.holdUp(() => (random.chance(0.5) ? random.below(800) : 0));
  }
  for (const { wire } of system.routers) wire.holdUp(() => (random.chance(0.2) ? random.below(150) : 0));
  await sleep(4_000);
  usualDelays(system, random);
}

async function repeatedInvalidations({ announcer, random }: Scene): Promise<void> {
  for (let nth = 0; nth < 20; nth += 1) {
    await announcer.repeat(1 + random.below(2));
    await sleep(random.below(100));
  }
}

/** Half of the keys that match, a few times. */
async function evict({ system, random }: Scene, pattern: string): Promise<void> {
  for (let nth = 0; nth < 3; nth += 1) {
    const names = await system.redis.keys(pattern);
    await system.redis.remove(names.filter(() => random.chance(0.5)));
    await sleep(random.below(400));
  }
}

async function flush({ system, random }: Scene): Promise<void> {
  await system.redis.command(['FLUSHALL']);
  await sleep(random.below(300));
}

/** It comes back as it was some seconds ago, entries and all; what was fenced since is not in the file. */
async function oldFile({ system, random }: Scene): Promise<void> {
  await system.redis.save();
  await sleep(2_000 + random.below(2_000));
  await system.redis.kill();
  await system.redis.bringBackSaved();
  await sleep(random.below(300));
  await system.redis.launch();
}

/** The replica stops following some seconds before it takes over: the last fences are the old master's alone. */
async function failover({ system, random }: Scene): Promise<void> {
  const master = system.redis;
  const replica = await replicaOf(master, master.port);
  await sleep(300);
  // A replica whose master is not where it looks keeps what it has, as one whose network is cut.
  await replica.command(['REPLICAOF', '127.0.0.1', '1']);
  await sleep(1_000 + random.below(2_000));
  await master.kill();
  await replica.command(['REPLICAOF', 'NO', 'ONE']);
  system.redis = replica;
  for (const { wire } of system.routers) wire.leadTo(replica.port);
  await master.stop();
}

/** @param port by which it reaches its master */
async function replicaOf(master: RedisServer, port: number): Promise<RedisServer> {
  const replica = await RedisServer.start();
  await replica.command(['REPLICAOF', '127.0.0.1', String(port)]);
  await until(async () =>
    (await replica.command<string>(['INFO', 'replication'])).includes('master_link_status:up'),
  );
  await until(async () => (await master.command<string>(['INFO', 'replication'])).includes('state=online'));
  return replica;
}

/**
 * A partition: on one side a master and a router, on the other its replica, which is promoted, and everybody else. Once that may be
 * told no longer, the old master becomes a replica of the new one, and its router stays connected to it until it hears where to go.
 */
async function splitBrain({ system, random, log }: Scene): Promise<void> {
  const old = system.redis;
  const link = await TcpProxy.start(old.port);
  const promoted = await replicaOf(old, link.port);
  // As docs/response-cache.md asks for.
  await old.command(['CONFIG', 'SET', 'min-replicas-max-lag', '1', 'min-replicas-to-write', '1']);
  await sleep(random.below(500));
  link.freeze();
  const frozenAt = performance.now();
  await sleep(random.below(1_000));
  const router = random.below(system.routers.length);
  const from = performance.now();
  await promoted.command(['REPLICAOF', 'NO', 'ONE']);
  system.redis = promoted;
  for (const [index, { wire }] of system.routers.entries()) if (index !== router) wire.leadTo(promoted.port);
  log.cutOffs.push({ router, from, until: frozenAt + cutOffBound, settledAt: from + doubt + cutOffBound });
  await sleep(frozenAt + cutOffBound + 2_000 - performance.now());
  await old.command(['REPLICAOF', '127.0.0.1', String(promoted.port)]);
  await sleep(2_000);
  system.routers[router]?.wire.leadTo(promoted.port);
  await Promise.all([old.stop(), link.stop()]);
}

/** Milliseconds: a second for the lag, one for the last sign of life before it, one until it is noticed; and one for this machine. */
const cutOffBound = 4_000;

/** The router has its mutation's answer, and nobody to tell of it. */
async function cutWriter(scene: Scene): Promise<void> {
  const { system, random, writer } = scene;
  const router = random.of(system.routers);
  const isCut = system.subgraphs.items.wire.interfere('after', () => {
    router.wire.cut();
  });
  const written = writeBy(scene, router);
  await isCut;
  await sleep(500 + random.below(2_500));
  router.wire.restore();
  await written;
  await sleep(writer.random.below(500));
}

/** Before or after the subgraph has it. */
async function killedRouter(scene: Scene): Promise<void> {
  const { system, random } = scene;
  const router = random.of(system.routers);
  const killed = system.subgraphs.items.wire.interfere(random.of(['before', 'after'] as const), () =>
    router.process.kill(),
  );
  const written = writeBy(scene, router);
  await killed;
  await written;
  await sleep(random.below(500));
  await router.process.launch();
}

/** In the middle of the transaction, or right after its end. */
async function killedSubgraph(scene: Scene): Promise<void> {
  const { system, random } = scene;
  const { items } = system.subgraphs;
  const killed = items.wire.interfere(random.of(['before', 'after'] as const), async () => {
    void sleep(random.below(30)).then(() => items.process.kill());
    await sleep(random.below(5));
  });
  const written = writeBy(scene, random.of(system.routers));
  await killed;
  await written;
  await sleep(50);
  await items.process.kill();
  await items.process.launch();
}

/** Sends mutations through the router until one has come as far as the wire to the subgraph. */
function writeBy({ system, writer }: Scene, router: CheckedRouter): Promise<void> {
  const way = writer.ways[system.routers.indexOf(router)];
  if (way === undefined) throw new Error('expected a way to the router');
  const id = String(writer.zipf.draw(writer.random));
  return mutate(writer, 'setItemLate(id: $id, nonce: $nonce, wait: $wait)', { id, wait: 10 }, way);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let nth = 0; nth < 200; nth += 1) {
    if (await isSo()) return;
    await sleep(50);
  }
  throw new Error('expected the replica to have its master within 10 s');
}
