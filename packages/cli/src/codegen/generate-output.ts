// One generated file: its inputs read, the plugins run, the text returned. Nothing is written here.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Types } from '@graphql-codegen/plugin-helpers';
import { concatAST, type DocumentNode, GraphQLError, Kind, parse, Source } from 'graphql';
import { CommandFailure } from '../command-failure.js';
import { readText } from '../read-text.js';
import type { OutputConfig } from './codegen-config.js';
import { findFiles } from './find-files.js';
import { loadPlugin } from './plugins.js';

/** What an output is made of. */
export interface OutputInputs {
  readonly schema: readonly InputFile[];
  readonly documents: readonly InputFile[];
}

interface InputFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads the schema and the documents of an output.
 *
 * @throws CommandFailure when a file is missing or a glob matches none
 */
export async function readInputs(root: string, output: OutputConfig): Promise<OutputInputs> {
  const documents = await readFiles(root, output.documents);
  if (documents.length === 0 && output.documents.length > 0 && !output.ignoreNoDocuments) {
    throw new CommandFailure(
      `${output.path}: no document matches ${output.documents.join(', ')}; set \`ignoreNoDocuments: true\` if that is fine`,
    );
  }
  const schema = await readFiles(root, output.schema);
  if (schema.length === 0)
    throw new CommandFailure(`${output.path}: no schema matches ${output.schema.join(', ')}`);
  return { schema, documents };
}

/** A hash that changes whenever the generated text could, short of another version of a plugin. */
export function hashOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/**
 * Runs the plugins of an output.
 *
 * @throws CommandFailure for inputs that are not GraphQL, or do not fit each other
 */
export async function generateOutput(output: OutputConfig, inputs: OutputInputs): Promise<string> {
  const { codegen } = await import('@graphql-codegen/core');
  const plugins = await Promise.all(
    output.plugins.map(async ({ name, config }) => ({ name, config, plugin: await loadPlugin(name) })),
  );
  try {
    return await codegen({
      filename: output.path,
      schema: await schemaDocument(inputs.schema),
      documents: inputs.documents.map(({ path, text }) => ({
        location: path,
        document: parseFile({ path, text }),
      })),
      config: { ...output.config },
      plugins: plugins.map(({ name, config }): Types.ConfiguredPlugin => ({ [name]: config })),
      pluginMap: Object.fromEntries(plugins.map(({ name, plugin }) => [name, plugin])),
    });
  } catch (error) {
    if (error instanceof CommandFailure || !(error instanceof Error)) throw error;
    throw new CommandFailure(`${output.path}: ${sentenceOf(error)}`);
  }
}

async function readFiles(root: string, patterns: readonly string[]): Promise<InputFile[]> {
  const paths = (await Promise.all(patterns.map((pattern) => findFiles(root, pattern)))).flat();
  return Promise.all(
    [...new Set(paths)].map(async (path) => ({ path, text: await readText(join(root, path)) })),
  );
}

/** Of a supergraph the API schema, which is what operations are written against; of anything else its text. */
async function schemaDocument(files: readonly InputFile[]): Promise<DocumentNode> {
  const documents = await Promise.all(
    files.map(async (file) => {
      const document = parseFile(file);
      if (!isSupergraph(document)) return document;
      const { apiSchemaSdl } = await import('../compose/api-schema.js');
      return parse(apiSchemaSdl(file.text));
    }),
  );
  return concatAST(documents);
}

/** Whether a schema is a composed supergraph: it links the join specification (https://specs.apollo.dev/join). */
function isSupergraph(document: DocumentNode): boolean {
  return document.definitions.some(
    (node) => node.kind === Kind.DIRECTIVE_DEFINITION && node.name.value === 'join__type',
  );
}

function parseFile({ path, text }: InputFile): DocumentNode {
  try {
    return parse(new Source(text, path));
  } catch (error) {
    if (error instanceof GraphQLError) throw new CommandFailure(placed(error));
    throw error;
  }
}

/** Core gathers the errors of documents in an AggregateError. */
function sentenceOf(error: Error): string {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  return errors
    .map((one) =>
      one instanceof GraphQLError ? placed(one) : one instanceof Error ? one.message : String(one),
    )
    .join('\n');
}

function placed(error: GraphQLError): string {
  const line = error.locations?.[0]?.line;
  return error.source && line !== undefined
    ? `${error.source.name}:${line}: ${error.message}`
    : error.message;
}
