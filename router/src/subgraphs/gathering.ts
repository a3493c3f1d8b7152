/**
 * DataLoader behind a gate: while a batch is under way, those who come gather for the next. Nobody joins what was sent
 * before they came, since its answer may be older than a write that they know of. With nothing under way nobody waits,
 * beyond the end of the event loop's turn, in which the requests of other connections are read as well.
 */
import DataLoader from 'dataloader';

export interface GatheringOptions<Item, Outcome> {
  /**
   * @returns one outcome for each item, in order. Must not reject.
   * @param isOverrun what was sent before them is still under way, beyond all patience
   */
  readonly send: (items: readonly Item[], isOverrun: boolean) => Promise<readonly Outcome[]>;
  /** Milliseconds that those who gather wait at most for what is under way; 0: there is no gate. */
  readonly patience: () => number;
  /** Nothing is under way any more and nobody waits: it may be thrown away. */
  readonly onIdle?: () => void;
  readonly onOverrun?: () => void;
  /** Whether the first to come goes at once: that others come in the same turn is not to be expected. */
  readonly isUsuallyAlone?: () => boolean;
  readonly maxItems?: number;
}

export class GatheringLoader<Item, Outcome> {
  private readonly loader: DataLoader<Item, Outcome>;
  private underWay = 0;
  /** Each sends one batch of those who have gathered; more than one where there are too many for one. */
  private gathered: (() => void)[] = [];
  /** Of the release to come. */
  private cancel: () => void = () => undefined;
  /** While they are sent because patience is over. */
  private isOverrun = false;

  constructor(private readonly options: GatheringOptions<Item, Outcome>) {
    const { maxItems } = options;
    this.loader = new DataLoader<Item, Outcome>((items) => this.send(items), {
      // Nothing is kept once it is sent.
      cache: false,
      batchScheduleFn: (dispatch) => {
        this.gathered.push(dispatch);
        if (this.gathered.length === 1) this.schedule();
      },
      ...(maxItems !== undefined && { maxBatchSize: maxItems }),
    });
  }

  load(item: Item): Promise<Outcome> {
    return this.loader.load(item);
  }

  /** Nobody waits any longer for what is under way. */
  release(): void {
    this.cancel();
    const dispatches = this.gathered;
    this.gathered = [];
    for (const dispatch of dispatches) dispatch();
  }

  private schedule(): void {
    this.cancel();
    const isFirst = this.underWay === 0;
    if (isFirst && this.options.isUsuallyAlone?.() === true) {
      this.afterThisTask();
      return;
    }
    const patience = isFirst ? 0 : this.options.patience();
    if (patience === 0) {
      this.afterThisTurn(() => {
        this.release();
      });
      return;
    }
    const timer = setTimeout(() => {
      // After a pause of our own, the answer may be there already, unread.
      this.afterThisTurn(() => {
        this.overrun();
      });
    }, patience).unref();
    this.cancel = () => {
      clearTimeout(timer);
    };
  }

  private afterThisTask(): void {
    let isTakenBack = false;
    this.cancel = () => {
      isTakenBack = true;
    };
    queueMicrotask(() => {
      if (!isTakenBack) this.release();
    });
  }

  private afterThisTurn(callback: () => void): void {
    this.cancel = atEndOfTurn(callback);
  }

  private overrun(): void {
    this.isOverrun = true;
    this.options.onOverrun?.();
    this.release();
    this.isOverrun = false;
  }

  private async send(items: readonly Item[]): Promise<readonly Outcome[]> {
    this.underWay += 1;
    try {
      return await this.options.send(items, this.isOverrun);
    } finally {
      this.underWay -= 1;
      if (this.underWay === 0) {
        // At the end of the turn: those who got their answers now may ask for more in it.
        if (this.gathered.length > 0) this.schedule();
        else this.options.onIdle?.();
      }
    }
  }
}

let ending: Set<() => void> | undefined;

/**
 * Calls back at the end of the event loop's turn. What is asked for while that is going on is still of this turn: calls
 * that are put together then travel together, without another turn in which more of each request would be in memory.
 *
 * @returns takes it back
 */
function atEndOfTurn(callback: () => void): () => void {
  if (ending === undefined) {
    const callbacks = new Set<() => void>();
    ending = callbacks;
    setImmediate(() => {
      try {
        // A set gives what is added while it is gone through as well.
        for (const each of callbacks) each();
      } finally {
        ending = undefined;
      }
    });
  }
  const callbacks = ending;
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
  };
}
