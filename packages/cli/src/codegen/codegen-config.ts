// codegen.yml, in the format of graphql-codegen's own cli, so that its documentation holds and a project can change
// over in either direction. Keys of that format which this program does not have are refused, never ignored.
import { z } from 'zod';
import { CommandFailure } from '../command-failure.js';
import { nearest, parseYamlFile } from '../parse-yaml-file.js';
import { isPluginName, type PluginName, pluginNames } from './plugins.js';

export type PluginConfig = Readonly<Record<string, unknown>>;

/** One file to generate. */
export interface OutputConfig {
  /** Relative to the project. */
  readonly path: string;
  /** Paths or globs. */
  readonly schema: readonly string[];
  /** Paths or globs; empty for what needs no documents. */
  readonly documents: readonly string[];
  readonly plugins: readonly { readonly name: PluginName; readonly config: PluginConfig }[];
  /** What all plugins of this output are given: the file's `config` with the output's own on top. */
  readonly config: PluginConfig;
  /** Whether globs that match no document are fine. */
  readonly ignoreNoDocuments: boolean;
}

const oneOrMore = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)], 'expected a path, a glob, or a list of them')
  .transform((value) => (typeof value === 'string' ? [value] : value));
const configSchema = z.record(z.string(), z.unknown());
const pluginSchema = z
  .union(
    [z.string(), z.record(z.string(), configSchema.nullable())],
    'expected a name, or a name with a configuration',
  )
  .transform((value): readonly (readonly [string, PluginConfig])[] =>
    typeof value === 'string'
      ? [[value, {}]]
      : Object.entries(value).map(([name, config]) => [name, config ?? {}]),
  );
const outputSchema = z.strictObject({
  schema: oneOrMore.optional(),
  documents: oneOrMore.optional(),
  plugins: z.array(pluginSchema).min(1),
  config: configSchema.optional(),
});
const fileSchema = z.strictObject({
  overwrite: z.literal(true, 'generated files are always overwritten; expected true').optional(),
  ignoreNoDocuments: z.boolean().optional(),
  schema: oneOrMore.optional(),
  documents: oneOrMore.optional(),
  config: configSchema.optional(),
  generates: z.record(z.string(), outputSchema),
});

/**
 * Reads codegen.yml.
 *
 * @throws CommandFailure with one sentence a problem
 */
export async function readCodegenConfig(file: string): Promise<OutputConfig[]> {
  const { generates, ...shared } = await parseYamlFile(file, fileSchema);
  return Object.entries(generates).map(([path, output]) => {
    const at = `${file}: \`generates.${path}\``;
    const schema = output.schema ?? shared.schema;
    if (!schema) throw new CommandFailure(`${at} has no \`schema\`, and neither has the file`);
    return {
      path,
      schema,
      documents: output.documents ?? shared.documents ?? [],
      plugins: output.plugins.flat().map(([name, config]) => ({ name: knownPlugin(at, name), config })),
      config: merged(shared.config ?? {}, output.config ?? {}),
      ignoreNoDocuments: shared.ignoreNoDocuments ?? false,
    };
  });
}

function knownPlugin(at: string, name: string): PluginName {
  if (isPluginName(name)) return name;
  const meant = nearest(name, pluginNames);
  const help = meant === undefined ? `available are ${pluginNames.join(', ')}` : `did you mean \`${meant}\`?`;
  throw new CommandFailure(`${at}: unknown plugin \`${name}\`; ${help}`);
}

/** An output's `scalars` add to the file's instead of replacing them; everything else is replaced whole. */
function merged(shared: PluginConfig, own: PluginConfig): PluginConfig {
  const scalars = [shared['scalars'], own['scalars']].filter((value) => typeof value === 'object');
  return {
    ...shared,
    ...own,
    ...(scalars.length > 0 && { scalars: Object.assign({}, ...scalars) as PluginConfig }),
  };
}
