/**
 * Runs a plan: sends each fetch as soon as what it comes after is there, equal ones together, and keeps what came back.
 * Nothing is merged and nothing shaped here.
 */
import { clientVariable } from '../planner/data-names.js';
import type { CompiledFetch, CompiledGroup, CompiledLesserFetch, CompiledPlan } from './compiled-plan.js';
import type { DataNode } from './data-tree.js';
import type { FetchAnswer, FetchError, FetchPort } from './fetch-answer.js';
import type { JsonObject } from './json-text.js';
import { DistinctHosts, HostsByValue, HostsInstead, type Hosts } from './host-index.js';
import { forEachHost, forEachPosition, type Origin } from './positions.js';
import { contextVariables } from './representations.js';
import { Distinct, noteHosts } from './distinct.js';
import { partRun, type PartRun } from './part-run.js';
import type { RequestTemplate } from './request-template.js';
import { entityIndex, Results, type FetchResult, type Position } from './results.js';

export interface PlanRequest {
  readonly port: FetchPort;
  /** As the client sent them: subgraphs coerce by themselves. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** With defaults filled in: what `@skip` and `@include` look at. */
  readonly coercedVariables: Readonly<Record<string, unknown>>;
  /** Milliseconds that a fetch may be kept for others of its group, by subgraph. */
  readonly patience: (subgraph: string) => number;
}

/** An error of a fetch, before it is known where in the client's answer it belongs. */
export interface FailedFetch {
  readonly fetch: CompiledFetch;
  readonly error: FetchError;
}

export interface PlanOutcome {
  readonly results: Results;
  readonly failures: readonly FailedFetch[];
}

/** A plan whose deferred parts are awaited one by one. */
export interface PlanInParts extends PlanOutcome {
  /** When all fetches of the part are done; `null`: those of the answer itself. */
  done(part: string | null): Promise<void>;
}

/** @returns when all fetches are done, of which none is deferred */
export async function runPlan(plan: CompiledPlan, request: PlanRequest): Promise<PlanOutcome> {
  const run = new PlanRun(plan, request);
  await run.done(null);
  return run;
}

export function runPlanInParts(plan: CompiledPlan, request: PlanRequest): PlanInParts {
  return new PlanRun(plan, request);
}

class PlanRun implements PlanInParts {
  readonly results: Results;
  readonly failures: FailedFetch[] = [];
  private readonly waitingFor: number[];
  private readonly groups: GroupRun[];
  private readonly hosts = new Map<DataNode, Map<string, DistinctHosts>>();
  private readonly parts = new Map<string | null, PartRun>();

  constructor(
    private readonly plan: CompiledPlan,
    private readonly request: PlanRequest,
  ) {
    this.results = new Results(plan.types, request.coercedVariables);
    this.waitingFor = plan.fetches.map(({ fetch }) => fetch.after.size);
    this.groups = plan.groups.map((group) => ({ group, ready: [], sent: 0, timer: undefined }));
    for (const { fetch } of plan.fetches) this.part(fetch.part).unfinished += 1;
    for (const compiled of plan.fetches) if (compiled.fetch.after.size === 0) this.ready(compiled);
  }

  done(part: string | null): Promise<void> {
    const run = this.part(part);
    if (run.unfinished === 0) run.finish();
    return run.done;
  }

  private part(part: string | null): PartRun {
    let run = this.parts.get(part);
    if (run === undefined) {
      run = partRun();
      this.parts.set(part, run);
    }
    return run;
  }

  private ready(compiled: CompiledFetch): void {
    const run = this.groups[compiled.group];
    if (run === undefined) return;
    run.ready.push(compiled);
    const { length } = run.group.fetches;
    if (run.sent + run.ready.length === length) {
      this.flush(run);
    } else {
      // What is ready waits for the rest of its group, but not for long: the rest may come after something slow.
      run.timer ??= setTimeout(() => {
        this.flush(run);
      }, this.request.patience(compiled.fetch.subgraph));
    }
  }

  private flush(run: GroupRun): void {
    clearTimeout(run.timer);
    run.timer = undefined;
    const fetches = run.ready;
    run.ready = [];
    run.sent += fetches.length;
    this.send(fetches).then(
      () => {
        for (const { fetch } of fetches) this.completed(fetch);
      },
      (error: unknown) => {
        for (const part of this.parts.values()) part.fail(error);
      },
    );
  }

