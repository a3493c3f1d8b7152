/**
 * A query plan as the graph that is executed: fetches, each with what must be there before it is sent, and where its data
 * goes.
 */
import type { FetchNode, QueryPlan } from '@apollo/query-planner';
import { parse } from 'graphql';
import { DataNode } from './data-tree.js';
import { mergeSiblings } from './merge-siblings.js';
import { plannedFetches, type PlannedFetch } from './planned-fetches.js';
import type { Representation } from './representation.js';
import type { KeyRenamer, Rewrite } from './rewrites.js';
import { kindOf, requestTemplate, type RequestTemplate } from './request-template.js';
import { selectionTree, withRenamedKeys } from './selection-tree.js';

export interface Fetch {
  /** In the order of the plan. */
  readonly index: number;
  readonly subgraph: string;
  readonly kind: 'query' | 'mutation';
  /** The same value for all fetches of one operation that send the same text to the same subgraph. */
  readonly template: RequestTemplate;
  /** Where the data goes. */
  readonly node: DataNode;
  /** Its place in the positions of `node`. */
  readonly slot: number;
  /** How an entity is named to the subgraph; `null`: the fetch begins at a root type. */
  readonly requires: readonly Representation[] | null;
  readonly inputRewrites: readonly Rewrite[];
  readonly contextRewrites: readonly KeyRenamer[];
  /** All must hold, or the fetch is left out. */
  readonly conditions: readonly Condition[];
  /** Fetches that come before it, all of them, also those that come before those. */
  readonly after: ReadonlySet<number>;
  /** Whether a mutation comes before it: what it reads is this client's alone. */
  readonly followsMutation: boolean;
  /** The deferred part of the answer that it is for; `null`: the answer itself. */
  readonly part: string | null;
  /** What is sent for an object for which this is too much: less of the same. */
  readonly instead: LesserFetch | null;
}

export type LesserFetch = Pick<Fetch, 'template' | 'requires' | 'inputRewrites'>;

/** Of a variable of the client's operation. */
export interface Condition {
  readonly variable: string;
  readonly expected: boolean;
}

export interface FetchGraph {
  readonly fetches: readonly Fetch[];
  readonly root: DataNode;
}

export function fetchGraph(plan: QueryPlan): FetchGraph {
  const builder = new GraphBuilder();
  for (const planned of mergeSiblings(plannedFetches(plan))) builder.add(planned);
  return { fetches: builder.fetches, root: builder.root };
}

class GraphBuilder {
  readonly fetches: Fetch[] = [];
  readonly root = new DataNode(null, '');
  private readonly templates = new Map<string, RequestTemplate>();
  private readonly indexes = new Map<PlannedFetch, number>();

  add(planned: PlannedFetch): void {
    const { node, path, conditions, part, instead } = planned;
    const index = this.fetches.length;
    const after = new Set([...planned.after].flatMap((before) => this.indexes.get(before) ?? []));
    const outputRewrites = node.outputRewrites ?? [];
    const target = path.reduce((parent, key) => parent.child(key), this.root);
    const tree = selectionTree(
      parse(node.operation, { noLocation: true }),
      node.requires !== undefined,
      conditions,
    );
    this.fetches.push({
      index,
      subgraph: node.serviceName,
      kind: kindOf(node),
      template: this.template(node, outputRewrites),
      node: target,
      slot: target.attach(index, withRenamedKeys(tree, outputRewrites)),
      requires: node.requires ?? null,
      inputRewrites: node.inputRewrites ?? [],
      contextRewrites: node.contextRewrites ?? [],
      conditions,
      after,
      followsMutation: [...after].some((earlier) => this.fetches[earlier]?.kind === 'mutation'),
      part,
      instead: instead && {
        template: this.template(instead, []),
        requires: instead.requires ?? null,
        inputRewrites: instead.inputRewrites ?? [],
      },
    });
    this.indexes.set(planned, index);
  }

  private template(node: FetchNode, outputRewrites: readonly Rewrite[]): RequestTemplate {
    const template = requestTemplate(node, outputRewrites);
    const known = this.templates.get(template.key);
    if (known !== undefined) return known;
    this.templates.set(template.key, template);
    return template;
  }
}
