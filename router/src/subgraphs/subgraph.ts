/**
 * One subgraph, as the engine sees it. A fetch goes out by itself, or with those of other requests that may share it
 * (`shared-fetches.ts`), and what goes out at the same time for the same callers may travel as one HTTP array.
 */
import type { FetchAnswer } from '../execution/fetch-answer.js';
import type { TypeRelations } from '../execution/type-relations.js';
import type { Caller } from './caller.js';
import { GatheringLoader } from './gathering.js';
import type { HeaderRules } from './header-rules.js';
import { toAnswer, type OperationOutcome, type SubgraphOperation } from './operation.js';
import type { Scope } from './scope.js';
import { fetchTogether, type Member, type SharedFetchOptions } from './shared-fetches.js';
import { SubrequestFailure } from './subgraph-error.js';
import type { SubgraphTransport } from './transport.js';
import { noteTime, patienceFor, UsualTimes } from './usual-time.js';
import { sendOperations } from './wire-call.js';

export interface SubgraphOptions {
  readonly name: string;
  readonly transport: SubgraphTransport;
  readonly types: TypeRelations;
  readonly headerRules: HeaderRules;
  /** Whether it takes several operations as one HTTP array. */
  readonly takesArrays: boolean;
  /** Whether client requests share fetches. */
  readonly isShared: boolean;
  /** Of every answer that has come, whoever asked for it. */
  readonly onAnswer?: (subgraph: string, milliseconds: number, operations: number) => void;
}

/** An operation with those who wait for it. */
interface Awaited {
  readonly operation: SubgraphOperation;
  readonly callers: readonly Caller[];
}

/** Gathers what goes out for the callers of one scope at the same time. */
export type Lane = GatheringLoader<Awaited, OperationOutcome>;

export class Subgraph {
  private readonly times = new UsualTimes();
  private readonly fetches = new Map<string, GatheringLoader<Member, FetchAnswer>>();
  private readonly lanes = new Map<string, Lane>();

  constructor(readonly options: SubgraphOptions) {}

  /** Milliseconds that a fetch of a plan may be kept for others of its kind. */
  patience(): number {
    const { usual } = this.times.of(anyFetch);
    return usual === null ? 5 : Math.min(500, Math.max(2, usual));
  }

  /** Never rejects. @param own what goes out for this caller alone; @param isAlone nothing of it may be shared */
  async fetch(
    operation: SubgraphOperation,
    caller: Caller,
    scope: Scope,
    own: Lane | null,
    isAlone: boolean,
  ): Promise<FetchAnswer> {
    const { name } = this.options;
    if (caller.hasLeft) return this.leftAnswer(operation);
    const known = this.times.of(operation.template.key);
    if (isAlone || !this.options.isShared || known.unsharedUntil > performance.now()) {
      const awaited = { operation, callers: [caller] };
      const isArray = own !== null && operation.template.kind === 'query';
      const outcome = isArray ? await own.load(awaited) : await this.sendOne(awaited, scope.headers);
      if (outcome.isPrivate) known.unsharedUntil = Infinity;
      return toAnswer(name, operation, outcome);
    }
    const { template, variables, representations } = operation;
    const kind = representations === null ? 'root' : 'entities';
    const key = JSON.stringify([kind, template.query, template.outputRewrites, variables, scope.key]);
    let loader = this.fetches.get(key);
    if (loader === undefined) {
      loader = this.sharedLoader(key, operation, scope);
      this.fetches.set(key, loader);
    }
    return this.orLeave(loader.load({ operation, caller }), operation, caller);
  }

  /** For what goes out for one request alone, where the subgraph takes arrays. */
  ownLane(scope: Scope): Lane | null {
    if (!this.options.takesArrays) return null;
    return this.newLane(scope.headers, () => undefined);
  }

  private sharedLoader(
    key: string,
    { template }: SubgraphOperation,
    scope: Scope,
  ): GatheringLoader<Member, FetchAnswer> {
    const known = this.times.of(template.key);
    const options: SharedFetchOptions = {
      subgraph: this.options.name,
      send: (operation, callers) => this.sendShared({ operation, callers }, scope),
      sendAlone: (operation, callers) => this.sendOne({ operation, callers }, scope.headers),
      onPrivate: () => {
        known.unsharedUntil = Infinity;
      },
    };
    return new GatheringLoader<Member, FetchAnswer>({
      send: async (members, isOverrun) => {
        const started = performance.now();
        try {
          if (!isOverrun) return await fetchTogether(members, options);
          return (await Promise.all(members.map((member) => fetchTogether([member], options)))).flat();
        } finally {
          noteTime(known, performance.now() - started);
        }
      },
      patience: () => patienceFor(known),
      onIdle: () => this.fetches.delete(key),
      onOverrun: () => {
        known.unsharedUntil = Math.max(known.unsharedUntil, performance.now() + unsharedAfterOverrun);
      },
    });
  }

  private sendShared(awaited: Awaited, scope: Scope): Promise<OperationOutcome> {
    if (!this.options.takesArrays) return this.sendOne(awaited, scope.sharedHeaders);
    let lane = this.lanes.get(scope.key);
    if (lane === undefined) {
      lane = this.newLane(scope.sharedHeaders, () => this.lanes.delete(scope.key));
      this.lanes.set(scope.key, lane);
    }
    return lane.load(awaited);
  }

  private newLane(headers: readonly string[], onIdle: () => void): Lane {
    return new GatheringLoader<Awaited, OperationOutcome>({
      send: (gathered) => this.send(gathered, headers),
      patience: () => this.patience(),
      maxItems: maxOperationsOfAnArray,
      onIdle,
    });
  }

  private async sendOne(awaited: Awaited, headers: readonly string[]): Promise<OperationOutcome> {
    const [outcome] = await this.send([awaited], headers);
    if (outcome === undefined) throw new Error('an operation was sent but has no outcome');
    return outcome;
  }

  private async send(gathered: readonly Awaited[], headers: readonly string[]): Promise<OperationOutcome[]> {
    const { name, onAnswer } = this.options;
    const started = performance.now();
    const operations = gathered.map(({ operation }) => operation);
    const callers = gathered.flatMap((awaited) => awaited.callers);
    const outcomes = await sendOperations(this.options, operations, headers, callers);
    const milliseconds = performance.now() - started;
    noteTime(this.times.of(anyFetch), milliseconds);
    onAnswer?.(name, milliseconds, operations.length);
    return outcomes;
  }

  /** Whoever leaves does not wait for those who stay. */
  private orLeave(
    answer: Promise<FetchAnswer>,
    operation: SubgraphOperation,
    caller: Caller,
  ): Promise<FetchAnswer> {
    return new Promise((resolve, reject) => {
      const takeBack = caller.onLeave(() => {
        resolve(this.leftAnswer(operation));
      });
      answer.then(resolve, reject).finally(takeBack);
    });
  }

  private leftAnswer(operation: SubgraphOperation): FetchAnswer {
    const response = new SubrequestFailure('SUBREQUEST_TIMEOUT', 'did not answer while the request lasted');
    return toAnswer(this.options.name, operation, { response, isPrivate: false });
  }
}

const anyFetch = '';

/** Milliseconds that a key is not shared for, after a call that took far longer than usual. */
const unsharedAfterOverrun = 5_000;

/** Arrays are answered as slowly as their slowest member, and built in memory by both sides. */
const maxOperationsOfAnArray = 50;
