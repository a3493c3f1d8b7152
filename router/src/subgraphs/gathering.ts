/**
 * DataLoader behind a gate: while a batch is under way, those who come gather for the next. Nobody joins what was sent
 * before they came, since its answer may be older than a write that they know of. With nothing under way nobody waits,
 * beyond the end of the event loop's turn, in which the requests of other connections are read as well.
 */
import DataLoader from 'dataloader';

export interface GatheringOptions<Item, Outcome> {
  /** @returns one outcome for each item, in order. Must not reject. */
  readonly send: (items: readonly Item[], isOverrun: boolean) => Promise<readonly Outcome[]>;
  /** Milliseconds that those who gather wait at most for what is under way. */
  readonly patience: () => number;
  readonly onIdle?: () => void;
  readonly onOverrun?: () => void;
  readonly maxItems?: number;
}

export class GatheringLoader<Item, Outcome> {
  private readonly loader: DataLoader<Item, Outcome>;
  private underWay = 0;
  /** Sends what has gathered. */
  private next: (() => void) | null = null;
  private timer: NodeJS.Timeout | undefined;
  private isOverrun = false;

  constructor(private readonly options: GatheringOptions<Item, Outcome>) {
    const { maxItems } = options;
    this.loader = new DataLoader<Item, Outcome>((items) => this.send(items), {
      // Nothing is kept once it is sent.
      cache: false,
      batchScheduleFn: (dispatch) => {
        this.schedule(dispatch);
      },
      ...(maxItems !== undefined && { maxBatchSize: maxItems }),
    });
  }

  load(item: Item): Promise<Outcome> {
    return this.loader.load(item);
  }

  private schedule(dispatch: () => void): void {
    if (this.underWay === 0) {
      this.underWay += 1;
      setImmediate(() => {
        this.underWay -= 1;
        dispatch();
      });
      return;
    }
    const before = this.next;
    this.next = () => {
      before?.();
      dispatch();
    };
    this.timer ??= setTimeout(() => {
      this.isOverrun = true;
      this.options.onOverrun?.();
      this.release();
    }, this.options.patience());
  }

  private release(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { next } = this;
    this.next = null;
    next?.();
    if (this.underWay === 0) this.options.onIdle?.();
  }

  private async send(items: readonly Item[]): Promise<readonly Outcome[]> {
    this.underWay += 1;
    try {
      return await this.options.send(items, this.isOverrun);
    } finally {
      this.underWay -= 1;
      if (this.underWay === 0) {
        this.isOverrun = false;
        this.release();
      }
    }
  }
}
