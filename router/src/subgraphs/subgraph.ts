/**
 * One subgraph, as the engine sees it. A fetch goes out by itself, or with those of other requests that may share it
 * (`shared-fetches.ts`), and what goes out at the same time for the same callers may travel as one HTTP array.
 */
import type { SubgraphCaching } from '../caching/subgraph-caching.js';
import type { FetchAnswer } from '../execution/fetch-answer.js';
import type { TypeRelations } from '../execution/type-relations.js';
import type { Caller } from './caller.js';
import { GatheringLoader } from './gathering.js';
import type { HeaderRules } from './header-rules.js';
import { toAnswer, type OperationOutcome, type SubgraphOperation } from './operation.js';
import type { Scope } from './scope.js';
import { fetchTogether, type Member, type SharedFetchOptions } from './shared-fetches.js';
import { SubrequestFailure } from './subgraph-error.js';
import type { SubgraphObserver } from '../telemetry/subgraph-observer.js';
import type { SubgraphTransport } from './transport.js';
import {
  isUsuallyAlone,
  limitOf,
  newlyKnown,
  noteCompany,
  noteTime,
  patienceFor,
  UsualTimes,
  type Known,
} from './usual-time.js';
import { leftOutcome, sendOperations } from './wire-call.js';

export interface SubgraphOptions {
  readonly name: string;
  readonly transport: SubgraphTransport;
  readonly types: TypeRelations;
  readonly headerRules: HeaderRules;
  /** Whether it takes several operations as one HTTP array. */
  readonly takesArrays: boolean;
  /** Whether client requests share fetches. */
  readonly isShared: boolean;
  /** How it is cached; it is then asked how its answers come about. `null`: not at all. */
  readonly caching?: SubgraphCaching | null;
  /** Of what is asked and sent; nothing is noted without one. */
  readonly observer?: SubgraphObserver;
}

export class Subgraph {
  private readonly times = new UsualTimes();
  /** Whatever is asked. */
  private readonly time = newlyKnown(0);
  /** By scope, whose key may be long, and by what is asked. */
  private readonly fetches = new Map<string, Map<string, GatheringLoader<Member, FetchAnswer>>>();
  /** By scope: what may travel together. */
  private readonly lanes = new Map<string, Lane>();
  /** What one caller's operations ask, which nobody else has a part in. */
  private readonly ownLanes = new WeakMap<Caller, Lane>();

  constructor(readonly options: SubgraphOptions) {}

  /** Milliseconds that a fetch of a plan may be kept for others of its kind. */
  patience(): number {
    const { usual } = this.time;
    return usual === null ? 5 : Math.min(500, Math.max(2, usual));
  }

  /** How many are gathering or under way. */
  get size(): number {
    let size = this.lanes.size;
    for (const { size: fetches } of this.fetches.values()) size += fetches;
    return size;
  }

  /** Never rejects for what the subgraph does. @param isAlone nothing of it may be shared */
  async fetch(
    operation: SubgraphOperation,
    caller: Caller,
    scope: Scope,
    isAlone: boolean,
  ): Promise<FetchAnswer> {
    if (caller.hasLeft) return this.leftAnswer(operation);
    this.options.observer?.asked(operation.representations?.length ?? 0);
    const member = { operation, caller, scope };
    const known = this.times.of(operation.template.key);
    if (isAlone || !this.options.isShared || scope.key === null || isUnshared(known)) {
      return toAnswer(this.options.name, operation, await this.sendAlone(member, known));
    }
    return this.orLeave(this.sharedLoader(operation, scope.key, known).load(member), member);
  }

  /** Only when nobody waits for an answer any more. */
  close(): void {
    for (const fetches of [...this.fetches.values()])
      for (const loader of [...fetches.values()]) loader.release();
    for (const lane of [...this.lanes.values()]) lane.release();
  }

