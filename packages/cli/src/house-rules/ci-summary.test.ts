import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { project } from '../fixtures/project.js';

const script = fileURLToPath(new URL('../../../../scripts/ci-summary.mjs', import.meta.url));

const green = { success: true, numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };

function summary(
  report: object | string,
  ...failedParts: string[]
): { line: string; exitCode: number | null } {
  const at = project({ 'report.json': typeof report === 'string' ? report : JSON.stringify(report) });
  const { stdout, status } = spawnSync(process.execPath, [script, at.path('report.json'), ...failedParts], {
    encoding: 'utf8',
  });
  return { line: stdout, exitCode: status };
}

describe('the last line of a CI run', () => {
  it('is green only when every test ran and passed, and every part', () => {
    expect(summary(green)).toEqual({ line: '7 passed, 0 failed\n', exitCode: 0 });
  });

  it('counts failed tests, and the part that ran them only once', () => {
    const report = { ...green, success: false, numFailedTests: 2 };
    expect(summary(report, 'npm test')).toEqual({ line: '7 passed, 2 failed\n', exitCode: 1 });
  });

  it('fails for a test file that could not be loaded, which has no failed test', () => {
    expect(summary({ ...green, success: false }, 'npm test')).toEqual({
      line: '7 passed, 1 failed\n',
      exitCode: 1,
    });
  });

  it('fails for a part that failed though every test passed', () => {
    expect(summary(green, 'npm run check')).toEqual({ line: '7 passed, 1 failed\n', exitCode: 1 });
    expect(summary(green, 'npm test')).toEqual({ line: '7 passed, 1 failed\n', exitCode: 1 });
  });

  it('fails for skipped tests, whatever the reason', () => {
    expect(summary({ ...green, numPendingTests: 1, numTodoTests: 2 })).toEqual({
      line: '7 passed, 0 failed, 3 skipped\n',
      exitCode: 1,
    });
  });

  it('fails when no test ran', () => {
    expect(summary({ ...green, numPassedTests: 0 })).toMatchObject({ exitCode: 1 });
    expect(summary('')).toEqual({ line: '0 passed, 1 failed\n', exitCode: 1 });
    expect(summary('', 'npm ci')).toEqual({ line: '0 passed, 1 failed\n', exitCode: 1 });
  });
});
