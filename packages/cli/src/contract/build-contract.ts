// From a supergraph to the supergraph of a contract, or a sentence that says why there can be none.
import { errorCauses, Supergraph } from '@apollo/federation-internals';
import type { GraphQLError } from 'graphql';
import { CommandFailure } from '../command-failure.js';
import { compositionProblem, formatProblems } from '../compose/composition-problem.js';
import { type HiddenSupergraph, hideTagged } from './hide-tagged.js';

/**
 * Builds the supergraph of a contract, and proves that a router can load it.
 *
 * @param name for messages: the contract's name or its file
 * @throws CommandFailure when the filter leaves no query, or an API that is not valid
 */
export function buildContract(
  name: string,
  supergraphSdl: string,
  excludeTags: readonly string[],
): HiddenSupergraph {
  const contract = hideTagged(supergraphSdl, excludeTags);
  const filter = excludeTags.map((tag) => `"${tag}"`).join(', ');
  if (!contract.hasQueries) {
    throw new CommandFailure(
      `contract ${name}: excluding ${filter} leaves no field of Query, so there is no API; tag less, or exclude another tag`,
    );
  }
  try {
    Supergraph.build(contract.supergraphSdl).apiSchema();
  } catch (error) {
    const causes = causesOf(error);
    if (causes.length === 0) throw error;
    const problems = formatProblems(causes.map((cause) => compositionProblem(cause, [])));
    throw new CommandFailure(
      `contract ${name}: excluding ${filter} leaves an API that is not valid\n\n${problems}`,
    );
  }
  return contract;
}

function causesOf(error: unknown): readonly GraphQLError[] {
  return error instanceof Error ? (errorCauses(error) ?? []) : [];
}
