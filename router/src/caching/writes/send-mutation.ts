/** Around the fetch of a mutation: what must be recorded before it is sent and before anybody hears of its answer. */
import { ClientError } from '@selvedge/errors';
import { ofNoCall, type FetchAnswer } from '../../execution/fetch-answer.js';
import type { Caller } from '../../subgraphs/caller.js';
import { SubgraphError } from '../../subgraphs/subgraph-error.js';
import { WriteRefused, type SentWrite, type Writes } from './writes.js';

export interface SentMutation {
  readonly answer: FetchAnswer;
  /** Whether everybody who asks from now on sees it; otherwise the client is told that some may not. */
  readonly isConfirmed: boolean;
}

/** @param send with the moment by which all of it has to be over, milliseconds since 1970 */
export async function sendMutation(
  writes: Writes,
  subgraph: string,
  caller: Caller,
  send: (until: number) => Promise<FetchAnswer>,
): Promise<SentMutation> {
  try {
    const intent = await writes.intend(subgraph, caller.deadline);
    const hasLeft = caller.hasLeft;
    const answer = await send(intent.until);
    const sent: SentWrite = hasLeft ? { outcome: 'not sent' } : outcomeOf(writes, subgraph, answer);
    return { answer, isConfirmed: await writes.conclude(intent, sent) };
  } catch (error) {
    if (error instanceof WriteRefused) return { answer: refusal(), isConfirmed: true };
    throw error;
  }
}

/** Of a query: whatever it wrote all the same. */
export async function settleWrites(
  writes: Writes,
  subgraph: string,
  answer: FetchAnswer,
): Promise<SentMutation> {
  const wrote = answer.origins.flatMap(({ extension }) =>
    extension?.writes === undefined ? [] : [extension],
  );
  if (wrote.length === 0) return { answer, isConfirmed: true };
  const settled = await Promise.all(wrote.map((extension) => writes.settleQuery(subgraph, extension)));
  return { answer, isConfirmed: settled.every((isConfirmed) => isConfirmed) };
}

/** A subgraph that leaves out what it always says, or a status of 5xx without it: somebody else may have answered for it. */
function outcomeOf(writes: Writes, subgraph: string, { origins, errors }: FetchAnswer): SentWrite {
  if (origins.length > 0) {
    const isUnsure = origins.some(
      ({ extension, isServerError = false }) =>
        extension === null && (isServerError || writes.isOfTheKit(subgraph)),
    );
    if (isUnsure) return { outcome: 'unknown' };
    return { outcome: 'answered', extensions: origins.map(({ extension }) => extension) };
  }
  const [failure] = errors;
  const { error } = failure ?? {};
  const code = error instanceof SubgraphError ? error.systemCode : undefined;
  return { outcome: code !== undefined && beforeSending.has(code) ? 'not sent' : 'unknown' };
}

/** What goes wrong only before there is a connection; a mutation is never sent again on another one. */
const beforeSending: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

function refusal(): FetchAnswer {
  const error = new ClientError(
    'CACHE_UNAVAILABLE',
    'expected the cache to be reachable, so that all will see what is changed, but it is not; nothing was changed',
  );
  return {
    data: null,
    entities: [],
    errors: [{ error, entity: null, path: [] }],
    cacheControl: [undefined],
    isPrivate: false,
    ...ofNoCall,
  };
}
