/**
 * Prints the last line of a CI run, `N passed, N failed`, from vitest's JSON report, and exits 1 unless all is well. A test
 * that was skipped, for whatever reason, fails the run: what CI does not run, nobody does.
 *
 * Usage: node scripts/ci-summary.mjs REPORT [PART THAT FAILED...]
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';

/**
 * @typedef {{ success: boolean, numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number }} Report
 */

const [reportFile = '', ...failedParts] = process.argv.slice(2);
const report = read(reportFile);
const skipped = report.numPendingTests + report.numTodoTests;
// A file that cannot be loaded has no failed test; `npm test` then fails as a part.
const failedTests = report.success ? report.numFailedTests : Math.max(1, report.numFailedTests);
const otherParts = failedParts.filter((part) => part !== 'npm test' || failedTests === 0).length;
const failed = failedTests + otherParts;
const line = `${report.numPassedTests} passed, ${failed} failed`;
process.stdout.write(`${skipped > 0 ? `${line}, ${skipped} skipped` : line}\n`);
process.exitCode = failed === 0 && skipped === 0 && report.numPassedTests > 0 ? 0 : 1;

/**
 * @param {string} file
 * @returns {Report} of no test at all where there is no report; unless a part says why, that is a failure of its own
 */
function read(file) {
  try {
    /** @type {unknown} */
    const value = JSON.parse(readFileSync(file, 'utf8'));
    return /** @type {Report} */ (value);
  } catch {
    const success = failedParts.length > 0;
    return { success, numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
  }
}
