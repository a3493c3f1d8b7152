// What stands behind a cache: the subgraphs that a run's contestants ask, and what they have used.

export type OriginName = 'memory' | 'shop';

export interface Origin {
  /** The subgraphs' names. */
  readonly names: readonly string[];
  /** With their URLs in it. */
  readonly supergraph: string;
  /** How many requests they were sent since the last time. */
  takeRequests(): Promise<number>;
  usage(): Promise<OriginUsage>;
  stop(): Promise<void>;
}

export interface OriginUsage {
  /** User and system time of the subgraphs' processes. */
  readonly subgraphCpuSeconds: number;
  /** Of their stores' processes; 0 where they have none, null where the system does not tell. */
  readonly storeCpuSeconds: number | null;
}
