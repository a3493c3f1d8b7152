import type { Caller, TraceOfCaller } from '../subgraphs/caller.js';

/** The same caller, whose fetches are part of a stage that is recorded. */
export class CallerInTrace implements Caller {
  readonly traces: readonly TraceOfCaller[];

  constructor(
    private readonly caller: Caller,
    stage: TraceOfCaller,
  ) {
    this.traces = [stage];
  }

  get deadline(): number {
    return this.caller.deadline;
  }

  get hasLeft(): boolean {
    return this.caller.hasLeft;
  }

  onLeave(callback: () => void): () => void {
    return this.caller.onLeave(callback);
  }
}
