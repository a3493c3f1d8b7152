import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { compileEntities, type EntitiesPlan } from './compile.js';

/** Operation texts remembered; a router sends a bounded set, a stranger's text must not push memory without end. */
const maxOperations = 1_000;

/** The compiled `_entities` operations of one schema, each made at its first use. */
export class CompiledEntities {
  readonly #plans = new LRUCache<string, { plan: EntitiesPlan | null }>({ max: maxOperations });

  constructor(private readonly schema: GraphQLSchema) {}

  /** The plan of an operation's text, or null where graphql-js has to run it. */
  planOf(text: string): EntitiesPlan | null {
    let entry = this.#plans.get(text);
    if (entry === undefined) {
      entry = { plan: text.includes('_entities') ? compileEntities(this.schema, text) : null };
      this.#plans.set(text, entry);
    }
    return entry.plan;
  }
}
