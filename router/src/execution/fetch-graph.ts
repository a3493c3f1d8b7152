/**
 * A query plan as the graph that is executed: fetches, each with what must be there before it is sent. The plan's nesting
 * (Sequence, Parallel, Flatten, Condition, Defer) is gone after this; of a sequence it remains that a fetch comes after
 * all fetches of the steps before it.
 */
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { parse } from 'graphql';
import { DataNode } from './data-tree.js';
import type { Representation } from './representation.js';
import type { KeyRenamer, Rewrite } from './rewrites.js';
import { requestTemplate, type RequestTemplate } from './request-template.js';
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
}

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
  if (plan.node?.kind === 'Subscription')
    throw new Error('expected a query or a mutation but got a subscription');
  if (plan.node !== undefined) builder.add(plan.node, { path: [], conditions: [], after: [], part: null });
  return { fetches: builder.fetches, root: builder.root };
}

interface Surroundings {
  readonly path: readonly string[];
  readonly conditions: readonly Condition[];
  readonly after: readonly number[];
  readonly part: string | null;
}

class GraphBuilder {
  readonly fetches: Fetch[] = [];
  readonly root = new DataNode(null, '');
  private readonly templates = new Map<string, RequestTemplate>();
  private readonly byId = new Map<string, number>();

  /** @returns the fetches that it has added */
  add(node: PlanNode, around: Surroundings): number[] {
    switch (node.kind) {
      case 'Fetch':
        return [this.addFetch(node, around)];
      case 'Flatten':
        return this.add(node.node, { ...around, path: [...around.path, ...responseKeys(node.path)] });
      case 'Parallel':
        return node.nodes.flatMap((inner) => this.add(inner, around));
      case 'Sequence':
        return this.addSequence(node.nodes, around);
      case 'Condition':
        return this.addCondition(node, around);
      case 'Defer':
        return this.addDefer(node, around);
    }
  }

  private addSequence(nodes: readonly PlanNode[], around: Surroundings): number[] {
    const added: number[] = [];
    for (const node of nodes) {
      added.push(...this.add(node, { ...around, after: [...around.after, ...added] }));
    }
    return added;
  }

  private addCondition(node: Extract<PlanNode, { kind: 'Condition' }>, around: Surroundings): number[] {
    const branch = (inner: PlanNode | undefined, expected: boolean) =>
      inner === undefined
        ? []
        : this.add(inner, {
            ...around,
            conditions: [...around.conditions, { variable: node.condition, expected }],
          });
    return [...branch(node.ifClause, true), ...branch(node.elseClause, false)];
  }

  /** A deferred part comes after the fetches that it names; nothing of the answer comes after a deferred part. */
  private addDefer(node: Extract<PlanNode, { kind: 'Defer' }>, around: Surroundings): number[] {
    const primary = node.primary.node === undefined ? [] : this.add(node.primary.node, around);
    for (const deferred of node.deferred) {
      if (deferred.node === undefined) continue;
      const depends = deferred.depends.map(({ id }) => this.byId.get(id));
      this.add(deferred.node, {
        path: [...around.path],
        conditions: around.conditions,
        after: [...around.after, ...depends.filter((index) => index !== undefined)],
        part: deferred.label ?? around.part,
      });
    }
    return primary;
  }

  private addFetch(node: FetchNode, around: Surroundings): number {
    const index = this.fetches.length;
    const after = new Set(around.after);
    for (const earlier of around.after)
      for (const before of this.fetches[earlier]?.after ?? []) after.add(before);
    const isEntityFetch = node.requires !== undefined;
    const outputRewrites = node.outputRewrites ?? [];
    const target = around.path.reduce((parent, key) => parent.child(key), this.root);
    const tree = selectionTree(parse(node.operation, { noLocation: true }), isEntityFetch);
    const kind = node.operationKind === 'mutation' ? 'mutation' : 'query';
    this.fetches.push({
      index,
      subgraph: node.serviceName,
      kind,
      template: this.template(node, outputRewrites),
      node: target,
      slot: target.attach(index, withRenamedKeys(tree, outputRewrites)),
      requires: node.requires ?? null,
      inputRewrites: node.inputRewrites ?? [],
      contextRewrites: node.contextRewrites ?? [],
      conditions: around.conditions,
      after,
      followsMutation: [...after].some((earlier) => this.fetches[earlier]?.kind === 'mutation'),
      part: around.part,
    });
    if (node.id !== undefined) this.byId.set(node.id, index);
    return index;
  }

  private template(node: FetchNode, outputRewrites: readonly Rewrite[]): RequestTemplate {
    const template = requestTemplate(node, outputRewrites);
    const known = this.templates.get(template.key);
    if (known !== undefined) return known;
    this.templates.set(template.key, template);
    return template;
  }
}

/** Lists have no key of their own. A path may carry type conditions after `|`, which say what the data says itself. */
function responseKeys(path: readonly (string | number)[]): string[] {
  return path.filter(
    (step): step is string => typeof step === 'string' && step !== '@' && !step.startsWith('|'),
  );
}
