// How data is written, by every path that there is: mutations through any router, alone and two at a time on one key, and SQL
// past the routers that is announced at the endpoint afterwards.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { Announcer } from './announcing.js';
import type { Answer } from './client.js';
import type { HttpProxy } from './http-proxy.js';
import type { Log } from './log.js';
import type { Random, Zipf } from './random.js';
import { readItem, readItems, type Reader, type Way } from './reading.js';
import { groups } from './scale.js';
import { fetchTimeout } from './system.js';

export interface Writer {
  readonly reader: Reader;
  readonly random: Random;
  readonly zipf: Zipf;
  readonly log: Log;
  readonly nonce: () => string;
  /** Any of them. */
  readonly way: () => Way;
  /** By router. */
  readonly ways: readonly Way[];
  readonly items: Pool;
  /** The routers' way to the subgraph of items. */
  readonly wire: HttpProxy;
  readonly announce: Announcer;
}

/**
 * Milliseconds from when a mutation was sent, after which nothing of it can be in doubt: its fetch has so long, and the router
 * waits 2 s more (see docs/response-cache.md); 1 s for clocks and for how late timers may be here.
 */
export const doubt = fetchTimeout + 3_000;

/** Draws what is written; half of all writes are two at once on one key. */
export async function writeSomething(writer: Writer): Promise<void> {
  const { random, zipf, log } = writer;
  const id = String(zipf.draw(random));
  log.begunWrites += 1;
  if (random.chance(1 / 3)) return random.chance(0.5) ? writePair(writer, id) : writePairInTurn(writer, id);
  const chance = random.next();
  if (chance < 0.3) return mutate(writer, 'setItem(id: $id, nonce: $nonce)', { id });
  if (chance < 0.4) return mutate(writer, 'setItemInSavepoint(id: $id, nonce: $nonce)', { id });
  if (chance < 0.6)
    return mutate(writer, 'moveItem(id: $id, group: $group, nonce: $nonce)', {
      id,
      group: random.below(groups),
    });
  if (chance < 0.7) return mutate(writer, 'setStock(id: $id, nonce: $nonce)', { id });
  if (chance < 0.77) return mutate(writer, 'setNote(nonce: $nonce)', {});
  if (chance < 0.8) return mutate(writer, 'failToSetItem(id: $id, nonce: $nonce)', { id });
  return writePastTheRouters(writer, id);
}

/**
 * The one that has the lower id commits last: whoever reads in between sees the other alone. Both with savepoints, whose ids
 * are not those that count. What is read meanwhile is asked for again, in the same words, as soon as a write is acknowledged.
 */
async function writePair(writer: Writer, id: string): Promise<void> {
  writer.log.begunWrites += 1;
  writer.log.pairedWrites += 2;
  const late = mutate(writer, 'setItemLate(id: $id, nonce: $nonce, wait: $wait)', {
    id,
    wait: 20 + writer.random.below(150),
  });
  const between = [0, 1, 2].map(async () => {
    await sleep(writer.random.below(200));
    await probe(writer, id);
  });
  await sleep(writer.random.below(100));
  const other = mutate(writer, 'setItemInSavepoint(id: $id, nonce: $nonce)', { id });
  await Promise.all([...[late, other].map((written) => written.then(() => probe(writer, id))), ...between]);
}

/** The same, with everybody reading what is there between the two commits, and the second of them while reads are under way. */
async function writePairInTurn(writer: Writer, id: string): Promise<void> {
  const { items, random, log } = writer;
  log.begunWrites += 1;
  log.pairedWrites += 2;
  const gate = random.below(2 ** 31);
  const connection = await items.connect();
  try {
    await connection.query('SELECT pg_advisory_lock($1)', [gate]);
    const late = mutate(writer, 'setItemAfter(id: $id, nonce: $nonce, gate: $gate)', { id, gate });
    await untilWaitedFor(connection, gate);
    await mutate(writer, 'setItemInSavepoint(id: $id, nonce: $nonce)', { id });
    await Promise.all(writer.ways.flatMap((way) => [probe(writer, id, way), probe(writer, id, way)]));
    const hold = writer.wire.hold((body) => body.includes(`"${id}"`) && body.includes('value'));
    try {
      const underWay = writer.ways.map((way) => probe(writer, id, way, more));
      for (let nth = 0; nth < 60 && hold.count < underWay.length; nth += 1) await sleep(5);
      await connection.query('SELECT pg_advisory_unlock($1)', [gate]);
      await late;
      // Acknowledged, while older answers are under way: who comes now must not be told them, now or ever.
      const after = writer.ways.flatMap((way) => [
        probe(writer, id, way, more),
        probe(writer, id, way, more),
      ]);
      await sleep(10);
      hold.release();
      await Promise.all([...underWay, ...after]);
    } finally {
      hold.release();
    }
    await Promise.all(writer.ways.map((way) => probe(writer, id, way, more)));
  } finally {
    connection.release();
  }
}

