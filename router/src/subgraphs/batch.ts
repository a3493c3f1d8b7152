/**
 * Gathers the fetches that one client request sends to one subgraph in one tick. The batch closes once every promise
 * job of the tick has run (DataLoader's way of finding that moment), so nothing ever waits for a timer.
 */
export class Batch<Item, Outcome> {
  private readonly items: Item[] = [];
  private outcomes: Promise<readonly Outcome[]> | undefined;

  /**
   * @param send gives one outcome for each item, in order
   * @param onClose called once, before `send`: nothing may be added afterwards
   */
  constructor(
    private readonly send: (items: readonly Item[]) => Promise<readonly Outcome[]>,
    private readonly onClose: () => void,
  ) {}

  async add(item: Item): Promise<Outcome> {
    const index = this.items.push(item) - 1;
    this.outcomes ??= this.closed().then(() => {
      this.onClose();
      return this.send(this.items);
    });
    const outcome = (await this.outcomes)[index];
    if (outcome === undefined) throw new Error(`a batch of ${this.items.length} has no outcome ${index}`);
    return outcome;
  }

  private async closed(): Promise<void> {
    await Promise.resolve();
    await new Promise<void>((resolve) => {
      process.nextTick(resolve);
    });
  }
}
