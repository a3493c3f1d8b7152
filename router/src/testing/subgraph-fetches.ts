/** Fetches to one subgraph over real HTTP, below the engine: who asks, what is asked, and answers that wait for the test. */
import { json, startStubSubgraph, type RecordedRequest, type StubAnswer } from '@selvedge/testkit';
import { buildSchema } from 'graphql';
import type { FetchAnswer } from '../execution/fetch-answer.js';
import type { RequestTemplate } from '../execution/request-template.js';
import { TypeRelations } from '../execution/type-relations.js';
import type { Caller } from '../subgraphs/caller.js';
import type { Headers } from '../subgraphs/header-rules.js';
import { scopeOf } from '../subgraphs/scope.js';
import { Subgraph, type SubgraphOptions } from '../subgraphs/subgraph.js';
import { ConnectionPools } from '../subgraphs/transport.js';
import type { Cleanup } from './test-router.js';

export class TestCaller implements Caller {
  readonly deadline = performance.now() + 60_000;
  hasLeft = false;
  readonly callbacks = new Set<() => void>();

  onLeave(callback: () => void): () => void {
    this.callbacks.add(callback);
    return () => this.callbacks.delete(callback);
  }

  leave(): void {
    this.hasLeft = true;
    for (const callback of this.callbacks) callback();
    this.callbacks.clear();
  }
}

export interface Ask {
  readonly caller?: TestCaller;
  readonly ids?: readonly string[];
  readonly query?: string;
  readonly variables?: string;
  readonly headers?: Headers;
  readonly labels?: readonly string[];
  readonly isAlone?: boolean;
}

export interface Fetches {
  readonly requests: readonly RecordedRequest[];
  readonly subgraph: Subgraph;
  readonly held: HeldAnswers;
  behave(answer: (request: RecordedRequest) => StubAnswer | Promise<StubAnswer>): void;
  /** Asks for entities by their ids. */
  ask(ask?: Ask): Promise<FetchAnswer>;
}

export async function startFetches(
  cleanup: Cleanup,
  options: Partial<SubgraphOptions> & { readonly timeout?: number } = {},
): Promise<Fetches> {
  const stub = await cleanup.add(startStubSubgraph(), (started) => started.stop());
  const pools = await cleanup.add(new ConnectionPools(), (opened) => opened.close());
  const { timeout = 30_000, ...rest } = options;
  const subgraph = new Subgraph({
    name: 'names',
    transport: pools.transport({ url: stub.url, timeout, maxResponseBytes: 1_000_000 }),
    types: new TypeRelations(buildSchema('type Query { a: Int }')),
    headerRules: () => ({}),
    takesArrays: false,
    isShared: true,
    ...rest,
  });
  const behave: Fetches['behave'] = (answer) => {
    stub.behave({ from: answer });
  };
  behave(names);
  return {
    requests: stub.requests,
    subgraph,
    held: new HeldAnswers(),
    behave,
    ask: ({ caller = new TestCaller(), ids = ['1'], query, variables = '', headers = {}, ...ask } = {}) => {
      const operation = { template: template(query), variables, representations: ids.map(representation) };
      return subgraph.fetch(operation, caller, scopeOf(headers, ask.labels ?? []), ask.isAlone ?? false);
    },
  };
}

/** Answers that are made when they are asked for, and sent when the test says so. */
export class HeldAnswers {
  private readonly waiting: ((instead?: StubAnswer) => void)[] = [];

  hold(answer: StubAnswer): Promise<StubAnswer> {
    return new Promise((resolve) => {
      this.waiting.push((instead = answer) => {
        resolve(instead);
      });
    });
  }

  release(instead?: StubAnswer): void {
    for (const release of this.waiting.splice(0)) release(instead);
  }
}

export function names(request: RecordedRequest): StubAnswer {
  return json(Array.isArray(request.body) ? request.body.map(namesOf) : namesOf(request.body));
}

/** `null` for an entity whose id begins with `no`. */
function namesOf(body: unknown): { data: { _entities: unknown[] } } {
  const entities = idsOf(body).map((id) => (id.startsWith('no') ? null : { name: `name ${id}` }));
  return { data: { _entities: entities } };
}

export function idsOf(body: unknown): string[] {
  const { variables } = body as { variables: { representations: { id: string }[] } };
  return variables.representations.map(({ id }) => id);
}

export function representation(id: string): string {
  return JSON.stringify({ __typename: 'Product', id });
}

/** Waits without a timer, so that the test may have its own. */
export async function until(isTrue: () => boolean): Promise<void> {
  const started = performance.now();
  while (!isTrue()) {
    if (performance.now() - started > 10_000) throw new Error('expected it to happen but it did not');
    await new Promise(setImmediate);
  }
}

/** As many turns of the event loop as anything here takes. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

/** One object for each text, as where a plan is compiled once. */
const templates = new Map<string, RequestTemplate>();

function template(query = 'query($representations:[_Any!]!){_entities{name}}'): RequestTemplate {
  const made = templates.get(query) ?? {
    key: query,
    subgraph: 'names',
    kind: 'query',
    isEntityFetch: true,
    query,
    head: `{"query":${JSON.stringify(query)},"variables":{`,
    variables: [],
    outputRewrites: [],
    rootKeys: ['_entities'],
  };
  templates.set(query, made);
  return made;
}
