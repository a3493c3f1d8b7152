/** Somebody who waits for answers of subgraphs, for as long as that lasts: one client request. */
export interface Caller {
  /** On the clock of `performance.now()`: when it stops waiting. */
  readonly deadline: number;
  readonly hasLeft: boolean;
  /** @param callback called once, when the caller stops waiting. @returns takes the callback back */
  onLeave(callback: () => void): () => void;
}
