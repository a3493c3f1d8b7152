// From the configuration files of a project to the texts of all its supergraph files, without writing any.
import { dirname, join } from 'node:path';
import { CommandFailure } from '../command-failure.js';
import { buildContract } from '../contract/build-contract.js';
import { contractFile, readContracts } from '../contract/contracts-config.js';
import { formatProblems } from './composition-problem.js';
import { composeSubgraphs, type Hint } from './compose-subgraphs.js';
import { readSubgraphs } from './read-subgraphs.js';
import { readSupergraphConfig } from './supergraph-config.js';

export interface ComposeOptions {
  /** Path of supergraph.yaml; `contracts.yaml` is looked for beside it. */
  readonly config: string;
  /** Path of the supergraph to write. */
  readonly out: string;
  /** Tags to exclude from `out` itself; contracts.yaml is for those that are written beside it. */
  readonly excludeTags: readonly string[];
}

export interface SupergraphFile {
  readonly path: string;
  /** The contract that it is, or null for the whole supergraph. */
  readonly contract: string | null;
  readonly sdl: string;
  /** What a contract hides. */
  readonly hidden: readonly string[];
}

export interface ComposedProject {
  readonly subgraphs: readonly string[];
  readonly hints: readonly Hint[];
  /** The supergraph first, then one file for each contract. */
  readonly files: readonly SupergraphFile[];
}

/**
 * Composes the project.
 *
 * @throws CommandFailure naming subgraph, coordinate, place and advice for every composition error
 */
export async function composeProject(options: ComposeOptions): Promise<ComposedProject> {
  const config = await readSupergraphConfig(options.config);
  const sources = await readSubgraphs(config.subgraphs);
  const composition = composeSubgraphs(sources);
  if ('problems' in composition) {
    const count = composition.problems.length;
    throw new CommandFailure(
      `${options.config}: the subgraphs do not compose: ${count} ${count === 1 ? 'error' : 'errors'}\n\n${formatProblems(composition.problems)}`,
    );
  }
  const contracts = await readContracts(join(dirname(options.config), 'contracts.yaml'));
  const whole =
    options.excludeTags.length === 0
      ? { supergraphSdl: composition.supergraphSdl, hidden: [] }
      : buildContract(options.out, composition.supergraphSdl, options.excludeTags);
  return {
    subgraphs: sources.map(({ name }) => name),
    hints: composition.hints,
    files: [
      { path: options.out, contract: null, sdl: whole.supergraphSdl, hidden: whole.hidden },
      ...contracts.map(({ name, excludeTags }) => {
        const { supergraphSdl, hidden } = buildContract(name, composition.supergraphSdl, excludeTags);
        return { path: contractFile(options.out, name), contract: name, sdl: supergraphSdl, hidden };
      }),
    ],
  };
}
