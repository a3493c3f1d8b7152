/** The tests that show that faults are caught: each suite finds nothing without a fault, and with each of its faults something. */
import { beforeAll, expect, inject, test } from 'vitest';
import type { Fault } from './faults.js';
import { runSuites, type Suite, type SuiteOutcome } from './faulty-suites.js';

/**
 * @param seeded faults that name a suite
 * @param folder for bundles, once there is one
 */
export function describeFaults(seeded: readonly Fault[], folder: () => string): void {
  const files = [...new Set(seeded.flatMap(({ suite }) => suite ?? []))];
  let outcomes: readonly SuiteOutcome[];

  beforeAll(async () => {
    const sound = files.map((file): Suite => ({ file, fault: undefined, tests: testsOf(file) }));
    const faulty = seeded.map((fault): Suite => {
      const { suite: file = '', test: name } = fault;
      return { file, fault, ...(name !== undefined && { tests: [name] }) };
    });
    const provided = { selvedgePostgres: inject('selvedgePostgres') };
    outcomes = await runSuites([...sound, ...faulty], folder(), provided);
  }, 300_000);

  /** All that faults name, or none: then all of the file. */
  function testsOf(file: string): readonly string[] {
    const own = seeded.filter(({ suite }) => suite === file).map(({ test: name }) => name);
    return own.every((name) => name !== undefined) ? own : [];
  }

  test.each(files)('%s finds nothing without a fault', (file) => {
    const outcome = outcomes.find((each) => each.file === file && each.fault === undefined);
    expect(outcome).toMatchObject({ unmet: [], broken: [] });
    expect(outcome?.passed.length).toBeGreaterThan(0);
    for (const name of testsOf(file))
      expect(outcome?.passed).toContainEqual(expect.stringContaining(name) as unknown);
  });

  test.each(seeded)('$suite catches $id', ({ id, what }) => {
    const outcome = outcomes.find(({ fault }) => fault?.id === id);
    expect(outcome?.unmet, `${what ?? id}: ${JSON.stringify(outcome?.broken)}`).not.toEqual([]);
  });
}