  private sharedLoader(
    { variables, representations }: SubgraphOperation,
    scope: string,
    known: Known,
  ): GatheringLoader<Member, FetchAnswer> {
    const key = `${known.id}${representations === null ? 'r' : 'e'}${variables}`;
    const fetches = this.fetches.get(scope) ?? new Map<string, GatheringLoader<Member, FetchAnswer>>();
    let loader = fetches.get(key);
    if (loader !== undefined) return loader;
    loader = this.newLoader(scope, known, () => {
      fetches.delete(key);
      if (fetches.size === 0) this.fetches.delete(scope);
    });
    fetches.set(key, loader);
    this.fetches.set(scope, fetches);
    return loader;
  }

  private newLoader(scope: string, known: Known, onIdle: () => void): GatheringLoader<Member, FetchAnswer> {
    const options: SharedFetchOptions = {
      subgraph: this.options.name,
      send: (operation, members) => this.sendShared(operation, members, scope, known),
      sendAlone: (member) => this.sendAlone(member, known),
      maxRepresentations,
    };
    return new GatheringLoader<Member, FetchAnswer>({
      isUsuallyAlone: () => isUsuallyAlone(known),
      send: (members, isOverrun) => {
        noteCompany(known, members.length);
        const isAlone = isOverrun || isUnshared(known);
        return forThePresent(
          members,
          ({ caller }) => !caller.hasLeft,
          (present) => (isAlone ? this.fetchEach(present, known) : fetchTogether(present, options)),
          ({ operation }) => this.leftAnswer(operation),
        );
      },
      patience: () => patienceFor(known),
      onIdle,
      onOverrun: () => {
        unshareForAWhile(known);
      },
    });
  }

  private fetchEach(members: readonly Member[], known: Known): Promise<FetchAnswer[]> {
    return Promise.all(
      members.map(async (member) =>
        toAnswer(this.options.name, member.operation, await this.sendAlone(member, known)),
      ),
    );
  }

  private sendShared(
    operation: SubgraphOperation,
    members: readonly Member[],
    scopeKey: string,
    known: Known,
  ): Promise<OperationOutcome> {
    const [first] = members;
    if (first === undefined) return Promise.resolve(leftOutcome());
    const awaited = { operation, callers: members.map(({ caller }) => caller), scope: first.scope };
    if (!this.options.takesArrays) return this.sendOne(awaited, known);
    let lane = this.lanes.get(scopeKey);
    if (lane === undefined) {
      const patience = () => Math.min(maxPatienceOfAnArray, this.time.usual ?? 0);
      lane = this.newLane(patience, () => this.lanes.delete(scopeKey));
      this.lanes.set(scopeKey, lane);
    }
    return noted(known, lane.load(awaited));
  }

  private sendAlone({ operation, caller, scope }: Member, known: Known): Promise<OperationOutcome> {
    const awaited = { operation, callers: [caller], scope };
    if (!this.options.takesArrays || operation.template.kind !== 'query') return this.sendOne(awaited, known);
    let lane = this.ownLanes.get(caller);
    if (lane === undefined) {
      lane = this.newLane(() => 0);
      this.ownLanes.set(caller, lane);
    }
    return noted(known, lane.load(awaited));
  }

  private newLane(patience: () => number, onIdle?: () => void): Lane {
    return new GatheringLoader<Awaited, OperationOutcome>({
      isUsuallyAlone: () => isUsuallyAlone(this.time),
      send: (gathered) => {
        noteCompany(this.time, gathered.length);
        return this.send(gathered);
      },
      patience,
      maxItems: maxOperationsOfAnArray,
      ...(onIdle !== undefined && { onIdle }),
    });
  }

  private sendOne(awaited: Awaited, known: Known): Promise<OperationOutcome> {
    return noted(
      known,
      this.send([awaited]).then(([outcome]) => outcome ?? leftOutcome()),
    );
  }

