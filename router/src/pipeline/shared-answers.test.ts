/** Who has a part in one whole answer, and who never does, on stages that the test decides. Patience does not run out. */
import { beforeEach, afterEach, describe, expect, test, vi } from 'vitest';
import { TestCaller, turns } from '../testing/subgraph-fetches.js';
import { ClientCache } from './client-cache.js';
import { DirectAnswers, type DirectAnswer, type DirectAnswerOptions } from './direct-answers.js';
import { JsonData } from './json-data.js';
import { requestContext, type RequestContext } from './request-context.js';
import type { HttpRequest } from './stages.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What an execution brings. */
interface Outcome {
  readonly isPrivate?: boolean;
  readonly isFailed?: boolean;
}

interface Ask {
  readonly n?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly caller?: TestCaller;
}

class Executions {
  readonly contexts: RequestContext[] = [];
  readonly answers: DirectAnswers;
  /** What comes of those that begin from now on. */
  outcome: Outcome = {};
  private readonly waiting: (() => void)[] = [];

  constructor() {
    const execute = async ({ context }: { context: RequestContext }) => {
      this.contexts.push(context);
      const { isPrivate = false, isFailed = false } = this.outcome;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
      return {
        outcome: { failures: isFailed ? [{ error: { entity: null, path: [] } }] : [] },
        isPrivate,
        fetches: [],
      };
    };
    const subgraph = { options: { headerRules: ({ authorization = '' }) => ({ authorization }) } };
    const supergraph = {
      subgraphs: new Map([['one', subgraph]]),
      decideLabels: ({ headers }: HttpRequest) => (headers['x-label'] === undefined ? [] : ['label']),
    };
    const known = { supergraph, key: '{ a }', definition: {} };
    const options = {
      isShared: true,
      showsCost: false,
      recalled: null,
      clientCache: new ClientCache({ headers: { subgraphs: {} }, override: { labels: {} } }),
      rules: {},
      formatError: (formatted: unknown) => formatted,
      known: { get: () => known },
      pipeline: {
        validate: (parsed: object) => ({ ...parsed, estimatedCost: null }),
        plan: (operation: object) => Promise.resolve(operation),
        execute,
        shape: () => ({ data: new JsonData(Buffer.from(`{"data":{"execution":${this.contexts.length}}}`)) }),
      },
    };
    this.answers = new DirectAnswers(options as unknown as DirectAnswerOptions);
  }

  async ask({ n = 0, headers = {}, caller = new TestCaller() }: Ask = {}): Promise<DirectAnswer | null> {
    const context = requestContext({ headers } as unknown as HttpRequest, caller);
    const asked = { text: '{ a }', operationName: undefined, variables: { n }, parameters: {} };
    return this.answers.answer(asked, context);
  }

  async release(): Promise<void> {
    for (const resolve of this.waiting.splice(0)) resolve();
    await turns();
  }
}

/** Those who ask while a first one, which is like them, is under way. @returns how many executions they came to */
async function askBehindAnother(executions: Executions, asks: readonly Ask[]): Promise<number> {
  const [first] = asks;
  const before = executions.ask(first);
  await turns();
  const begun = executions.contexts.length;
  const rest = asks.map((ask) => executions.ask(ask));
  await turns();
  for (let round = 0; round < 3; round += 1) await executions.release();
  await Promise.all([before, ...rest]);
  return executions.contexts.length - begun;
}

describe('one execution', () => {
  test('for all who ask the same, of which none joins what began before', async () => {
    expect(await askBehindAnother(new Executions(), [{}, {}, {}])).toBe(1);
  });

  test('whose caller leaves with the last of them, and has the time of the one who has most', async () => {
    const executions = new Executions();
    const callers = [new TestCaller(), new TestCaller()];
    const answers = callers.map((caller) => executions.ask({ caller }));
    await turns();
    const [shared] = executions.contexts;
    let hasEnded = false;
    shared?.caller.onLeave(() => {
      hasEnded = true;
    });
    expect(shared?.isForSeveral).toBe(true);
    expect(shared?.caller.deadline).toBe(Math.max(...callers.map(({ deadline }) => deadline)));
    callers[0]?.leave();
    expect([shared?.caller.hasLeft, hasEnded]).toEqual([false, false]);
    callers[1]?.leave();
    expect([shared?.caller.hasLeft, hasEnded]).toEqual([true, true]);
    await executions.release();
    await Promise.all(answers);
    expect(executions.contexts).toHaveLength(1);
  });
});

describe('one each', () => {
  test.each<[what: string, asks: Ask[]]>([
    ['with other variables', [{ n: 1 }, { n: 2 }, { n: 3 }]],
    [
      'with other headers that subgraphs get',
      ['a', 'b', 'c'].map((authorization) => ({ headers: { authorization } })),
    ],
    ['with another label', [{}, { headers: { 'x-label': 'on' } }]],
  ])('%s', async (_, asks) => {
    expect(await askBehindAnother(new Executions(), asks)).toBe(asks.length);
  });

  test('where headers that no subgraph gets differ, it is one for all', async () => {
    const asks = ['a', 'b', 'c'].map((cookie) => ({ headers: { cookie } }));
    expect(await askBehindAnother(new Executions(), asks)).toBe(1);
  });

  test('where the shared one turns out private: then, and from then on', async () => {
    const executions = new Executions();
    const answers = [executions.ask(), executions.ask()];
    executions.outcome = { isPrivate: true };
    await turns();
    for (let round = 0; round < 2; round += 1) await executions.release();
    const bytes = await Promise.all(answers.map(async (answer) => String((await answer)?.bytes)));
    expect(executions.contexts.map(({ isForSeveral }) => isForSeveral)).toEqual([true, false, false]);
    expect(bytes).not.toContain('{"data":{"execution":1}}');
    const later = [executions.ask(), executions.ask()];
    await turns();
    expect(executions.contexts).toHaveLength(5);
    await executions.release();
    await Promise.all(later);
  });

  test('where a call of the shared one failed as a whole', async () => {
    const executions = new Executions();
    executions.outcome = { isFailed: true };
    const answers = [executions.ask(), executions.ask()];
    await turns();
    for (let round = 0; round < 2; round += 1) await executions.release();
    await Promise.all(answers);
    expect(executions.contexts).toHaveLength(3);
  });
});
