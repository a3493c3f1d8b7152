/**
 * A plan without its nesting: Sequence, Parallel, Flatten, Condition and Defer are gone after this. Of a sequence it
 * remains that a fetch comes after all fetches of the steps before it.
 */
import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { clientVariable } from '../planner/data-names.js';
import type { Condition } from './fetch-graph.js';

export interface PlannedFetch {
  node: FetchNode;
  /** Response keys, lists left out. */
  readonly path: readonly string[];
  /** All must hold, or the fetch is left out. */
  readonly conditions: readonly Condition[];
  /** Fetches that come before it, all of them, also those that come before those. */
  readonly after: ReadonlySet<PlannedFetch>;
  /** The deferred part of the answer that it is for; `null`: the answer itself. */
  readonly part: string | null;
  /** Another fetch that this one stands for, which asks less of the same objects. */
  instead: FetchNode | null;
}

/** @returns in the order of the plan */
export function plannedFetches({ node }: QueryPlan): PlannedFetch[] {
  if (node?.kind === 'Subscription') throw new Error('expected a query or a mutation but got a subscription');
  const flattening = new Flattening();
  if (node !== undefined) flattening.add(node, { path: [], conditions: [], after: [], part: null });
  return flattening.fetches;
}

interface Surroundings {
  readonly path: readonly string[];
  readonly conditions: readonly Condition[];
  readonly after: readonly PlannedFetch[];
  readonly part: string | null;
}

class Flattening {
  readonly fetches: PlannedFetch[] = [];
  private readonly byId = new Map<string, PlannedFetch>();

  /** @returns the fetches that it has added */
  add(node: PlanNode, around: Surroundings): PlannedFetch[] {
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

  private addSequence(nodes: readonly PlanNode[], around: Surroundings): PlannedFetch[] {
    const added: PlannedFetch[] = [];
    for (const node of nodes) {
      added.push(...this.add(node, { ...around, after: [...around.after, ...added] }));
    }
    return added;
  }

  private addCondition(node: Extract<PlanNode, { kind: 'Condition' }>, around: Surroundings): PlannedFetch[] {
    const branch = (inner: PlanNode | undefined, expected: boolean) =>
      inner === undefined
        ? []
        : this.add(inner, {
            ...around,
            conditions: [...around.conditions, { variable: clientVariable(node.condition), expected }],
          });
    return [...branch(node.ifClause, true), ...branch(node.elseClause, false)];
  }

  /** A deferred part comes after the fetches that it names; nothing of the answer comes after a deferred part. */
  private addDefer(node: Extract<PlanNode, { kind: 'Defer' }>, around: Surroundings): PlannedFetch[] {
    const primary = node.primary.node === undefined ? [] : this.add(node.primary.node, around);
    for (const deferred of node.deferred) {
      if (deferred.node === undefined) continue;
      const depends = deferred.depends.map(({ id }) => this.byId.get(id));
      this.add(deferred.node, {
        path: [...around.path],
        conditions: around.conditions,
        after: [...around.after, ...depends.filter((fetch) => fetch !== undefined)],
        part: deferred.label ?? around.part,
      });
    }
    return primary;
  }

  private addFetch(node: FetchNode, { path, conditions, after: direct, part }: Surroundings): PlannedFetch {
    const after = new Set(direct);
    for (const earlier of direct) for (const before of earlier.after) after.add(before);
    const fetch = { node, path, conditions, after, part, instead: null };
    this.fetches.push(fetch);
    if (node.id !== undefined) this.byId.set(node.id, fetch);
    return fetch;
  }
}

/** Lists have no key of their own. A path may carry type conditions after `|`, which say what the data says itself. */
function responseKeys(path: readonly (string | number)[]): string[] {
  return path.filter(
    (step): step is string => typeof step === 'string' && step !== '@' && !step.startsWith('|'),
  );
}
