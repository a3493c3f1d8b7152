/**
 * One call for all who ask the same of a subgraph at the same time: same text, same variables, same scope. Their
 * representations are put together, equal ones once, and each gets back what it asked for under its own indexes. What
 * one of them would not have got alone is not got together either: a call that fails as a whole, and an answer that is
 * one caller's alone, are asked for again for each, which is why only reads come here.
 */
import type { FetchAnswer, FetchError } from '../execution/fetch-answer.js';
import type { Caller } from './caller.js';
import { failedAsAWhole, toAnswer, type OperationOutcome, type SubgraphOperation } from './operation.js';

export interface Member {
  readonly operation: SubgraphOperation;
  readonly caller: Caller;
}

export type SendOne = (operation: SubgraphOperation, callers: readonly Caller[]) => Promise<OperationOutcome>;

export interface SharedFetchOptions {
  readonly subgraph: string;
  /** For several callers. */
  readonly send: SendOne;
  /** For one, with all that is its own. */
  readonly sendAlone: SendOne;
  readonly onPrivate: () => void;
}

/** The most representations of one call. */
export const maxRepresentations = 1_000;

/** @param members equal in all but their representations. @returns an answer each, in order */
export async function fetchTogether(
  members: readonly Member[],
  options: SharedFetchOptions,
): Promise<FetchAnswer[]> {
  const answers = new Map<Member, Promise<FetchAnswer>>();
  const together = members.filter(
    ({ operation }) => (operation.representations?.length ?? 0) <= maxRepresentations / 2,
  );
  for (const member of members) if (!together.includes(member)) answers.set(member, alone(member, options));
  const calls = share(together).map((call) => ({ call, outcome: send(call, options) }));
  for (const member of together) answers.set(member, collect(member, calls, options));
  return Promise.all(members.map((member) => answers.get(member) ?? alone(member, options)));
}

/** One call and who has which of its representations. */
interface SharedCall {
  readonly members: Set<Member>;
  /** `null`: the operation begins at a root type, and all members ask the same. */
  readonly representations: string[] | null;
  readonly indexes: Map<string, number>;
}

/** Takes one representation of each member in turn, so that a call that is full has left out as much of each. */
function share(members: readonly Member[]): SharedCall[] {
  const [first] = members;
  if (first === undefined) return [];
  if (first.operation.representations === null)
    return [{ members: new Set(members), representations: null, indexes: new Map() }];
  const calls: SharedCall[] = [];
  let open: SharedCall | undefined;
  const longest = Math.max(...members.map(({ operation }) => operation.representations?.length ?? 0));
  for (let turn = 0; turn < longest; turn += 1) {
    for (const member of members) {
      const text = member.operation.representations?.[turn];
      if (text === undefined) continue;
      const known = calls.find(({ indexes }) => indexes.has(text));
      if (known !== undefined) {
        known.members.add(member);
        continue;
      }
      if (open === undefined || (open.representations?.length ?? 0) >= maxRepresentations) {
        open = { members: new Set(), representations: [], indexes: new Map() };
        calls.push(open);
      }
      open.members.add(member);
      open.indexes.set(text, (open.representations?.push(text) ?? 1) - 1);
    }
  }
  return calls;
}

async function send(
  { members, representations }: SharedCall,
  { send: sendShared, sendAlone, onPrivate }: SharedFetchOptions,
): Promise<OperationOutcome | 'again'> {
  const [first] = members;
  if (first === undefined) return 'again';
  const callers = [...members].map(({ caller }) => caller);
  const isShared = members.size > 1;
  const operation = { ...first.operation, representations };
  const outcome = await (isShared ? sendShared : sendAlone)(operation, callers);
  if (outcome.isPrivate) onPrivate();
  return isShared && (outcome.isPrivate || failedAsAWhole(outcome)) ? 'again' : outcome;
}

async function alone({ operation, caller }: Member, options: SharedFetchOptions): Promise<FetchAnswer> {
  const outcome = await options.sendAlone(operation, [caller]);
  if (outcome.isPrivate) options.onPrivate();
  return toAnswer(options.subgraph, operation, outcome);
}

interface SentCall {
  readonly call: SharedCall;
  readonly outcome: Promise<OperationOutcome | 'again'>;
}

async function collect(
  member: Member,
  calls: readonly SentCall[],
  options: SharedFetchOptions,
): Promise<FetchAnswer> {
  const { operation } = member;
  const own = calls.filter(({ call }) => call.members.has(member));
  const outcomes = await Promise.all(own.map(({ outcome }) => outcome));
  const parts: { readonly call: SharedCall; readonly answer: FetchAnswer }[] = [];
  for (const [index, outcome] of outcomes.entries()) {
    const call = own[index]?.call;
    if (call === undefined || outcome === 'again') return alone(member, options);
    const part = { ...operation, representations: call.representations };
    parts.push({ call, answer: toAnswer(options.subgraph, part, outcome) });
  }
  const [first] = parts;
  if (first !== undefined && (operation.representations === null || isAlone(member, first.call)))
    return first.answer;
  return pick(operation.representations ?? [], parts);
}

/** The usual case of a call that nobody else had a part in: nothing has moved. */
function isAlone({ operation }: Member, call: SharedCall): boolean {
  return call.members.size === 1 && call.representations?.length === operation.representations?.length;
}

function pick(
  representations: readonly string[],
  parts: readonly { readonly call: SharedCall; readonly answer: FetchAnswer }[],
): FetchAnswer {
  const errors: FetchError[] = [];
  const entities = representations.map((text) => {
    const part = parts.find(({ call }) => call.indexes.has(text));
    return part?.answer.entities[part.call.indexes.get(text) ?? -1] ?? null;
  });
  for (const { call, answer } of parts) {
    for (const error of answer.errors) {
      const text = error.entity === null ? undefined : call.representations?.[error.entity];
      const entity = text === undefined ? -1 : representations.indexOf(text);
      if (error.entity === null) errors.push(error);
      else if (entity !== -1) errors.push({ ...error, entity });
    }
  }
  return { data: null, entities, errors, cacheControl: parts.flatMap(({ answer }) => answer.cacheControl),
    isPrivate: parts.some(({ answer }) => answer.isPrivate) };
}
