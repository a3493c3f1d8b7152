/** Answers of the HTTP edge itself: small, whole, and never cached by accident. */
import type { ServerResponse } from 'node:http';
import type { ErrorCode } from '@selvedge/errors';

/** Why a request is not answered as it wished. */
export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Headers = {},
): void {
  send(response, status, `${JSON.stringify(body)}\n`, {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
  });
}

/** A refusal in the shape of a GraphQL response, so that clients find the reason where they look for it. */
export function sendError(
  response: ServerResponse,
  status: number,
  code: ErrorCode,
  message: string,
  headers: Headers = {},
): void {
  sendJson(response, status, { errors: [{ message, extensions: { code } }] }, headers);
}

export function send(response: ServerResponse, status: number, body: string, headers: Headers = {}): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'cache-control': 'no-cache', ...headers, 'content-length': bytes.length });
  response.end(bytes);
}

type Headers = Readonly<Record<string, string>>;
