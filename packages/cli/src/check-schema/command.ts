// `selvedge check-schema`: fails when this branch breaks clients of the base branch and nobody has said that it may.
import { dirname } from 'node:path';
import { Command } from 'commander';
import { CommandFailure, reportingFailures } from '../command-failure.js';
import { contractFile, parseContracts } from '../contract/contracts-config.js';
import { readAcceptedChanges } from './accepted-changes.js';
import { type BaseRevision, findBase, textInRevision } from './base-revision.js';
import type { SchemaChange, SchemaComparison, Supergraphs } from './compare-schemas.js';

interface CheckSchemaFlags {
  readonly base?: string;
  readonly config: string;
  readonly accepted: string;
  readonly all?: true;
}

const supergraphFile = 'supergraph.graphql';
const contractsFile = 'contracts.yaml';

export const checkSchemaCommand = new Command('check-schema')
  .description(
    "compare the working tree's API with the base branch's, and fail on a breaking change nobody accepted",
  )
  .option('--base <ref>', 'the branch to compare with (default: BASE_REF, else origin/main, else main)')
  .option('--config <file>', 'the list of subgraphs; supergraph.graphql is read beside it', 'supergraph.yaml')
  .option('--accepted <file>', 'the breaking changes that are accepted', 'schema-changes.yml')
  .option('--all', 'list the safe changes too')
  .action(
    reportingFailures(async ({ base: ref, config, accepted: acceptedFile, all }: CheckSchemaFlags) => {
      const folder = dirname(config);
      const base = await findBase(folder, ref ?? baseFromEnvironment());
      console.log(baseLine(base));
      const baseSupergraphs = await readBase(folder, base);
      if (!baseSupergraphs.has(null)) {
        console.log(`${base.ref} has no ${supergraphFile} there yet, so nothing can break`);
        return;
      }
      const { compareSchemas } = await import('./compare-schemas.js');
      const accepted = await readAcceptedChanges(acceptedFile);
      const today = new Date().toISOString().slice(0, 10);
      const comparison = await compareSchemas(baseSupergraphs, await readHead(config), accepted, today);
      printChanges(comparison.changes, { all: all === true });
      judge(comparison, acceptedFile);
    }),
  );

/** CI systems set the variable to nothing where there is no base. */
function baseFromEnvironment(): string | null {
  const ref = process.env['BASE_REF'] ?? '';
  return ref === '' ? null : ref;
}

function baseLine({ ref, commit, isHead }: BaseRevision): string {
  const short = commit.slice(0, 10);
  return isHead
    ? `base and head are the same commit (${ref}, ${short}): only uncommitted changes are compared`
    : `comparing with ${short}, where this branch left ${ref}`;
}

async function readHead(config: string): Promise<Supergraphs> {
  const { composeProject } = await import('../compose/compose-project.js');
  const { files } = await composeProject({ config, out: supergraphFile, excludeTags: [] });
  return new Map(files.map(({ contract, sdl }) => [contract, sdl]));
}

async function readBase(folder: string, { commit }: BaseRevision): Promise<Supergraphs> {
  const contracts = parseContracts(contractsFile, await textInRevision(folder, commit, contractsFile));
  const files = [null, ...contracts.map(({ name }) => name)].map(async (contract) => {
    const path = contract === null ? supergraphFile : contractFile(supergraphFile, contract);
    return [contract, await textInRevision(folder, commit, path)] as const;
  });
  const texts = await Promise.all(files);
  return new Map(texts.flatMap(([contract, sdl]) => (sdl === null ? [] : [[contract, sdl] as const])));
}

function printChanges(changes: readonly SchemaChange[], { all }: { readonly all: boolean }): void {
  const shown = changes.filter(({ severity }) => all || severity !== 'safe');
  for (const change of shown) console.log(lineOf(change));
  const unshown = changes.length - shown.length;
  if (unshown > 0) console.log(`${unshown} safe ${unshown === 1 ? 'change' : 'changes'} (--all lists them)`);
  if (changes.length === 0) console.log('the API is unchanged');
}

function judge({ refused, expired, unused }: SchemaComparison, acceptedFile: string): void {
  for (const { change } of unused)
    console.warn(`${acceptedFile}: no such change is made any more, remove it: ${change}`);
  for (const { change, until } of expired) {
    console.error(`${acceptedFile}: accepted only until ${until ?? ''}, so no longer: ${change}`);
  }
  if (refused.length === 0) return;
  const count = refused.length === 1 ? '1 breaking change is' : `${refused.length} breaking changes are`;
  const entries = refused.map(({ text }) => `  - change: ${JSON.stringify(text)}\n    reason: `);
  throw new CommandFailure(
    `${count} not accepted. Keep what clients use (deprecate it first), or list in ${acceptedFile} why it may break:\n\naccepted:\n${entries.join('\n')}`,
  );
}

function lineOf({ contract, severity, coordinate, text }: SchemaChange): string {
  return `${severity.padEnd(9)} ${coordinate}: ${text}${contract === null ? '' : ` (only in contract ${contract})`}`;
}
