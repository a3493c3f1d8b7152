/**
 * One call for all who ask the same of a subgraph at the same time: same text, same variables, same scope. Their
 * representations are put together, equal ones once, and each gets back what it asked for under its own indexes. What
 * one of them would not have got alone is not got together either: a call that fails as a whole, and an answer that is
 * one caller's alone, are asked for again for each, which is why only reads come here.
 */
import type { EntityPlace, FetchAnswer, FetchError } from '../execution/fetch-answer.js';
import type { Caller } from './caller.js';
import {
  failedAsAWhole,
  isTimeout,
  toAnswer,
  type OperationOutcome,
  type SubgraphOperation,
} from './operation.js';
import type { Scope } from './scope.js';

export interface Member {
  readonly operation: SubgraphOperation;
  readonly caller: Caller;
  readonly scope: Scope;
}

export interface SharedFetchOptions {
  readonly subgraph: string;
  /** For all of these, who may share it. */
  readonly send: (operation: SubgraphOperation, members: readonly Member[]) => Promise<OperationOutcome>;
  /** For one, with all that is its own. */
  readonly sendAlone: (member: Member) => Promise<OperationOutcome>;
  /** The most representations of one call. */
  readonly maxRepresentations: number;
}

/** @param members equal in all but their representations. @returns an answer each, in order */
export async function fetchTogether(
  members: readonly Member[],
  options: SharedFetchOptions,
): Promise<FetchAnswer[]> {
  const [only] = members;
  if (only === undefined) return [];
  if (members.length === 1) return [await collect(only, [send(wholeCall(only, members), options)], options)];
  if (only.operation.representations === null) {
    const sent = send(wholeCall(only, members), options);
    return Promise.all(members.map((member) => collect(member, [sent], options)));
  }
  const answers = new Map<Member, Promise<FetchAnswer>>();
  for (const group of groupsOf(members, options.maxRepresentations)) {
    const shares = share(group);
    const sent = new Map(shares.calls.map((call) => [call, send(call, options)]));
    for (const [member, calls] of shares.callsOf) {
      const own = calls.flatMap((call) => sent.get(call) ?? []);
      answers.set(member, collect(member, own, options, shares.places));
    }
  }
  return Promise.all(members.map((member) => answers.get(member) ?? fetchAlone(member, options)));
}

/** Their fetches may share calls. */
interface Group {
  readonly members: readonly Member[];
  readonly maxRepresentations: number;
}

/** Who asks for more than half of what a call takes would leave little for others, and goes alone. */
function groupsOf(members: readonly Member[], maxRepresentations: number): Group[] {
  const together: Member[] = [];
  const groups: Group[] = [{ members: together, maxRepresentations }];
  for (const own of byCaller(members)) {
    const sizes = own.map(sizeOf);
    const isLarge = sizes.reduce((sum, size) => sum + size, 0) > maxRepresentations / 2;
    if (isLarge) groups.push({ members: own, maxRepresentations: Math.max(maxRepresentations, ...sizes) });
    else together.push(...own);
  }
  return groups;
}

function byCaller(members: readonly Member[]): Member[][] {
  const callers = new Map<Caller, Member[]>();
  for (const member of members) {
    const own = callers.get(member.caller);
    if (own === undefined) callers.set(member.caller, [member]);
    else own.push(member);
  }
  return [...callers.values()];
}

function sizeOf({ operation }: Member): number {
  return operation.representations?.length ?? 0;
}

interface SharedCall {
  readonly operation: SubgraphOperation;
  /** Those who have a part in it. */
  readonly members: Member[];
}

/** Where a representation is. */
interface Place {
  readonly call: SharedCall;
  readonly index: number;
}

interface Shares {
  readonly calls: readonly SharedCall[];
  readonly places: ReadonlyMap<string, Place>;
  readonly callsOf: ReadonlyMap<Member, readonly SharedCall[]>;
}

function wholeCall({ operation }: Member, members: readonly Member[]): SharedCall {
  return { operation, members: [...members] };
}

/** Takes one representation of each caller in turn, so that a call that is full has left out as much of each. */
function share({ members, maxRepresentations }: Group): Shares {
  const places = new Map<string, Place>();
  const calls: SharedCall[] = [];
  const queues = byCaller(members).map((own) =>
    own.flatMap(({ operation }) => operation.representations ?? []),
  );
  const longest = queues.reduce((most, { length }) => Math.max(most, length), 0);
  let representations: string[] = [];
  for (let turn = 0; turn < longest; turn += 1) {
    for (const queue of queues) {
      const text = queue[turn];
      if (text === undefined || places.has(text)) continue;
      let call = calls.at(-1);
      const [first] = members;
      if (first !== undefined && (call === undefined || representations.length >= maxRepresentations)) {
        representations = [];
        call = { operation: { ...first.operation, representations }, members: [] };
        calls.push(call);
      }
      if (call !== undefined) places.set(text, { call, index: representations.push(text) - 1 });
    }
  }
  return { calls, places, callsOf: new Map(members.map((member) => [member, join(member, places)])) };
}

