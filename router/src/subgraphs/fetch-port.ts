/** The fetches of one client operation: each goes to its subgraph with what the client's headers come to there. */
import type { FetchAnswer, FetchPort, FetchRequest } from '../execution/fetch-answer.js';
import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from './caller.js';
import { scopeOf, type Scope } from './scope.js';
import type { Subgraph } from './subgraph.js';

export interface PortOptions {
  readonly subgraphs: ReadonlyMap<string, Subgraph>;
  readonly headers: IncomingHttpHeaders;
  readonly caller: Caller;
  /** Of `@override`: those that are on for this request. */
  readonly labels: readonly string[];
  /** Told what each answer lets clients keep. */
  readonly onCacheControl?: ((header: string | undefined) => void) | undefined;
  /** Whether the caller stands for several, and so has nothing of its own to send. */
  readonly isForSeveral: boolean;
}

export class RequestPort implements FetchPort {
  /** Whether something of what came is this caller's alone. */
  isPrivate = false;
  private readonly scopes = new Map<Subgraph, Scope>();

  constructor(private readonly options: PortOptions) {}

  async fetch({ template, variables, representations, followsMutation }: FetchRequest): Promise<FetchAnswer> {
    const { subgraphs, caller, onCacheControl } = this.options;
    const subgraph = subgraphs.get(template.subgraph);
    if (subgraph === undefined)
      throw new Error(`expected a subgraph of the supergraph but got ${template.subgraph}`);
    const isAlone = followsMutation || template.kind === 'mutation';
    const operation = { template, variables, representations };
    const answer = await subgraph.fetch(operation, caller, this.scopeFor(subgraph), isAlone);
    this.isPrivate ||= answer.isPrivate;
    if (onCacheControl !== undefined) for (const header of answer.cacheControl) onCacheControl(header);
    return answer;
  }

  /** What the answer to the whole operation would depend on: every subgraph's scope, whether it has a part or not. */
  static scopeOfAll({
    subgraphs,
    headers,
    labels,
  }: Pick<PortOptions, 'subgraphs' | 'headers' | 'labels'>): string {
    const keys = [...subgraphs.values()].map(
      ({ options }) => scopeOf(options.headerRules(headers), labels).key,
    );
    // A request that nobody may share with is in a scope of its own.
    return keys.includes(null) ? `alone ${(lastAlone += 1)}` : keys.join('\n');
  }

  private scopeFor(subgraph: Subgraph): Scope {
    let scope = this.scopes.get(subgraph);
    if (scope === undefined) {
      const { headers, labels, isForSeveral } = this.options;
      const all = scopeOf(subgraph.options.headerRules(headers), labels);
      scope = isForSeveral ? { ...all, headers: all.sharedHeaders } : all;
      this.scopes.set(subgraph, scope);
    }
    return scope;
  }
}

let lastAlone = 0;
