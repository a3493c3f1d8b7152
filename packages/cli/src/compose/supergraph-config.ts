// The list of subgraphs, in the format that Rover reads (https://www.apollographql.com/docs/rover/commands/supergraphs),
// so that a team that composes with Rover today composes here without touching its file.
import { dirname, isAbsolute, join } from 'node:path';
import compositionPackage from '@apollo/composition/package.json' with { type: 'json' };
import { z } from 'zod';
import { CommandFailure } from '../command-failure.js';
import { parseYamlText } from '../parse-yaml-file.js';
import { readText } from '../read-text.js';

/** Where one subgraph's schema is: in a file, written in the configuration, or to be asked of the running subgraph. */
export type SchemaLocation =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'inline'; readonly sdl: string }
  | {
      readonly kind: 'introspection';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
    };

export interface SubgraphConfig {
  readonly name: string;
  /** What the router calls; may be empty for a schema file, as in Rover, when the router overrides it. */
  readonly routingUrl: string;
  readonly schema: SchemaLocation;
}

export interface SupergraphConfig {
  /** The file it came from, as it was named. */
  readonly file: string;
  /** Sorted by name, so that the order in the file does not show in the supergraph. */
  readonly subgraphs: readonly SubgraphConfig[];
}

const subgraphSchema = z.strictObject({
  routing_url: z.string().optional(),
  schema: z.strictObject({
    file: z.string().min(1).optional(),
    subgraph_url: z.url().optional(),
    introspection_headers: z.record(z.string(), z.string()).optional(),
    graphref: z.string().optional(),
    subgraph: z.string().optional(),
    sdl: z.string().optional(),
  }),
});
const configSchema = z.strictObject({
  federation_version: z.union([z.string(), z.number()]).optional(),
  subgraphs: z.record(z.string(), subgraphSchema),
});
type SubgraphEntry = z.output<typeof subgraphSchema>;

/**
 * Reads supergraph.yaml. Paths in it are relative to it.
 *
 * @param environment what `${env.NAME}` in the file is replaced from
 * @throws CommandFailure with one sentence a problem
 */
export async function readSupergraphConfig(
  file: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<SupergraphConfig> {
  const text = expandEnvironment(file, await readText(file), environment);
  const config = parseYamlText(file, text, configSchema);
  checkFederationVersion(file, config.federation_version);
  const names = Object.keys(config.subgraphs).sort();
  if (names.length === 0)
    throw new CommandFailure(`${file}: \`subgraphs\` names none: there is nothing to compose`);
  const subgraphs = names.flatMap((name) => {
    const entry = config.subgraphs[name];
    return entry ? [subgraphConfig(file, name, entry)] : [];
  });
  return { file, subgraphs };
}

function subgraphConfig(file: string, name: string, entry: SubgraphEntry): SubgraphConfig {
  const schema = schemaLocation(file, name, entry.schema);
  const routingUrl = entry.routing_url ?? (schema.kind === 'introspection' ? schema.url : '');
  return { name, routingUrl, schema };
}

function schemaLocation(file: string, name: string, schema: SubgraphEntry['schema']): SchemaLocation {
  const at = `${file}: \`subgraphs.${name}.schema\``;
  if (schema.graphref !== undefined || schema.subgraph !== undefined) {
    throw new CommandFailure(
      `${at} names a graph in GraphOS, which is not asked; use \`file\` or \`subgraph_url\``,
    );
  }
  const given = [schema.file, schema.subgraph_url, schema.sdl].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new CommandFailure(
      `${at} must have one of \`file\`, \`subgraph_url\` and \`sdl\`, but got ${given.length}`,
    );
  }
  if (schema.file !== undefined)
    return { kind: 'file', path: isAbsolute(schema.file) ? schema.file : join(dirname(file), schema.file) };
  if (schema.sdl !== undefined) return { kind: 'inline', sdl: schema.sdl };
  return {
    kind: 'introspection',
    url: schema.subgraph_url ?? '',
    headers: schema.introspection_headers ?? {},
  };
}

/** Rover takes `2` (any) and `=2.x.y` (that one); we have exactly one composition, so that one must fit. */
function checkFederationVersion(file: string, wanted: string | number | undefined): void {
  const text = String(wanted ?? 2);
  const exact = /^=(\d+\.\d+\.\d+)$/.exec(text)?.[1];
  if (text === '2' || exact === compositionPackage.version) return;
  const reason =
    exact === undefined
      ? `expected \`2\` or \`=2.x.y\`, but got \`${text}\``
      : `\`${text}\` is not installed`;
  throw new CommandFailure(
    `${file}: \`federation_version\`: ${reason}; write \`=${compositionPackage.version}\`, which is what composes here`,
  );
}

function expandEnvironment(
  file: string,
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return text.replaceAll(
    /\$\{env\.(\w+)(?::-([^}]*))?\}/g,
    (_whole, name: string, fallback: string | undefined) => {
      const value = environment[name] ?? fallback;
      if (value === undefined)
        throw new CommandFailure(`${file}: the environment variable ${name} is not set`);
      return value;
    },
  );
}
