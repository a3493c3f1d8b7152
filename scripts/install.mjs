/**
 * Makes sure that what package-lock.json asks for is installed, so that every command works on a fresh clone and after a pull.
 * When nothing changed it costs two small reads: `npm ci` empties node_modules, and must not run without need.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

/** @typedef {{ version?: string, resolved?: string, link?: boolean, optional?: boolean }} LockedPackage */

/**
 * Installs when needed. Throws an Error that carries npm's own output when that fails.
 * @param {string} root
 */
export async function ensureInstalled(root) {
  const lockfile = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = join(root, 'node_modules/.selvedge-installed');
  const wanted = createHash('sha256').update(lockfile).digest('hex');
  const installed = join(root, 'node_modules/.package-lock.json');
  if (existsSync(installed)) {
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
    // A person may have run npm by hand, which leaves no stamp of ours.
    if (holdsAll(packagesOf(readFileSync(installed, 'utf8')), packagesOf(lockfile))) {
      writeFileSync(stamp, wanted);
      return;
    }
  }
  const began = performance.now();
  process.stderr.write('Installing dependencies with npm ci; this happens once and takes about a minute.\n');
  await npmCi(root);
  writeFileSync(stamp, wanted);
  process.stderr.write(`Installed in ${((performance.now() - began) / 1000).toFixed(1)} s.\n`);
}

/**
 * @param {Record<string, LockedPackage>} installed
 * @param {Record<string, LockedPackage>} wanted
 */
export function holdsAll(installed, wanted) {
  return Object.entries(wanted).every(([path, locked]) => {
    // Workspaces are folders of ours, and an optional package is installed only where its platform matches.
    if (!path.startsWith('node_modules/') || locked.optional === true) return true;
    const found = installed[path];
    // npm can be told to leave the registry's address out of a lockfile.
    const sameSource = locked.resolved === undefined || found?.resolved === locked.resolved;
    return found !== undefined && found.version === locked.version && sameSource;
  });
}

/**
 * @param {string} lockfile
 * @returns {Record<string, LockedPackage>}
 */
function packagesOf(lockfile) {
  /** @type {unknown} */
  const parsed = JSON.parse(lockfile);
  return /** @type {{ packages?: Record<string, LockedPackage> }} */ (parsed).packages ?? {};
}

/**
 * @param {string} root
 * @returns {Promise<void>}
 */
function npmCi(root) {
  // NODE_ENV=production would leave out the compiler.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
  const npm = process.env['npm_execpath'];
  const child =
    npm === undefined
      ? spawn('npm', args, { cwd: root, shell: process.platform === 'win32' })
      : spawn(process.execPath, [npm, ...args], { cwd: root });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (/** @type {string} */ text) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(new Error(`npm could not be started: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `${output.trimEnd()}\nnpm ci failed (${signal ?? `exit code ${code ?? 'unknown'}`}); its output is above.`,
          ),
        );
    });
  });
}
