/** A plan with everything prepared that does not depend on the request. */
import type { QueryPlan } from '@apollo/query-planner';
import type { DataNode } from './data-tree.js';
import { determinantOf } from './determinant.js';
import { fetchGraph, type Fetch } from './fetch-graph.js';
import { fetchGroups, type FetchGroup } from './fetch-groups.js';
import type { HiddenNames } from './hidden-names.js';
import { compileWalk, type Walk } from './positions.js';
import { compileRepresentation, type WriteRepresentation } from './representations.js';
import { requiredLeaves } from './representation.js';
import type { RequestTemplate } from './request-template.js';
import type { TypeRelations } from './type-relations.js';

export interface CompiledFetch {
  readonly fetch: Fetch;
  /** Index of its group. */
  readonly group: number;
  readonly walk: Walk;
  readonly write: WriteRepresentation;
  /** For objects that the fetch gets nothing for. */
  readonly instead: CompiledLesserFetch | null;
  /** Whether representations may have fields that another fetch brought to the same objects. */
  readonly readsAttached: boolean;
  /** The field of its hosts that says which entity they stand for; `null`: there is no such field. */
  readonly determinant: string | null;
  /** Whether objects that differ in it have representations that differ. */
  readonly namesApart: boolean;
}

export interface CompiledLesserFetch {
  readonly template: RequestTemplate;
  readonly write: WriteRepresentation;
}

export interface CompiledGroup {
  readonly fetches: readonly CompiledFetch[];
}

export interface CompiledPlan {
  readonly types: TypeRelations;
  /** What no error may name. */
  readonly hidden: HiddenNames;
  readonly root: DataNode;
  readonly fetches: readonly CompiledFetch[];
  readonly groups: readonly CompiledGroup[];
}

export function compilePlan(plan: QueryPlan, types: TypeRelations, hidden: HiddenNames): CompiledPlan {
  const { fetches, root } = fetchGraph(plan);
  const groups = fetchGroups(fetches);
  const groupOf = (fetch: Fetch) => groups.findIndex((group: FetchGroup) => group.fetches.includes(fetch));
  const determinants: (string | null)[] = [];
  const compiled = fetches.map((fetch) => {
    const walk = compileWalk(fetch);
    const determinant = determinantOf(fetch, walk, determinants);
    determinants.push(determinant);
    return compileFetch(fetch, groupOf(fetch), walk, determinant, types);
  });
  return {
    types,
    hidden,
    root,
    fetches: compiled,
    groups: groups.map((group) => ({
      fetches: compiled.filter(({ fetch }) => group.fetches.includes(fetch)),
    })),
  };
}

function compileFetch(
  fetch: Fetch,
  group: number,
  walk: Walk,
  determinant: string | null,
  types: TypeRelations,
): CompiledFetch {
  return {
    fetch,
    group,
    walk,
    determinant,
    namesApart:
      determinant !== null &&
      fetch.inputRewrites.length === 0 &&
      requiredLeaves(fetch.requires ?? []).has(determinant),
    write: compileRepresentation(fetch, types),
    instead: fetch.instead && {
      template: fetch.instead.template,
      write: compileRepresentation({ ...fetch.instead, node: fetch.node }, types),
    },
    readsAttached: fetch.node.sources.some(
      (source) => source.parentSlot === null && fetch.after.has(source.fetch),
    ),
  };
}
