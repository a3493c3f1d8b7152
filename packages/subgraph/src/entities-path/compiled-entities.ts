import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { AnswerRecorder, Lifetime } from '../caching/answer-recorder.js';
import type { Loaders } from '../loaders.js';
import { compileEntities } from './compile.js';
import type { EntitiesPlan } from './plan.js';
import { runEntities } from './run.js';

/** Operation texts remembered; a router sends a bounded set, a stranger's text must not push memory without end. */
const maxOperations = 1_000;

/** An operation as the router posts it. */
export interface CompilableRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName?: string | null | undefined;
}

export interface CompiledAnswer {
  readonly data: Record<string, unknown>;
  /** The value of the `Cache-Control` header. */
  readonly cacheControl: string;
  readonly lifetime: Lifetime;
}

/** The compiled `_entities` operations of one schema, each made at its first use. */
export class CompiledEntities {
  readonly #plans = new LRUCache<string, { plan: EntitiesPlan | null }>({ max: maxOperations });

  constructor(private readonly schema: GraphQLSchema) {}

  /** The answer of an operation, or null where graphql-js has to run it. */
  async answer(
    { query, variables, operationName }: CompilableRequest,
    loaders: Loaders,
    recorder: AnswerRecorder | null,
  ): Promise<CompiledAnswer | null> {
    const plan = this.#planOf(query);
    // An operation that is asked for by another name is not in the document.
    if (plan === null || (operationName ?? plan.operationName) !== plan.operationName) return null;
    const data = await runEntities(plan, { variables, loaders, recorder });
    return data && { data, cacheControl: plan.cacheControl, lifetime: plan.lifetime };
  }

  #planOf(text: string): EntitiesPlan | null {
    let entry = this.#plans.get(text);
    if (entry === undefined) {
      entry = { plan: text.includes('_entities') ? compileEntities(this.schema, text) : null };
      this.#plans.set(text, entry);
    }
    return entry.plan;
  }
}
