// As much of a Dockerfile as ours uses: its stages, and what an image made from one of them would hold and run.
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

export interface Instruction {
  readonly keyword: string;
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  /** An image of a registry, or an earlier stage. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** A `COPY` out of a stage; sources are paths in that stage. */
export interface Copy {
  readonly from: string;
  readonly sources: readonly string[];
  readonly target: string;
}

export function readStages(path: string): Stage[] {
  const instructions = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .join('\n')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line): Instruction => {
      const [, keyword = '', text = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      if (keyword === '') throw new Error(`expected an instruction but got ${line}`);
      return { keyword, text };
    });
  const defaults = new Map<string, string>();
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  for (const instruction of instructions) {
    const last = stages.at(-1);
    if (instruction.keyword === 'FROM') {
      const [base = '', , name = ''] = instruction.text.split(' ');
      stages.push({ name, base: substituted(base, defaults), instructions: [] });
    } else if (last === undefined) {
      const [name = '', value = ''] = instruction.text.split('=');
      defaults.set(name, value);
    } else last.instructions.push(instruction);
  }
  return stages;
}

/** The instructions of a stage, those of the stages below it first. */
export function instructionsOf(stages: readonly Stage[], name: string): readonly Instruction[] {
  const stage = stages.find((candidate) => candidate.name === name);
  return stage === undefined ? [] : [...instructionsOf(stages, stage.base), ...stage.instructions];
}

/** What the last instruction of a kind says, for example `USER`. */
export function lastOf(instructions: readonly Instruction[], keyword: string): string | undefined {
  return instructions.findLast((instruction) => instruction.keyword === keyword)?.text;
}

export function copiesOf(
  instructions: readonly Instruction[],
  buildArguments: Readonly<Record<string, string>>,
): Copy[] {
  const values = new Map(Object.entries(buildArguments));
  return instructions.flatMap(({ keyword, text }) => {
    const match = /^--from=(\S+) (.+) (\S+)$/.exec(substituted(text, values));
    const [, from = '', sources = '', target = ''] = match ?? [];
    return keyword !== 'COPY' || match === null ? [] : [{ from, sources: sources.split(' '), target }];
  });
}

/** Copies what the engine would be sent of the repository: all but what `.dockerignore` names. */
export function sendContext(repository: string, folder: string): void {
  const ignored = readFileSync(join(repository, '.dockerignore'), 'utf8')
    .split('\n')
    .filter(isPattern)
    .map(matcher);
  cpSync(repository, folder, {
    recursive: true,
    filter: (file) => {
      const path = relative(repository, file);
      return path === '' || !ignored.some((matches) => matches(path));
    },
  });
}

/**
 * Lays out in `folder` what the image's working directory would hold.
 *
 * @param source the build stage's `/src`
 */
export function layOut(copies: readonly Copy[], source: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { sources, target } of copies) {
    for (const path of sources) {
      const from = join(source, path.replace(/^\/src\//, ''));
      cpSync(from, join(folder, target === './' ? basename(path) : target), { recursive: true });
    }
  }
}

function isPattern(line: string): boolean {
  return line !== '' && !line.startsWith('#');
}

/** A pattern of ours is one name, in which a star may stand, at the root or (after two stars and a slash) anywhere. */
function matcher(pattern: string): (path: string) => boolean {
  const isAnywhere = pattern.startsWith('**/');
  const name = pattern.replace('**/', '').replaceAll('.', '\\.').replaceAll('*', '[^/]*');
  const regexp = new RegExp(`${isAnywhere ? '(^|/)' : '^'}${name}(/|$)`);
  return (path) => regexp.test(path);
}

function substituted(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\{([A-Z_]+)\}/g, (_match, name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`expected a value of ${name} for ${text}`);
    return value;
  });
}
