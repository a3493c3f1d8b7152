// Brings the schema text of every subgraph together, from files or from the running subgraphs.
import { CommandFailure } from '../command-failure.js';
import { readText } from '../read-text.js';
import type { SubgraphConfig } from './supergraph-config.js';

/** One subgraph as composition sees it. */
export interface SubgraphSource {
  readonly name: string;
  readonly routingUrl: string;
  /** Where the text came from, a path or a URL, for messages. */
  readonly origin: string;
  readonly sdl: string;
}

/** How long a running subgraph may take to answer with its schema, in milliseconds. */
const introspectionTimeout = 10_000;

/**
 * Reads all schemas; the order is that of the configuration.
 *
 * @throws CommandFailure naming every subgraph whose schema could not be had, not only the first
 */
export async function readSubgraphs(configs: readonly SubgraphConfig[]): Promise<SubgraphSource[]> {
  const results = await Promise.allSettled(configs.map(readSubgraph));
  const failures = results.flatMap((result, index) =>
    result.status === 'rejected'
      ? [`subgraph ${configs[index]?.name ?? ''}: ${messageOf(result.reason)}`]
      : [],
  );
  if (failures.length > 0) throw new CommandFailure(failures.join('\n'));
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function readSubgraph({ name, routingUrl, schema }: SubgraphConfig): Promise<SubgraphSource> {
  switch (schema.kind) {
    case 'file':
      return { name, routingUrl, origin: schema.path, sdl: await readText(schema.path) };
    case 'inline':
      return { name, routingUrl, origin: `${name} (sdl)`, sdl: schema.sdl };
    case 'introspection':
      return { name, routingUrl, origin: schema.url, sdl: await introspect(schema.url, schema.headers) };
  }
}

/** Asks a running subgraph for its schema (Apollo Federation subgraph specification, `Query._service`). */
async function introspect(url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
    signal: AbortSignal.timeout(introspectionTimeout),
  });
  if (!response.ok) throw new CommandFailure(`${url} answered ${response.status} instead of its schema`);
  const sdl = sdlOf(await response.json());
  if (sdl === undefined)
    throw new CommandFailure(`${url} did not answer \`{ _service { sdl } }\` with a schema`);
  return sdl;
}

function sdlOf(body: unknown): string | undefined {
  const service = propertyOf(propertyOf(body, 'data'), '_service');
  const sdl = propertyOf(service, 'sdl');
  return typeof sdl === 'string' ? sdl : undefined;
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // fetch says only "fetch failed"; what went wrong is its cause.
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
