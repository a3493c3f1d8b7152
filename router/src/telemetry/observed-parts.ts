/**
 * An answer in parts, observed. Its one `execute` span lasts until the last part is there, since that is how long fetches are
 * sent; each part has a `shape` span. Of time, only what the answer waited counts, as it does for answers that are whole.
 */
import type { Delivery, DeliveredPart, PartsOfAnswer } from '../incremental/answer-in-parts.js';
import type { PlannedOperation } from '../pipeline/stages.js';
import { CallerInTrace } from './caller-in-trace.js';
import type { OperationObservation, StageInTurns } from './operation-observation.js';

export async function observeParts(
  operation: PlannedOperation,
  observation: OperationObservation,
  execute: (operation: PlannedOperation) => Promise<PartsOfAnswer>,
): Promise<PartsOfAnswer> {
  const { context } = operation;
  const execution = observation.inTurns('execute');
  const { own } = execution;
  const caller = own === null ? context.caller : new CallerInTrace(context.caller, own);
  const answer = await execution.turn(() => execute({ ...operation, context: { ...context, caller } }));
  return new ObservedParts(answer, observation, execution);
}

class ObservedParts implements PartsOfAnswer {
  private hasFailed = false;

  constructor(
    private readonly answer: PartsOfAnswer,
    private readonly observation: OperationObservation,
    private readonly execution: StageInTurns,
  ) {}

  get isDone(): boolean {
    return this.answer.isDone;
  }

  initial(): Delivery {
    const initial = this.observation.sync('shape', () => this.answer.initial());
    this.noteEnd([initial]);
    return initial;
  }

  ready(): Promise<void> {
    return this.execution.turn(() => this.answer.ready());
  }

  take(): DeliveredPart[] {
    const parts = this.observation.sync('shape', () => this.answer.take());
    this.noteEnd(parts);
    return parts;
  }

  private noteEnd(delivered: readonly Delivery[]): void {
    if (delivered.some(({ errors }) => errors.length > 0)) this.hasFailed = true;
    if (this.answer.isDone) this.observation.end(this.hasFailed);
  }
}
