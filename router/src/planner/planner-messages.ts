/** What goes between the main thread and a planning thread: plain data that a structured clone keeps. */
import type { QueryPlan } from '@apollo/query-planner';
import type { ErrorCode } from '@selvedge/errors';
import type { PlanningLimits, PlanRequest, SupergraphDigest } from './supergraph-planner.js';

/** What a thread is started with. */
export interface PlannerThreadData {
  readonly sdl: string;
  readonly limits: PlanningLimits;
}

/** One at a time: the next is sent when the last is answered. */
export type PlannerRequest = PlanRequest;

export type PlannerReply =
  /** Once, at the start. */
  | { readonly kind: 'ready'; readonly digest: SupergraphDigest }
  /** Instead of `ready`: the supergraph cannot be read. */
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'plan'; readonly plan: QueryPlan }
  /** `code` where it is a client error. */
  | {
      readonly kind: 'failure';
      readonly code: ErrorCode | null;
      readonly message: string;
      readonly stack: string;
    };
