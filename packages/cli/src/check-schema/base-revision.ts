// The revision to compare with: where this branch left the base branch. Comparing with the base branch's tip instead
// would report what others have added there since as removed here.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CommandFailure } from '../command-failure.js';

export interface BaseRevision {
  /** The base branch as it was named. */
  readonly ref: string;
  /** The full hash of the merge base. */
  readonly commit: string;
  /** Whether HEAD is that commit, so that only uncommitted changes can differ. */
  readonly isHead: boolean;
}

/**
 * Finds the merge base of HEAD and the base branch.
 *
 * @param folder a folder in the repository
 * @param ref the base branch; null for the first of `origin/main` and `main` that exists
 * @throws CommandFailure when there is no repository, no such branch, or no common ancestor
 */
export async function findBase(folder: string, ref: string | null): Promise<BaseRevision> {
  const head = await git(folder, 'rev-parse', '--verify', 'HEAD^{commit}');
  if (head === null) {
    throw new CommandFailure(
      `${folder}: not a git repository with a commit, so there is no base to compare with`,
    );
  }
  const candidates = ref === null ? ['origin/main', 'main'] : [ref];
  const existing = await firstExisting(folder, candidates);
  if (existing === null) {
    throw new CommandFailure(
      `git knows no ${candidates.join(' and no ')} to compare with; fetch it, or name the base with --base or BASE_REF`,
    );
  }
  const commit = await git(folder, 'merge-base', 'HEAD', existing);
  if (commit === null) {
    throw new CommandFailure(
      `HEAD and ${existing} have no common commit here; fetch more history (git fetch --unshallow)`,
    );
  }
  return { ref: existing, commit, isHead: commit === head };
}

/** The text that a file had in a revision, or null when it was not there. The path is relative to `folder`. */
export function textInRevision(folder: string, commit: string, path: string): Promise<string | null> {
  return git(folder, 'show', `${commit}:./${path}`);
}

async function firstExisting(folder: string, refs: readonly string[]): Promise<string | null> {
  for (const ref of refs) {
    if ((await git(folder, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`)) !== null) return ref;
  }
  return null;
}

const execFileAsync = promisify(execFile);

/** The output of a git command without the last line break, or null where git refuses. */
async function git(folder: string, ...commandLine: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await execFileAsync('git', ['-C', folder, ...commandLine], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.replace(/\n$/, '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') return null;
    throw new CommandFailure(`git cannot be run: ${error instanceof Error ? error.message : String(error)}`);
  }
}
