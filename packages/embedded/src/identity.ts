// PostgreSQL refuses to run as root. Root therefore starts it as another user; everybody else as oneself.
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The user and group that PostgreSQL runs as; undefined stands for the current user. */
export type ServerIdentity = { readonly uid: number; readonly gid: number } | undefined;

/** The user `nobody` of every Linux: owns nothing, and stands in /etc/passwd, which initdb insists on. */
const nobody = 65534;

/** As root: the owner of the existing data folder (an ordinary user may have made it), else uid 65534. */
export async function serverIdentity(dataDir: string): Promise<ServerIdentity> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(dataDir).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return { uid: nobody, gid: nobody };
}

/**
 * Spawn options of every process that belongs to the server. The working folder is `/`, because initdb dies when it may not
 * read the one it was started in; the environment is bare, so that no PG* variable of the user's shell changes the outcome
 * and messages are in English (the launcher reads some of them).
 */
export function serverProcess(identity: ServerIdentity): {
  cwd: string;
  env: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
} {
  return { cwd: '/', env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }, ...identity };
}

/** Whether the identity passes `test <operator> <path>`; asked of the kernel, since permission bits are not the whole truth. */
export async function mayAccess(
  identity: ServerIdentity,
  operator: '-r' | '-w' | '-x',
  path: string,
): Promise<boolean> {
  try {
    await promisify(execFile)(
      '/bin/sh',
      ['-c', `test ${operator} "$1"`, 'sh', path],
      serverProcess(identity),
    );
    return true;
  } catch {
    return false;
  }
}