  private completed({ index, part }: CompiledFetch['fetch']): void {
    const run = this.part(part);
    run.unfinished -= 1;
    for (const later of this.plan.fetches) {
      if (!later.fetch.after.has(index)) continue;
      const left = (this.waitingFor[later.fetch.index] ?? 0) - 1;
      this.waitingFor[later.fetch.index] = left;
      if (left === 0) this.ready(later);
    }
    if (run.unfinished === 0) run.finish();
  }

  private async send(group: readonly CompiledFetch[]): Promise<void> {
    const { coercedVariables } = this.request;
    const fetches = group.filter(({ fetch }) =>
      fetch.conditions.every(({ variable, expected }) => coercedVariables[variable] === expected),
    );
    const [first] = fetches;
    if (first === undefined) return;
    if (first.fetch.requires === null) await this.sendRootFetch(first);
    else if (first.fetch.contextRewrites.length > 0) await this.sendContextFetch(first);
    else await this.sendEntityFetches(fetches);
  }

  private async sendRootFetch(compiled: CompiledFetch): Promise<void> {
    if (compiled.fetch.node.parent !== null && !this.hasPosition(compiled)) return;
    const answer = await this.fetch(compiled, this.variables(compiled.fetch.template), null);
    this.results.put(compiled.fetch.index, { data: answer.data, entities: [], hosts: null });
    this.keepErrors(compiled, answer, 0);
  }

  private async sendEntityFetches(fetches: readonly CompiledFetch[]): Promise<void> {
    const [first] = fetches;
    if (first === undefined) return;
    const distinct = new Distinct(fetches.length === 1 && first.namesApart);
    const hosts = fetches.map((compiled) => this.collect(compiled, distinct));
    if (distinct.texts.length === 0 && fetches.every(({ instead }) => instead === null)) return;
    const answer =
      distinct.texts.length === 0
        ? nothingAsked
        : await this.fetch(first, this.variables(first.fetch.template), distinct.texts);
    await Promise.all(
      fetches.map(async (compiled, index) => {
        this.keepErrors(compiled, answer, 0);
        const result = { data: null, entities: answer.entities, hosts: hosts[index] ?? new Map() };
        const { instead } = compiled;
        const whole = instead === null ? result : await this.fillGaps(compiled, instead, result, answer);
        this.results.put(compiled.fetch.index, whole);
      }),
    );
  }

  /** Asks for less of those for which a fetch that stands for two got nothing. */
  private async fillGaps(
    compiled: CompiledFetch,
    { template, write }: CompiledLesserFetch,
    result: EntityResult,
    answer: FetchAnswer,
  ): Promise<EntityResult> {
    if (answer.errors.length === 0 && result.hosts.isWhole === true) return result;
    const failed = new Set(answer.errors.map(({ entity }) => entity));
    const distinct = new Distinct(false);
    const gaps = new Map<JsonObject, number>();
    const offset = answer.entities.length;
    forEachPosition(compiled.walk, this.results, (position) => {
      const entity = entityIndex(result.hosts, compiled.fetch.node, position);
      if (entity !== undefined && !(failed.has(entity) && answer.entities[entity] === null)) return;
      if (compiled.walk.origin !== null) this.results.attach(compiled.fetch.node, position);
      const text = write(position, this.results);
      if (text !== null) noteHosts(compiled.fetch.node, position, offset + distinct.add(text), gaps);
    });
    if (gaps.size === 0) return result;
    const { followsMutation } = compiled.fetch;
    const variables = this.variables(template);
    const less = await this.request.port.fetch({
      template,
      variables,
      representations: distinct.texts,
      followsMutation,
    });
    this.keepErrors(compiled, less, offset);
    return {
      data: null,
      entities: [...answer.entities, ...less.entities],
      hosts: new HostsInstead(gaps, result.hosts),
    };
  }

