/**
 * Operations on the wire, for whoever waits for them. A call is ended when the last of those has left; whoever leaves
 * earlier just goes.
 */
import { SubrequestFailure } from './subgraph-error.js';
import type { Caller } from './caller.js';
import { bodyOf, checked, type OperationOutcome, type SubgraphOperation } from './operation.js';
import { readBatchResponse, readResponse, type SubgraphResponse } from './read-response.js';
import type { SubgraphReply, SubgraphTransport } from './transport.js';
import type { TypeRelations } from '../execution/type-relations.js';

export interface WireOptions {
  readonly transport: SubgraphTransport;
  readonly types: TypeRelations;
}

/** @param operations more than one travel as an HTTP array. @returns one outcome each; never rejects */
export async function sendOperations(
  { transport, types }: WireOptions,
  operations: readonly SubgraphOperation[],
  headers: readonly string[],
  callers: readonly Caller[],
): Promise<OperationOutcome[]> {
  const [only] = operations;
  const isSingle = operations.length === 1 && only !== undefined;
  const call = transport.send({
    headers,
    // One operation travels as itself: the subgraph may not take arrays, and need not.
    body: isSingle ? bodyOf(only) : `[${operations.map(bodyOf).join(',')}]`,
    timeout: Math.max(0, ...callers.map(({ deadline }) => deadline)) - performance.now(),
    retriable: operations.every(({ template }) => template.kind === 'query'),
  });
  const stopWaiting = whenAllHaveLeft(callers, () => {
    call.abort();
  });
  try {
    const reply = await call.reply;
    const isPrivate = isForOne(reply);
    return read(operations, reply).map((response, index) => {
      const operation = operations[index];
      return { response: check(operation, response, types), isPrivate };
    });
  } catch (error) {
    if (!(error instanceof SubrequestFailure)) throw error;
    return operations.map(() => ({ response: error, isPrivate: false }));
  } finally {
    stopWaiting();
  }
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

function whenAllHaveLeft(callers: readonly Caller[], callback: () => void): () => void {
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