  private send(gathered: readonly Awaited[]): Promise<OperationOutcome[]> {
    return forThePresent(
      gathered,
      ({ callers }) => callers.some(({ hasLeft }) => !hasLeft),
      (present) => this.sendPresent(present),
      leftOutcome,
    );
  }

  private async sendPresent(gathered: readonly Awaited[]): Promise<OperationOutcome[]> {
    const [first] = gathered;
    if (first === undefined) return [];
    const operations = gathered.map(({ operation }) => operation);
    const callers = new Set(gathered.flatMap((awaited) => awaited.callers));
    const observed = this.options.observer?.begin(gathered);
    const scope = observed?.inTrace(first.scope) ?? first.scope;
    let outcomes: OperationOutcome[] = [];
    try {
      outcomes = await sendOperations(this.options, operations, scope, callers);
    } finally {
      observed?.end(outcomes);
    }
    this.note(outcomes);
    return outcomes;
  }

  private note(outcomes: readonly OperationOutcome[]): void {
    const [first] = outcomes;
    if (first === undefined) return;
    if (!(first.isOfCall && first.response instanceof SubrequestFailure))
      noteTime(this.time, first.milliseconds);
  }

  /** Whoever leaves does not wait for those who stay. */
  private orLeave(answer: Promise<FetchAnswer>, { operation, caller }: Member): Promise<FetchAnswer> {
    return new Promise((resolve, reject) => {
      const takeBack = caller.onLeave(() => {
        resolve(this.leftAnswer(operation));
      });
      void answer.then(resolve, reject).finally(takeBack);
    });
  }

  private leftAnswer(operation: SubgraphOperation): FetchAnswer {
    return toAnswer(this.options.name, operation, leftOutcome());
  }
}

/** An operation with those who wait for it, who are all of one scope. */
interface Awaited {
  readonly operation: SubgraphOperation;
  readonly callers: readonly Caller[];
  readonly scope: Scope;
}

/** Gathers what goes out at the same time. */
type Lane = GatheringLoader<Awaited, OperationOutcome>;

function isUnshared({ unsharedUntil }: Known): boolean {
  return unsharedUntil > 0 && unsharedUntil > performance.now();
}

function unshareForAWhile(known: Known): void {
  known.unsharedUntil = Math.max(known.unsharedUntil, performance.now() + unsharedAfterOverrun);
}

/** Sends nothing for those who have gone. @returns one outcome for each item, in order */
async function forThePresent<Item, Outcome>(
  items: readonly Item[],
  isPresent: (item: Item) => boolean,
  send: (present: readonly Item[]) => Promise<readonly Outcome[]>,
  left: (item: Item) => Outcome,
): Promise<Outcome[]> {
  const present = items.filter(isPresent);
  const outcomes = present.length === 0 ? [] : await send(present);
  if (outcomes.length === items.length) return [...outcomes];
  const byItem = new Map(present.map((item, index) => [item, outcomes[index]]));
  return items.map((item) => byItem.get(item) ?? left(item));
}

/** Learns of an answer whether, and when, the next of its kind may be shared. */
async function noted(known: Known, sent: Promise<OperationOutcome>): Promise<OperationOutcome> {
  const outcome = await sent;
  const { isPrivate, isShared, milliseconds, response } = outcome;
  if (isPrivate) known.unsharedUntil = Infinity;
  if (isShared && milliseconds > limitOf(known)) unshareForAWhile(known);
  if (!(response instanceof SubrequestFailure)) noteTime(known, milliseconds);
  return outcome;
}

/** The most representations of one call that is for several. */
const maxRepresentations = 1_000;

/** Milliseconds that a key is not shared for, after a call that took far longer than usual. */
const unsharedAfterOverrun = 5_000;

/** Arrays are answered as slowly as their slowest member, and built in memory by both sides. */
const maxOperationsOfAnArray = 50;

/** Milliseconds that an operation waits at most for others to travel with. */
const maxPatienceOfAnArray = 50;