  /** Arguments from the context are variables, so entities whose context differs are asked for apart. */
  private async sendContextFetch(compiled: CompiledFetch): Promise<void> {
    const { fetch, walk, write } = compiled;
    const calls = new Map<string, Distinct>();
    const asked: { readonly position: Position; readonly call: string; readonly entity: number }[] = [];
    forEachPosition({ ...walk, origin: null }, this.results, (position, ancestors) => {
      const text = write(position, this.results);
      if (text === null) return;
      const call = contextVariables(fetch, ancestors, this.results);
      const distinct = calls.get(call) ?? new Distinct(false);
      calls.set(call, distinct);
      asked.push({ position, call, entity: distinct.add(text) });
    });
    const own = this.variables(fetch.template);
    const answers = await Promise.all(
      [...calls].map(async ([call, { texts }]) => {
        const variables = own === '' ? call : `${own},${call}`;
        return { call, answer: await this.fetch(compiled, variables, texts) };
      }),
    );
    const entities: (JsonObject | null)[] = [];
    const offsets = new Map<string, number>();
    for (const { call, answer } of answers) {
      offsets.set(call, entities.length);
      this.keepErrors(compiled, answer, entities.length);
      entities.push(...answer.entities);
    }
    const hosts = new Map<JsonObject, number>();
    for (const { position, call, entity } of asked) {
      noteHosts(compiled.fetch.node, position, (offsets.get(call) ?? 0) + entity, hosts);
    }
    this.results.put(fetch.index, { data: null, entities, hosts });
  }

  /** Names each entity at the fetch's positions. @returns the entity of each host */
  private collect(compiled: CompiledFetch, distinct: Distinct): Hosts {
    const { fetch, walk, write, readsAttached, determinant } = compiled;
    if (walk.origin !== null && determinant !== null) {
      return this.collectDistinct(compiled, walk.origin, determinant, distinct);
    }
    const hosts = new Map<JsonObject, number>();
    const slot = walk.origin?.slot;
    forEachPosition(walk, this.results, (position) => {
      const host = slot === undefined ? undefined : position[slot];
      // The same object again, by way of an entity that occurs more than once.
      if (host !== undefined && hosts.has(host)) return;
      if (slot !== undefined && readsAttached) this.results.attach(fetch.node, position);
      const text = write(position, this.results);
      if (text === null) return;
      const entity = distinct.add(text);
      if (host === undefined) noteHosts(compiled.fetch.node, position, entity, hosts);
      else hosts.set(host, entity);
    });
    return hosts;
  }

  private collectDistinct(
    { fetch, write, readsAttached }: CompiledFetch,
    origin: Origin,
    determinant: string,
    distinct: Distinct,
  ): Hosts {
    const hosts = this.distinctHosts(fetch.node, origin, determinant);
    const position: Position = [];
    const entities = hosts.hosts.map((host) => {
      position.fill(undefined);
      position[origin.slot] = host;
      if (readsAttached) this.results.attach(fetch.node, position);
      const text = write(position, this.results);
      return text === null ? null : distinct.add(text);
    });
    return new HostsByValue(hosts, entities);
  }

  /** Walked once for all fetches that are attached there. */
  private distinctHosts(node: DataNode, origin: Origin, determinant: string): DistinctHosts {
    const key = `${origin.slot} ${determinant}`;
    const known = this.hosts.get(node)?.get(key);
    if (known !== undefined) return known;
    const hosts = new DistinctHosts(determinant);
    forEachHost(origin, this.results, (host) => {
      hosts.add(host);
    });
    const byField = this.hosts.get(node) ?? new Map<string, DistinctHosts>();
    this.hosts.set(node, byField.set(key, hosts));
    return hosts;
  }

  private hasPosition({ walk }: CompiledFetch): boolean {
    let found = false;
    forEachPosition(walk, this.results, () => {
      found = true;
    });
    return found;
  }

  private fetch({ fetch }: CompiledFetch, variables: string, representations: readonly string[] | null) {
    const { template, followsMutation } = fetch;
    return this.request.port.fetch({ template, variables, representations, followsMutation });
  }

  private variables(template: RequestTemplate): string {
    let text = '';
    for (const name of template.variables) {
      const value = this.request.variables[clientVariable(name)];
      if (value === undefined) continue;
      text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}`;
    }
    return text;
  }

  private keepErrors(fetch: CompiledFetch, answer: FetchAnswer, offset: number): void {
    for (const error of answer.errors) {
      const entity = error.entity === null ? null : error.entity + offset;
      this.failures.push({ fetch, error: offset === 0 ? error : { ...error, entity } });
    }
  }
}

const nothingAsked: FetchAnswer = {
  data: null,
  entities: [],
  errors: [],
  cacheControl: [],
  isPrivate: false,
  origins: [],
  entityPlaces: null,
  proofs: [],
};

type EntityResult = FetchResult & { readonly hosts: Hosts };

interface GroupRun {
  readonly group: CompiledGroup;
  ready: CompiledFetch[];
  sent: number;
  timer: NodeJS.Timeout | undefined;
}
