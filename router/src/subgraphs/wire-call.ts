/**
 * Operations on the wire, for whoever waits for them. A call is ended when the last of those has left; whoever leaves
 * earlier just goes.
 */
import { SubrequestFailure } from './subgraph-error.js';
import type { Caller } from './caller.js';
import { timeLeft } from './deadline.js';
import { bodyOf, checked, type OperationOutcome, type SubgraphOperation } from './operation.js';
import { readBatchResponse, readResponse, type SubgraphResponse } from './read-response.js';
import type { Scope } from './scope.js';
import type { SubgraphReply, SubgraphTransport } from './transport.js';
import type { TypeRelations } from '../execution/type-relations.js';

export interface WireOptions {
  readonly transport: SubgraphTransport;
  readonly types: TypeRelations;
}

/**
 * @param operations more than one travel as an HTTP array
 * @param callers whoever waits for any of them; where they are several, what is sent has nothing of one alone
 * @returns one outcome each; never rejects
 */
export async function sendOperations(
  { transport, types }: WireOptions,
  operations: readonly SubgraphOperation[],
  scope: Scope,
  callers: ReadonlySet<Caller>,
): Promise<OperationOutcome[]> {
  const started = performance.now();
  const isShared = callers.size > 1;
  const [only] = operations;
  const isSingle = operations.length === 1 && only !== undefined;
  const call = transport.send({
    headers: isShared ? scope.sharedHeaders : scope.headers,
    // One operation travels as itself: the subgraph may not take arrays, and need not.
    body: isSingle ? bodyOf(only) : `[${operations.map(bodyOf).join(',')}]`,
    timeout: timeLeftOf(callers),
    retriable: operations.every(({ template }) => template.kind === 'query'),
  });
  const stopWaiting = whenAllHaveLeft(callers, () => {
    call.abort();
  });
  try {
    const reply = await call.reply;
    const responses = read(operations, reply);
    const about = { isPrivate: isForOne(reply), isShared, milliseconds: performance.now() - started };
    return responses.map((response, index) => ({
      response: check(operations[index], response, types),
      isOfCall: false,
      ...about,
    }));
  } catch (error) {
    if (!(error instanceof SubrequestFailure)) throw error;
    const milliseconds = performance.now() - started;
    return operations.map(() => failed(error, isShared, milliseconds));
  } finally {
    stopWaiting();
  }
}

/** Of an operation that was not even sent: nobody waits for it. */
export function leftOutcome(): OperationOutcome {
  const message = 'did not answer while the request lasted';
  return failed(new SubrequestFailure('SUBREQUEST_TIMEOUT', message), false, 0);
}

function failed(response: SubrequestFailure, isShared: boolean, milliseconds: number): OperationOutcome {
  return { response, isPrivate: false, isShared, isOfCall: true, milliseconds };
}

/** Of the one who has most. */
function timeLeftOf(callers: ReadonlySet<Caller>): number {
  let latest = 0;
  for (const { deadline } of callers) latest = Math.max(latest, deadline);
  return timeLeft(latest);
}

function read(
  operations: readonly SubgraphOperation[],
  reply: SubgraphReply,
): (SubgraphResponse | SubrequestFailure)[] {
  return operations.length === 1 ? [readResponse(reply)] : readBatchResponse(reply, operations.length);
}

function check(
  operation: SubgraphOperation | undefined,
  response: SubgraphResponse | SubrequestFailure,
  types: TypeRelations,
): SubgraphResponse | SubrequestFailure {
  if (operation === undefined || response instanceof SubrequestFailure) return response;
  return checked(operation, response, types);
}

function isForOne({ hasSetCookie, cacheControl }: SubgraphReply): boolean {
  return hasSetCookie || (cacheControl !== undefined && /\bprivate\b/i.test(cacheControl));
}

function whenAllHaveLeft(callers: ReadonlySet<Caller>, callback: () => void): () => void {
  let waiting = 0;
  const undo: (() => void)[] = [];
  for (const caller of callers) {
    if (caller.hasLeft) continue;
    waiting += 1;
    undo.push(
      caller.onLeave(() => {
        waiting -= 1;
        if (waiting === 0) callback();
      }),
    );
  }
  if (waiting === 0) callback();
  return () => {
    for (const takeBack of undo) takeBack();
  };
}
