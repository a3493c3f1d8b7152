// contracts.yaml: which smaller APIs are made of the supergraph. It is reviewed like code, because it decides what a
// group of clients can see.
import { z } from 'zod';
import { parseYamlText } from '../parse-yaml-file.js';
import { readTextOrNull } from '../read-text.js';

export interface ContractConfig {
  readonly name: string;
  readonly excludeTags: readonly string[];
}

const configSchema = z.strictObject({
  contracts: z.record(
    z
      .string()
      .regex(
        /^[a-z][a-z0-9-]*$/,
        'expected a name in lower case with digits and hyphens, because it becomes part of a file name',
      ),
    z.strictObject({ exclude_tags: z.array(z.string().min(1)).min(1) }),
  ),
});

/**
 * Reads the contracts, sorted by name; a project without the file has none.
 *
 * @throws CommandFailure with one sentence a problem
 */
export async function readContracts(file: string): Promise<ContractConfig[]> {
  return parseContracts(file, await readTextOrNull(file));
}

/** The same for text that was read already, null where there is no file. */
export function parseContracts(file: string, text: string | null): ContractConfig[] {
  if (text === null) return [];
  const { contracts } = parseYamlText(file, text, configSchema);
  const entries = Object.entries(contracts).map(([name, contract]) => ({
    name,
    excludeTags: contract.exclude_tags,
  }));
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `supergraph.graphql` -> `supergraph.partner.graphql`. */
export function contractFile(supergraphFile: string, contractName: string): string {
  return supergraphFile.replace(
    /(\.graphqls?)?$/,
    (extension) => `.${contractName}${extension || '.graphql'}`,
  );
}
