/**
 * The parameters of a GraphQL-over-HTTP request (https://graphql.github.io/graphql-over-http/draft/#sec-Request): what a
 * GET has in its URL and a POST in its body. What passes here is well formed, whoever executes it then; of an array
 * that has one operation that is not, none is executed.
 */
import { createHash } from 'node:crypto';
import { ClientError } from '@selvedge/errors';

export interface OperationParameters {
  /** Missing where the hash of a persisted query takes its place. */
  readonly query: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: JsonObject | undefined;
  readonly extensions: JsonObject | undefined;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Of automatic persisted queries, in `extensions`. */
export interface PersistedQuery {
  readonly sha256Hash: string;
}

/**
 * @param search of a GET's URL, with or without the leading `?`
 * @throws ClientError
 */
export function readSearch(search: string): OperationParameters {
  const parameters = new URLSearchParams(search);
  const operationName = once(parameters, 'operationName');
  return checked({
    query: once(parameters, 'query'),
    // An empty name in a URL is the same as none.
    operationName: operationName === '' ? undefined : operationName,
    variables: jsonOnce(parameters, 'variables'),
    extensions: jsonOnce(parameters, 'extensions'),
  });
}

/** @param body one operation's, of a POST. @throws ClientError */
export function readOperation(body: unknown): OperationParameters {
  if (!isJsonObject(body)) throw bad(`expected an operation to be a JSON object but got ${kindOf(body)}`);
  return checked({
    query: textOrNothing(body, 'query'),
    operationName: textOrNothing(body, 'operationName'),
    variables: objectOrNothing(body, 'variables'),
    extensions: objectOrNothing(body, 'extensions'),
  });
}

/** The search by which a GET of these parameters is made; what is missing is left out. */
export function writeSearch({ query, operationName, variables, extensions }: OperationParameters): string {
  const parameters = new URLSearchParams();
  if (query !== undefined) parameters.set('query', query);
  if (operationName !== undefined) parameters.set('operationName', operationName);
  if (variables !== undefined) parameters.set('variables', JSON.stringify(variables));
  if (extensions !== undefined) parameters.set('extensions', JSON.stringify(extensions));
  return `?${parameters.toString()}`;
}

/** @returns what names a persisted query, in parameters that were read here; `null` where nothing does */
export function persistedQueryOf({ extensions }: OperationParameters): PersistedQuery | null {
  const persisted = extensions?.['persistedQuery'];
  if (persisted === undefined || persisted === null) return null;
  if (!isJsonObject(persisted) || persisted['version'] !== 1) {
    throw bad('expected `extensions.persistedQuery` to be an object with `version` 1 but got another');
  }
  const { sha256Hash } = persisted;
  if (typeof sha256Hash !== 'string') {
    throw bad(
      `expected \`extensions.persistedQuery.sha256Hash\` to be a string but got ${kindOf(sha256Hash)}`,
    );
  }
  return { sha256Hash };
}

function checked(parameters: OperationParameters): OperationParameters {
  const { query } = parameters;
  const persisted = persistedQueryOf(parameters);
  if (!query && persisted === null) {
    throw bad(
      'expected a non-empty `query`, or `extensions.persistedQuery` in its place, but both are missing',
    );
  }
  // The text would be kept for whoever sends the hash next.
  if (query !== undefined && persisted !== null && persisted.sha256Hash !== sha256(query)) {
    throw bad(
      'expected `extensions.persistedQuery.sha256Hash` to be the SHA-256 of `query` but got another hash',
    );
  }
  return parameters;
}

function once(parameters: URLSearchParams, name: string): string | undefined {
  const values = parameters.getAll(name);
  if (values.length > 1)
    throw bad(`expected the parameter \`${name}\` once but got it ${values.length} times`);
  return values[0];
}

function jsonOnce(parameters: URLSearchParams, name: string): JsonObject | undefined {
  const text = once(parameters, name);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw bad(`expected the parameter \`${name}\` to be JSON but got something that does not parse`);
  }
  return objectOrNothing({ [name]: value }, name);
}

function textOrNothing(body: JsonObject, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw bad(`expected \`${name}\` to be a string but got ${kindOf(value)}`);
  return value;
}

function objectOrNothing(body: JsonObject, name: string): JsonObject | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) throw bad(`expected \`${name}\` to be a JSON object but got ${kindOf(value)}`);
  return value;
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return value === undefined ? 'nothing' : `a value of type ${typeof value}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function bad(message: string): ClientError {
  return new ClientError('BAD_REQUEST', message);
}
