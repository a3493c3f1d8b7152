import { GraphQLError } from 'graphql';
import type { ErrorCode } from './codes.js';

/**
 * An error whose message is safe to show to a client. Whatever is thrown that is not one of these (or a GraphQLError
 * that graphql-js or @apollo/server made of the client's own document) leaves as a generic message with an id.
 */
export class ClientError extends GraphQLError {
  readonly code: ErrorCode;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; extensions?: Record<string, unknown> } = {},
  ) {
    const cause = options.cause instanceof Error ? options.cause : undefined;
    super(message, { extensions: { ...options.extensions, code }, originalError: cause });
    this.name = 'ClientError';
    this.code = code;
  }
}
