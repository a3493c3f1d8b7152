/** The fetches of one client operation: each goes to its subgraph with what the client's headers come to there. */
import type { FetchAnswer, FetchPort, FetchRequest } from '../execution/fetch-answer.js';
import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from './caller.js';
import { scopeOf, type Scope } from './scope.js';
import type { Lane, Subgraph } from './subgraph.js';

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
  private readonly scopes = new Map<Subgraph, { readonly scope: Scope; readonly lane: Lane | null }>();

  constructor(private readonly options: PortOptions) {}

  async fetch({ template, variables, representations, followsMutation }: FetchRequest): Promise<FetchAnswer> {
    const { subgraphs, caller, onCacheControl } = this.options;
    const subgraph = subgraphs.get(template.subgraph);
    if (subgraph === undefined)
      throw new Error(`expected a subgraph of the supergraph but got ${template.subgraph}`);
    const { scope, lane } = this.scopeFor(subgraph);
    const isAlone = followsMutation || template.kind === 'mutation';
    const operation = { template, variables, representations };
    const answer = await subgraph.fetch(operation, caller, scope, lane, isAlone);
    this.isPrivate ||= answer.isPrivate;
    if (onCacheControl !== undefined) for (const header of answer.cacheControl) onCacheControl(header);
    return answer;
  }

  /** What the answer to the whole operation would depend on: every subgraph's scope, whether it has a part or not. */
  static scopeOfAll({ subgraphs, headers, labels }: Pick<PortOptions, 'subgraphs' | 'headers' | 'labels'>): string {
    return [...subgraphs.values()]
      .map(({ options }) => scopeOf(options.headerRules(headers), labels).key)
      .join('\n');
  }

  private scopeFor(subgraph: Subgraph): { readonly scope: Scope; readonly lane: Lane | null } {
    let known = this.scopes.get(subgraph);
    if (known === undefined) {
      const { headers, labels, isForSeveral } = this.options;
      const all = scopeOf(subgraph.options.headerRules(headers), labels);
      const scope = isForSeveral ? { ...all, headers: all.sharedHeaders } : all;
      known = { scope, lane: subgraph.ownLane(scope) };
      this.scopes.set(subgraph, known);
    }
    return known;
  }
}
