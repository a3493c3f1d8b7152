/**
 * Errors that come from a subgraph, or from the lack of an answer of one. They keep their identity on their way through
 * @apollo/gateway (as `originalError`), so that the last step can tell them from the router's own.
 */
import type { ErrorCode } from '@selvedge/errors';

export type ErrorPath = readonly (string | number)[];

/** One entry of `errors`. `path` is the subgraph's; @apollo/gateway makes the client's of it. */
export class SubgraphError extends Error {
  readonly subgraph: string;
  readonly path?: ErrorPath;
  readonly extensions: Record<string, unknown>;
  /** What becomes `extensions.http`. Kept apart, because @apollo/server takes that for the head of its own answer. */
  readonly http: unknown;
  /** Such as ECONNREFUSED: for the log, never for a client. */
  readonly systemCode: string | undefined;

  constructor(subgraph: string, message: string, options: SubgraphErrorOptions) {
    super(message);
    this.name = 'SubgraphError';
    this.subgraph = subgraph;
    if (options.path !== undefined) this.path = options.path;
    this.extensions = options.extensions;
    this.http = options.http;
    this.systemCode = options.systemCode;
  }

  at(path: ErrorPath): SubgraphError {
    const { extensions, http, systemCode } = this;
    return new SubgraphError(this.subgraph, this.message, { path, extensions, http, systemCode });
  }
}

interface SubgraphErrorOptions {
  readonly path?: ErrorPath | undefined;
  readonly extensions: Record<string, unknown>;
  readonly http?: unknown;
  readonly systemCode?: string | undefined;
}

export type SubrequestErrorCode = ErrorCode &
  ('SUBREQUEST_HTTP_ERROR' | 'SUBREQUEST_TIMEOUT' | 'SUBREQUEST_MALFORMED_RESPONSE');

/** A whole fetch that brought nothing: which code, and a sentence that names neither address nor body. */
export class SubrequestFailure extends Error {
  readonly code: SubrequestErrorCode;
  readonly status: number | undefined;

  /** @param message what the subgraph did, as in "subgraph `reviews` …" */
  constructor(
    code: SubrequestErrorCode,
    message: string,
    options: { status?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SubrequestFailure';
    this.code = code;
    this.status = options.status;
  }

  toSubgraphError(subgraph: string): SubgraphError {
    return new SubgraphError(subgraph, `subgraph \`${subgraph}\` ${this.message}`, {
      extensions: { code: this.code, service: subgraph },
      http: this.status === undefined ? undefined : { status: this.status },
      systemCode: systemCodeOf(this.cause),
    });
  }
}

function systemCodeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
}