function join(member: Member, places: ReadonlyMap<string, Place>): SharedCall[] {
  const calls = new Set<SharedCall>();
  for (const text of member.operation.representations ?? []) {
    const call = places.get(text)?.call;
    if (call !== undefined) calls.add(call);
  }
  for (const call of calls) call.members.push(member);
  return [...calls];
}

/** What came of a call: the same for all who have a part in it, and so written to by nobody. */
interface Sent {
  readonly call: SharedCall;
  readonly answer: Promise<FetchAnswer | 'again'>;
}

function send(call: SharedCall, options: SharedFetchOptions): Sent {
  return { call, answer: answerOf(call, options) };
}

async function answerOf(
  { operation, members }: SharedCall,
  options: SharedFetchOptions,
): Promise<FetchAnswer | 'again'> {
  const outcome = await options.send(operation, members);
  const isOfOthersToo = outcome.isShared && (outcome.isPrivate || outcome.isOfCall);
  const isLost = members.length > 1 && failedAsAWhole(operation, outcome);
  if ((isOfOthersToo || isLost) && !isTimeout(outcome.response)) return 'again';
  return toAnswer(options.subgraph, operation, outcome);
}

async function fetchAlone(member: Member, options: SharedFetchOptions): Promise<FetchAnswer> {
  return toAnswer(options.subgraph, member.operation, await options.sendAlone(member));
}

async function collect(
  member: Member,
  sent: readonly Sent[],
  options: SharedFetchOptions,
  places: ReadonlyMap<string, Place> | null = null,
): Promise<FetchAnswer> {
  const answers = new Map<SharedCall, FetchAnswer>();
  const got = await Promise.all(sent.map(({ answer }) => answer));
  for (const [index, { call }] of sent.entries()) {
    const answer = got[index];
    if (answer === undefined || answer === 'again') return fetchAlone(member, options);
    answers.set(call, answer);
  }
  const [first] = answers.values();
  const { representations } = member.operation;
  if (first !== undefined && (places === null || representations === null)) return first;
  return pick(representations ?? [], places ?? new Map<string, Place>(), answers);
}

function pick(
  representations: readonly string[],
  places: ReadonlyMap<string, Place>,
  answers: ReadonlyMap<SharedCall, FetchAnswer>,
): FetchAnswer {
  const own = [...answers.values()];
  const errorsOf = new Map<SharedCall, ReadonlyMap<number | null, readonly FetchError[]>>();
  const errors: FetchError[] = [];
  for (const [call, answer] of answers) {
    if (answer.errors.length === 0) continue;
    const byEntity = errorsByEntity(answer.errors);
    errorsOf.set(call, byEntity);
    errors.push(...(byEntity.get(null) ?? []));
  }
  const entities = representations.map((text, entity) => {
    const place = places.get(text);
    if (place === undefined) return null;
    for (const error of errorsOf.get(place.call)?.get(place.index) ?? []) errors.push({ ...error, entity });
    return answers.get(place.call)?.entities[place.index] ?? null;
  });
  return {
    data: null,
    entities,
    errors,
    cacheControl: own.flatMap(({ cacheControl }) => cacheControl),
    isPrivate: own.some(({ isPrivate }) => isPrivate),
    ...originsOf(representations, places, answers),
    proofs: null,
  };
}

/** What calls say of single entities follows these to those who asked for them. */
function originsOf(
  representations: readonly string[],
  places: ReadonlyMap<string, Place>,
  answers: ReadonlyMap<SharedCall, FetchAnswer>,
): Pick<FetchAnswer, 'origins' | 'entityPlaces'> {
  const calls = [...answers.keys()].filter((call) => answers.get(call)?.origins.length === 1);
  // Where a call was not answered, errors say so, and nothing of the answer is kept.
  if (calls.length < answers.size) return { origins: [], entityPlaces: null };
  const numbers = new Map(calls.map((call, origin) => [call, origin]));
  const entityPlaces = representations.map((text): EntityPlace => {
    const place = places.get(text);
    return { origin: (place && numbers.get(place.call)) ?? 0, index: place?.index ?? 0 };
  });
  return { origins: [...answers.values()].flatMap(({ origins }) => origins), entityPlaces };
}

function errorsByEntity(errors: readonly FetchError[]): Map<number | null, FetchError[]> {
  const byEntity = new Map<number | null, FetchError[]>();
  for (const error of errors) {
    const known = byEntity.get(error.entity);
    if (known === undefined) byEntity.set(error.entity, [error]);
    else known.push(error);
  }
  return byEntity;
}
