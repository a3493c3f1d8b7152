// `selvedge compose`: writes the supergraph, and its contracts, from supergraph.yaml.
import { Command } from 'commander';
import { CommandFailure, reportingFailures } from '../command-failure.js';
import { readTextOrNull } from '../read-text.js';
import type { ComposedProject, ComposeOptions, SupergraphFile } from './compose-project.js';
import { writeAtomically } from './write-atomically.js';

interface ComposeFlags {
  readonly config: string;
  readonly out: string;
  readonly excludeTag: readonly string[];
  readonly check?: true;
  readonly hints?: true;
}

export const composeCommand = new Command('compose')
  .description(
    'compose the subgraphs of supergraph.yaml into supergraph.graphql, and the contracts of contracts.yaml',
  )
  .option('--config <file>', 'the list of subgraphs, in the format that Rover reads', 'supergraph.yaml')
  .option('--out <file>', 'the supergraph to write; contracts are written beside it', 'supergraph.graphql')
  .option('--exclude-tag <tag>', 'hide what has this @tag (repeatable)', collect, [])
  .option('--check', 'write nothing; exit 1 when a written file is out of date')
  .option('--hints', 'print what composes but may not be meant')
  .action(
    reportingFailures(async (flags: ComposeFlags) => {
      const options: ComposeOptions = { config: flags.config, out: flags.out, excludeTags: flags.excludeTag };
      const { composeProject } = await import('./compose-project.js');
      const project = await composeProject(options);
      if (flags.hints) printHints(project);
      await (flags.check ? checkFiles(project) : writeFiles(project));
    }),
  );

function collect(tag: string, tags: readonly string[]): readonly string[] {
  return [...tags, tag];
}

async function writeFiles(project: ComposedProject): Promise<void> {
  for (const file of project.files) {
    const isUnchanged = (await readTextOrNull(file.path)) === file.sdl;
    if (!isUnchanged) await writeAtomically(file.path, file.sdl);
    console.log(`${isUnchanged ? 'unchanged' : 'wrote'} ${file.path}: ${contentsOf(file, project)}`);
  }
}

async function checkFiles(project: ComposedProject): Promise<void> {
  const current = await Promise.all(project.files.map(({ path }) => readTextOrNull(path)));
  const stale = project.files.flatMap(({ path, sdl }, index) => {
    if (current[index] === sdl) return [];
    return [current[index] === null ? `${path} is missing` : `${path} is out of date`];
  });
  if (stale.length > 0) {
    throw new CommandFailure(`${stale.join('\n')}\nrun \`npm run compose\` and commit the result`);
  }
  console.log(`up to date: ${project.files.map(({ path }) => path).join(', ')}`);
}

function contentsOf(file: SupergraphFile, project: ComposedProject): string {
  if (file.hidden.length > 0) return `hides ${file.hidden.join(', ')}`;
  if (file.contract !== null) return 'hides nothing: no element has its tags';
  return `${project.subgraphs.length} subgraphs (${project.subgraphs.join(', ')})`;
}

function printHints({ hints }: ComposedProject): void {
  for (const { level, code, coordinate, message } of hints) {
    console.log(`${level} ${code} ${coordinate}: ${message}`);
  }
  if (hints.length === 0) console.log('no hints');
}
