/** What is counted of writes. Nobody's behaviour depends on it. */
export interface WritesObserver {
  /** @param milliseconds since the intent was recorded: for so long others may have been served what was there before */
  settled(subgraph: string, milliseconds: number, tags: number): void;
  /** A mutation's outcome is not known: the store is passed by for a while. */
  doubted(subgraph: string): void;
  /** An intent or a fence could not be put in time. */
  unreachable(subgraph: string): void;
  /** A client was told that others may not see its write yet. */
  unconfirmed(subgraph: string): void;
}
