// How clients read: items by `_entities`, alone and some at a time, by root fields, in lists, and what is theirs alone. What an
// answer shows of each key is written down.
import type { Answer, Client } from './client.js';
import type { Log } from './log.js';
import type { Random, Zipf } from './random.js';
import { groups, keys, users } from './scale.js';
import type { System } from './system.js';

export interface Reader {
  /** Of whoever asks one thing after another. */
  readonly client: number;
  readonly user: string;
  readonly token: string;
}

export interface Way {
  readonly router: number;
  readonly client: Client;
}

/** Clients are of the users in turn. */
export function readerOf({ tokens }: System, client: number): Reader {
  const user = users[client % users.length] ?? '';
  return { client, user, token: tokens.get(user) ?? '' };
}

interface ItemAnswer {
  readonly id: string;
  readonly version?: number;
  readonly group?: number;
  readonly stock?: number;
  readonly stamp?: string;
  readonly mine?: string;
}

/** Some have fields that others lack: an entry then covers a part of what is asked for. */
const selections = [
  ...Array.from({ length: 4 }, () => 'id version value group'),
  'id version',
  'id version',
  'id version stock',
  'id version stock',
  'id stock',
  'id version stamp',
];

/** Of all: what is private has entries for each user, and none where nothing says what it is private by. */
const privateShare = 0.02;

/** So many items are on a page at most. */
const longestPage = 20;

/** Draws what is read. */
export async function readSomething(
  way: Way,
  reader: Reader,
  random: Random,
  zipf: Zipf,
  log: Log,
): Promise<void> {
  const chance = random.next();
  const selection = random.chance(privateShare) ? 'id version mine' : random.of(selections);
  if (chance < 0.65) {
    const ids = new Set(
      Array.from({ length: 1 + random.below(longestPage) }, () => String(zipf.draw(random))),
    );
    await readItems(way, reader, [...ids], selection, log);
  } else if (chance < 0.8) await readItem(way, reader, String(zipf.draw(random)), selection, log);
  else if (chance < 0.91) await readGroup(way, reader, zipf.draw(random) % groups, log);
  else if (chance < 0.95) await readLatest(way, reader, log);
  else await readNote(way, reader, log);
}

/** Every item once: what is measured then is a cache that has been in use. */
export async function readAllOnce(way: Way, reader: Reader, log: Log): Promise<void> {
  for (let from = 0; from < keys; from += 50) {
    const ids = Array.from({ length: 50 }, (_, index) => String(from + index));
    await readItems(way, reader, ids, 'id version value group stock stamp', log);
  }
}

/** By `_entities`, one entry each. */
export async function readItems(
  way: Way,
  reader: Reader,
  ids: readonly string[],
  selection: string,
  log: Log,
): Promise<void> {
  const query = `query ($ids: [ID!]!) { pick(ids: $ids) { ${selection} } }`;
  const answer = await ask(way, reader, query, { ids }, log);
  for (const item of (answer?.data?.['pick'] ?? []) as ItemAnswer[])
    note(item, way, reader, answer, 'entity', log);
}

/** By a root field. */
export async function readItem(
  way: Way,
  reader: Reader,
  id: string,
  selection: string,
  log: Log,
): Promise<void> {
  const answer = await ask(way, reader, `query ($id: ID!) { item(id: $id) { ${selection} } }`, { id }, log);
  const item = answer?.data?.['item'] as ItemAnswer | null | undefined;
  if (item != null) note(item, way, reader, answer, 'root', log);
}

export async function readGroup(way: Way, reader: Reader, group: number, log: Log): Promise<void> {
  const query = 'query ($group: Int!) { itemsOf(group: $group) { id version } }';
  const answer = await ask(way, reader, query, { group }, log);
  if (answer === null) return;
  const members = (answer.data?.['itemsOf'] ?? []) as ItemAnswer[];
  for (const item of members) note(item, way, reader, answer, 'list', log);
  const { arrival, end } = answer;
  log.lists.push({
    list: `group:${group}`,
    members: new Set(members.map(({ id }) => `item:${id}`)),
    arrival,
    end,
    router: way.router,
  });
}

async function readLatest(way: Way, reader: Reader, log: Log): Promise<void> {
  const answer = await ask(way, reader, '{ latest(first: 10) { nodes { id version } } }', {}, log);
  const latest = answer?.data?.['latest'] as { readonly nodes: readonly ItemAnswer[] } | undefined;
  for (const item of latest?.nodes ?? []) note(item, way, reader, answer, 'latest', log);
}

export async function readNote(way: Way, reader: Reader, log: Log): Promise<void> {
  const answer = await ask(way, reader, '{ me { owner version } }', {}, log);
  const own = answer?.data?.['me'] as { readonly owner: string; readonly version: number } | null | undefined;
  if (own == null || answer === null) return;
  const { arrival, end } = answer;
  log.privates.push({ user: reader.user, owner: own.owner, arrival, router: way.router });
  const { client } = reader;
  log.reads.push({
    key: `note:${own.owner}`,
    version: own.version,
    arrival,
    end,
    client,
    router: way.router,
    shape: 'me',
  });
}

async function ask(
  way: Way,
  reader: Reader,
  query: string,
  variables: object,
  log: Log,
): Promise<Answer | null> {
  log.requests += 1;
  const answer = await way.client.ask(query, variables, reader.token);
  if (answer.isWhole) return answer;
  log.problem(answer.problem ?? 'no data', true);
  return null;
}

function note(
  item: ItemAnswer,
  way: Way,
  reader: Reader,
  answer: Answer | null,
  shape: string,
  log: Log,
): void {
  if (answer === null) return;
  const { arrival, end } = answer;
  const seen = (kind: 'item' | 'stock', version: number, by: string): void => {
    const { client } = reader;
    log.reads.push({
      key: `${kind}:${item.id}`,
      version,
      arrival,
      end,
      client,
      router: way.router,
      shape: by,
    });
  };
  if (item.version !== undefined) seen('item', item.version, shape);
  if (item.stock !== undefined) seen('stock', item.stock, `${shape} stock`);
  if (item.stamp !== undefined) {
    const [version, stock] = item.stamp.split(':').map(Number);
    seen('item', version ?? -1, `${shape} stamp`);
    seen('stock', stock ?? -1, `${shape} stamp`);
  }
  if (item.mine !== undefined) {
    const [owner = '', version] = item.mine.split(':');
    seen('item', Number(version), `${shape} mine`);
    if (Number(item.id) % 2 === 0)
      log.privates.push({ user: reader.user, owner, arrival, router: way.router });
  }
}