/** @returns too when nobody comes, which a fault may have seen to */
async function untilWaitedFor(connection: PoolClient, gate: number): Promise<void> {
  for (let nth = 0; nth < 40; nth += 1) {
    const { rows } = await connection.query(
      `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = 0 AND objid = $1`,
      [gate],
    );
    if (rows.length > 0) return;
    await sleep(5);
  }
}

/** Of this nobody has everything when it is asked for after `id version`. */
const more = 'id version value group';

async function probe(
  writer: Writer,
  id: string,
  way = writer.way(),
  selection = 'id version',
): Promise<void> {
  const { reader, log, random } = writer;
  if (random.chance(0.5)) await readItem(way, reader, id, selection, log);
  else await readItems(way, reader, [id], selection, log);
}

const types: Readonly<Record<string, string>> = {
  id: 'ID!',
  nonce: 'ID!',
  group: 'Int!',
  wait: 'Int!',
  gate: 'Int!',
};

export async function mutate(
  writer: Writer,
  field: string,
  variables: object,
  way = writer.way(),
): Promise<void> {
  const { log, reader } = writer;
  const nonce = writer.nonce();
  const all = { ...variables, nonce };
  const declared = Object.keys(all).map((name) => `$${name}: ${types[name] ?? 'ID!'}`);
  const isOfItem = /^(set|move)Item/.test(field);
  const selection =
    isOfItem && writer.random.chance(0.5) ? '{ version item { id version value } }' : '{ version }';
  log.requests += 1;
  const path = /^\w+/.exec(field)?.[0] ?? field;
  const answer = await way.client.ask(
    `mutation (${declared.join(', ')}) { ${field} ${selection} }`,
    all,
    reader.token,
  );
  const { arrival, end } = answer;
  if (answer.problem !== null && path !== 'failToSetItem') log.problem(`${path}: ${answer.problem}`, false);
  log.writes.push({
    nonce,
    start: arrival,
    end,
    outcome: outcomeOf(answer),
    settledAt: arrival + doubt,
    router: way.router,
    path,
  });
  showsItself(answer, way, writer);
}

/** What a mutation selects of what it has written is a read like others, which came after the write. */
function showsItself({ data, arrival, end }: Answer, way: Way, { log, reader }: Writer): void {
  for (const written of Object.values(data ?? {})) {
    const { item } = (written ?? {}) as { readonly item?: { readonly id: string; readonly version: number } };
    if (item == null) continue;
    const { client } = reader;
    const { id, version } = item;
    log.reads.push({
      key: `item:${id}`,
      version,
      arrival,
      end,
      client,
      router: way.router,
      shape: 'mutation',
    });
  }
}

function outcomeOf(answer: Answer): 'acknowledged' | 'unconfirmed' | 'unknown' {
  if (!answer.isWhole) return 'unknown';
  return answer.isUnconfirmed ? 'unconfirmed' : 'acknowledged';
}

/** A job's write: acknowledged once the endpoint has taken it. */
async function writePastTheRouters(writer: Writer, id: string): Promise<void> {
  const { items, log, random } = writer;
  const nonce = writer.nonce();
  log.requests += 1;
  const start = performance.now();
  const group = random.chance(0.3) ? random.below(groups) : null;
  const tags = await writer.announce.written(items, { id, nonce, group });
  const router = await writer.announce.until(tags, writer.way);
  log.writes.push({
    nonce,
    start,
    end: performance.now(),
    outcome: 'acknowledged',
    settledAt: performance.now() + doubt,
    router,
    path: 'direct',
  });
}

/** A transaction that has written and stays open, in the same cluster, until told. */
export async function holdOpen(store: Pool, random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const connection = await store.connect();
    try {
      await connection.query('BEGIN');
      await connection.query('INSERT INTO held DEFAULT VALUES');
      await sleep(500 + random.below(3_000));
      await connection.query(random.chance(0.5) ? 'COMMIT' : 'ROLLBACK');
    } finally {
      connection.release();
    }
  }
}
