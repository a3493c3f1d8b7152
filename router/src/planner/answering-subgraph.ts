/**
 * Keeps what is asked of the members that an abstract type has in some subgraphs only.
 *
 * Where several subgraphs can answer a field, Apollo's planner (2.14.4) drops `... on Cup { size }` as soon as one of them has
 * no `Cup` in the field's union or interface: it takes the value never to be one. Yet the subgraph that is asked may well
 * answer with a `Cup`, which then has nothing but its `__typename`. So a way to such a field by a hop to another subgraph
 * is no way where the subgraph before the hop can answer it: what is left is the subgraph that will be asked.
 *
 * The library's method is wrapped, and does what it always did except while a plan is made here.
 */
import { GraphPath, type Edge, type Vertex } from '@apollo/query-graphs';

/** @param fields see `partialFields` */
export function withoutNeedlessHops<Plan>(fields: ReadonlySet<string>, plan: () => Plan): Plan {
  if (fields.size === 0) return plan();
  mend();
  planned = fields;
  try {
    return plan();
  } finally {
    planned = null;
  }
}

let planned: ReadonlySet<string> | null = null;
let isMended = false;

type Path = GraphPath<unknown>;

function mend(): void {
  if (isMended) return;
  isMended = true;
  const prototype: { add: unknown } = GraphPath.prototype;
  const original = prototype.add as (this: Path, ...parameters: unknown[]) => Path;
  prototype.add = function (this: Path, trigger: unknown, edge: Edge | null, ...more: unknown[]) {
    // As for a `@requires` that cannot be satisfied, which is the one other reason for which a field is no way to go on.
    if (edge !== null && isNeedless(this, edge)) return undefined;
    return original.call(this, trigger, edge, ...more);
  };
}

function isNeedless(path: Path, edge: Edge): boolean {
  if (planned === null || edge.transition.kind !== 'FieldCollection' || edge.head.type.kind !== 'ObjectType')
    return false;
  if (!planned.has(`${edge.head.type.name}.${edge.transition.definition.name}`)) return false;
  const edges = [...path].flatMap(([before]: readonly [Edge | null, ...unknown[]]) => before ?? []);
  return edges.some(
    ({ head, transition }, index) =>
      transition.kind === 'KeyResolution' &&
      head.source !== edge.head.source &&
      canBeTaken([...edges.slice(index), edge], head, path),
  );
}

/** Whether all that is asked along these edges can be had from here without leaving the subgraph. */
function canBeTaken(edges: readonly Edge[], from: Vertex, { graph }: Path): boolean {
  let vertex: Vertex | undefined = from;
  for (const { transition } of edges) {
    if (!transition.collectOperationElements) continue;
    const isSame = (edge: Edge) =>
      edge.transition.collectOperationElements && edge.matchesSupergraphTransition(transition);
    vertex = graph.outEdges(vertex).find((edge) => isSame(edge) && isUnconditional(edge))?.tail;
    if (vertex === undefined) return false;
  }
  return true;
}

function isUnconditional({ conditions, requiredContexts, overrideCondition }: Edge): boolean {
  return conditions === undefined && requiredContexts.length === 0 && overrideCondition === undefined;
}
