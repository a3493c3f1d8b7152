// What an operation has noted becomes what the router is told: the worst of all, and all of it.
import type { AnswerOrigin } from '@selvedge/cache';
import { describe, expect, it } from 'vitest';
import type { ReadDefinition } from '../reads/read.js';
import { AnswerRecorder } from './answer-recorder.js';
import { RequestInputs } from './request-inputs.js';
import type { CoveredRead } from './store-coverage.js';

const lifetime = { maxAge: 60, isPrivate: false, staleness: 0 };
const read = { key: ['id'], kind: 'one', entity: Object } as unknown as ReadDefinition;

/** @param refusal of every read */
function recorder(refusal: string | null = null): AnswerRecorder {
  const covered = {
    codec: { encode: ({ id }: { id: unknown }) => [id] },
    tags: { refusal, of: ([id]: readonly unknown[]) => [`things:id=${String(id)}`] },
  } as unknown as CoveredRead;
  return new AnswerRecorder({ of: () => covered, cluster: '7/1' });
}

function answerOf(one: AnswerRecorder): AnswerOrigin | undefined {
  return one.extension(lifetime).answer;
}

describe('a recorder', () => {
  it('joins the snapshots of all statements', () => {
    const one = recorder();
    one.statement({ snapshot: '10:12:', cluster: '7/1' });
    one.statement({ snapshot: '9:14:9', cluster: '7/1' });
    expect(answerOf(one)).toMatchObject({ snapshot: '9:12:9', refusal: null });
  });

  it('refuses where a transaction ran', () => {
    const one = recorder();
    one.transaction();
    expect(answerOf(one)).toMatchObject({ maxAge: 0, tags: [], refusal: 'a transaction ran' });
  });

  it('refuses what was read from a standby', () => {
    const one = recorder();
    one.statement({ snapshot: '10:12:', cluster: null });
    expect(answerOf(one)?.refusal).toBe('read from a standby, or an unknown cluster');
  });

  it('refuses what was read from two clusters', () => {
    const one = recorder();
    one.statement({ snapshot: '10:12:', cluster: '7/1' });
    one.statement({ snapshot: '10:12:', cluster: '8/1' });
    expect(answerOf(one)?.refusal).toBe('read from two clusters');
  });

  it('of a key that finds nothing has its tag', () => {
    const one = recorder();
    one.found(read, { id: '7' }, null, null);
    expect(answerOf(one)?.tags).toEqual(['things:id=7']);
  });

  it('refuses a table that no tag covers', () => {
    const one = recorder('writes to things are not captured');
    one.found(read, { id: '7' }, {}, null);
    expect(answerOf(one)).toMatchObject({ maxAge: 0, refusal: 'writes to things are not captured' });
  });

  it('refuses more tags than it could be looked up by', () => {
    const one = recorder();
    for (let index = 0; index < 1_000; index += 1) one.tag(`things:id=${index}`, null);
    one.tag('things:id=0', null);
    expect(answerOf(one)).toMatchObject({ refusal: null });
    one.tag('things:id=1000', null);
    expect(answerOf(one)).toMatchObject({ tags: [], refusal: 'more than 1000 tags' });
  });

  it('tells of the writes of all transactions', () => {
    const one = recorder();
    one.committed({ cluster: '7/1', xid: '740', tags: ['a:'] });
    one.committed({ cluster: '7/1', xid: null, tags: [] });
    one.committed({ cluster: '7/1', xid: '741', tags: ['a:', 'b:'] });
    expect(one.extension(null).writes).toEqual({ xids: ['740', '741'], tags: ['a:', 'b:'] });
  });

  it('lets what a claim has shaped be kept for no longer than the token is valid', () => {
    const one = recorder();
    one.claims(['sub'], Date.now() / 1_000 - 1);
    expect(answerOf(one)).toMatchObject({ maxAge: 0, refusal: null });
  });

  it('is private where a claim was looked at', () => {
    const one = recorder();
    one.claims(['sub'], null);
    expect(answerOf(one)).toMatchObject({ isPrivate: true, claims: ['sub'], maxAge: 60 });
  });
});

describe('the inputs of a request', () => {
  it('have a header that is looked at, there or not, recorded', () => {
    const one = recorder();
    const inputs = new RequestInputs({ 'x-a': '1' }, null);
    expect([inputs.header('X-A', one), inputs.header('x-b', one)]).toEqual(['1', null]);
    expect(answerOf(one)?.headers).toEqual(['x-a', 'x-b']);
  });

  it('have the claims of a viewer, there or not, recorded', () => {
    const one = recorder();
    expect(new RequestInputs({}, null).viewer(one)).toBeNull();
    expect(answerOf(one)?.claims).toContain('sub');
  });
});
