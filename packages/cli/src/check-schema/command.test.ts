import { describe, expect, it } from 'vitest';
import { composeCommand } from '../compose/command.js';
import { type CommandResult, type Project, runCommand, supergraphProject } from '../fixtures/project.js';
import { checkSchemaCommand } from './command.js';

const before = 'type Query { a(first: Int): Int, b: Int, secret: Int @tag(name: "internal") }';

/** A repository whose branch `main` has a composed supergraph, and whose HEAD is on branch `feature`. */
async function repository(): Promise<Project> {
  const at = supergraphProject({ shop: before });
  at.write('contracts.yaml', 'contracts: { partner: { exclude_tags: [internal] } }');
  at.git('init', '--quiet', '--initial-branch=main');
  await commit(at, 'base');
  at.git('checkout', '--quiet', '-b', 'feature');
  return at;
}

async function commit(at: Project, message: string): Promise<void> {
  await runCommand(
    composeCommand,
    ...['--config', at.path('supergraph.yaml'), '--out', at.path('supergraph.graphql')],
  );
  at.git('add', '--all');
  at.git('commit', '--quiet', '--message', message);
}

function change(at: Project, from: string, to: string): void {
  at.write('shop.graphql', at.read('shop.graphql').replace(from, to));
}

function check(at: Project, ...flags: string[]): Promise<CommandResult> {
  return runCommand(
    checkSchemaCommand,
    ...['--config', at.path('supergraph.yaml'), '--accepted', at.path('schema-changes.yml'), ...flags],
  );
}

function accept(at: Project, change: string, more = ''): void {
  at.write(
    'schema-changes.yml',
    `accepted:\n  - change: ${JSON.stringify(change)}\n    reason: asked all\n${more}`,
  );
}

const removal = "Field 'b' was removed from object type 'Query'";

describe('selvedge check-schema', () => {
  it('fails on a breaking change, in a commit as well as uncommitted, and prints the entry that would accept it', async () => {
    const at = await repository();
    change(at, ', b: Int', '');
    const uncommitted = await check(at, '--base', 'main');
    await commit(at, 'break');
    const committed = await check(at, '--base', 'main');
    for (const { exitCode, stdout, stderr } of [uncommitted, committed]) {
      expect(exitCode).toBe(1);
      expect(stdout).toContain(`breaking  Query.b: ${removal}`);
      expect(stderr).toContain('1 breaking change is not accepted');
      expect(stderr).toContain(`  - change: "${removal}"`);
    }
    expect(committed.stdout).toMatch(/^comparing with [0-9a-f]{10}, where this branch left main$/m);
  });

  it('passes a change that adds', async () => {
    const at = await repository();
    change(at, 'b: Int', 'b: Int, c: Int');
    const { exitCode, stdout } = await check(at, '--base', 'main');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('1 safe change (--all lists them)');
    expect((await check(at, '--base', 'main', '--all')).stdout).toContain('safe      Query.c:');
  });

  it.each([removal, 'Query.b'])('passes a breaking change that is accepted as %j', async (text) => {
    const at = await repository();
    change(at, ', b: Int', '');
    accept(at, text, '    until: 2999-12-31\n');
    expect(await check(at, '--base', 'main')).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('fails again once the acceptance has run out', async () => {
    const at = await repository();
    change(at, ', b: Int', '');
    accept(at, removal, '    until: 2020-01-31\n');
    const { exitCode, stderr } = await check(at, '--base', 'main');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`accepted only until 2020-01-31, so no longer: ${removal}`);
  });

  it('accepts no more than what is listed', async () => {
    const at = await repository();
    change(at, ', b: Int', '');
    change(at, 'a(first: Int)', 'a');
    accept(at, removal);
    const { exitCode, stderr } = await check(at, '--base', 'main');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('1 breaking change is not accepted');
    expect(stderr).not.toContain(`  - change: "${removal}"`);
  });

  it('warns of an entry whose change is not made', async () => {
    const at = await repository();
    accept(at, 'Query.gone');
    const { exitCode, stderr } = await check(at, '--base', 'main');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('no such change is made any more, remove it: Query.gone');
  });

  it('refuses an entry without a reason', async () => {
    const at = await repository();
    at.write('schema-changes.yml', 'accepted: [{ change: x, reason: "" }]');
    const { exitCode, stderr } = await check(at, '--base', 'main');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('`accepted.0.reason`: expected why');
  });

  it('fails when a field goes from a contract only, or a whole contract goes', async () => {
    const at = await repository();
    change(at, 'b: Int', 'b: Int @tag(name: "internal")');
    const tagged = await check(at, '--base', 'main');
    expect(tagged.exitCode).toBe(1);
    expect(tagged.stdout).toContain(`breaking  Query.b: ${removal} (only in contract partner)`);
    change(at, 'b: Int @tag(name: "internal")', 'b: Int');
    at.write('contracts.yaml', 'contracts: {}');
    expect((await check(at, '--base', 'main')).stderr).toContain(`Contract 'partner' was removed`);
  });

  it('compares with where the branch was left, not with what others added to main since', async () => {
    const at = await repository();
    at.git('checkout', '--quiet', 'main');
    change(at, 'b: Int', 'b: Int, others: Int');
    await commit(at, 'others');
    at.git('checkout', '--quiet', 'feature');
    expect(await check(at, '--base', 'main')).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('says so when base and head are the same commit, and still compares what is not committed', async () => {
    const at = await repository();
    const same = await check(at, '--base', 'main');
    expect(same.exitCode).toBe(0);
    expect(same.stdout).toMatch(/^base and head are the same commit \(main, [0-9a-f]{10}\)/);
    change(at, ', b: Int', '');
    expect((await check(at, '--base', 'main')).exitCode).toBe(1);
  });

  it('says so when the base has no supergraph yet', async () => {
    const at = supergraphProject({ shop: before });
    at.git('init', '--quiet', '--initial-branch=main');
    at.git('commit', '--quiet', '--allow-empty', '--message', 'first');
    const { exitCode, stdout } = await check(at, '--base', 'main');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('main has no supergraph.graphql there yet');
  });

  it('fails, with what to do, where there is no such base, and where there is no repository', async () => {
    const at = await repository();
    const unknown = await check(at, '--base', 'elsewhere');
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toContain('git knows no elsewhere to compare with; fetch it');
    const outside = await check(supergraphProject({ shop: before }));
    expect(outside.exitCode).toBe(1);
    expect(outside.stderr).toContain('not a git repository with a commit');
  });
});
