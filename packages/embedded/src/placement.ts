// Decides where the data folder lies and as whom the server runs. The asked-for path wins whenever the server's user can reach
// it; otherwise (root, and a checkout below a 0700 home) a stable folder below /var/tmp stands in for it.
import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { findBinaries, type Binaries } from './binaries.js';
import { mayAccess, serverIdentity, type ServerIdentity } from './identity.js';
import { privateFolder, privateFolderPath } from './private-folder.js';

export interface Placement {
  /** Absolute, without symlinks in its parents: it is compared with the server's own `data_directory`. */
  readonly dataDir: string;
  /** Beside the data folder; appended to. */
  readonly logFile: string;
  readonly identity: ServerIdentity;
  readonly binaries: Binaries;
}

/** Throws an Error in one sentence when the data folder cannot be used. */
export async function placeCluster(requested: string): Promise<Placement> {
  const parent = dirname(resolve(requested));
  await mkdir(parent, { recursive: true });
  const asked = join(await realpath(parent), basename(resolve(requested)));
  const identity = await serverIdentity(asked);
  const dataDir = identity === undefined ? asked : await reachableFolder(asked, identity);
  const binaries = await findBinaries(identity);
  return { dataDir, logFile: `${dataDir}.log`, identity, binaries };
}

async function reachableFolder(asked: string, identity: NonNullable<ServerIdentity>): Promise<string> {
  if (await isOwnedBy(asked, identity)) {
    if (await mayAccess(identity, '-x', asked)) return asked;
    throw new Error(
      `the PostgreSQL data folder ${asked} belongs to uid ${identity.uid}, who can no longer reach it; ` +
        'allow that user to pass its parent folders, or remove it to begin anew',
    );
  }
  const relocated = relocatedFolder(asked);
  // Once relocated, stay there: the data must not vanish because the home folder was opened meanwhile.
  const settled = await isOwnedBy(relocated, identity);
  if (!settled && (await canHold(dirname(asked), identity))) return asked;
  await privateFolder();
  await mkdir(dirname(relocated), { recursive: true });
  await chmod(dirname(relocated), 0o755);
  return relocated;
}

function relocatedFolder(asked: string): string {
  const name = createHash('sha256').update(asked).digest('hex').slice(0, 16);
  return join(privateFolderPath(), name, 'postgres');
}

async function isOwnedBy(folder: string, identity: NonNullable<ServerIdentity>): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === identity.uid;
}

/** Tried rather than computed: some file systems (shared folders of virtual machines) ignore or refuse chown. */
async function canHold(parent: string, identity: NonNullable<ServerIdentity>): Promise<boolean> {
  const probe = await mkdtemp(join(parent, '.probe-'));
  try {
    await chown(probe, identity.uid, identity.gid);
    return await mayAccess(identity, '-w', probe);
  } catch {
    return false;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}
