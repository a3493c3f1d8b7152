/** A request to a subgraph that is under way, and what comes of it: all that a caller sees of either. */

export interface SubgraphCall {
  /** Rejects with a SubrequestFailure. */
  readonly reply: Promise<SubgraphReply>;
  /** Ends it wherever it is; `reply` rejects, unless it is settled already. */
  abort(): void;
}

export interface SubgraphReply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
  readonly hasSetCookie: boolean;
  readonly body: string;
  /** Of any other header, by its name in lower case; several values are joined by a comma. */
  header(name: string): string | undefined;
}
