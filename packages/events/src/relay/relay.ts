/**
 * What delivers an outbox: each row at least once, the rows of a key in their order. One process at a time does it for a store; others
 * stand by.
 */

/** A row of the outbox, as `docs/outbox.md` has it. */
export interface OutboxMessage {
  /** Decimal. In the order of the writes for one key. */
  readonly id: string;
  /** `xid8` of the transaction, decimal. */
  readonly xid: string;
  readonly op: 'I' | 'U' | 'D' | 'T';
  readonly type: string;
  /** Null where the table has no primary key, and for everything. */
  readonly key: string | null;
  readonly tags: readonly string[];
}

export interface Deliveries {
  /**
   * Resolves when the messages can be lost no more; then they are deleted from the outbox. Where it rejects, they are delivered again,
   * and nothing after them before.
   * @param messages ascending by id
   */
  deliver(messages: readonly OutboxMessage[]): Promise<void>;
  /** After each look at the outbox. @param lag milliseconds: all that was committed so long ago has been delivered */
  caughtUp(lag: () => number): void;
}

export interface RelayStatus {
  readonly isLeader: boolean;
  /** Milliseconds: all that was committed so long ago has been delivered; null: this process does not deliver, or has not yet. */
  readonly lag: number | null;
  readonly delivered: number;
  readonly failures: number;
}

export interface Relay {
  status(): RelayStatus;
  /** What is being delivered is waited for, for a bounded time. */
  stop(): Promise<void>;
}
