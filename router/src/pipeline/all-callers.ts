import type { Caller, TraceOfCaller } from '../subgraphs/caller.js';

/** Several who wait for the same: it has left when all of them have. */
export class AllCallers implements Caller {
  readonly deadline: number;
  readonly traces: readonly TraceOfCaller[];

  constructor(private readonly callers: readonly Caller[]) {
    this.traces = callers.flatMap(({ traces = [] }) => traces);
    this.deadline = Math.max(...callers.map(({ deadline }) => deadline));
  }

  get hasLeft(): boolean {
    return this.callers.every(({ hasLeft }) => hasLeft);
  }

  onLeave(callback: () => void): () => void {
    const undo = this.callers.map((caller) =>
      caller.onLeave(() => {
        if (this.hasLeft) callback();
      }),
    );
    return () => {
      for (const takeBack of undo) takeBack();
    };
  }
}
