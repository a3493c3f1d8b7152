/** Faults in what makes acknowledged writes visible: intents, fences, and who may say what was written. See `faults.ts`. */
import type { Fault } from './faults.js';

const suite = 'caching/writes/writes.test.ts';
const sending = { file: 'caching/writes/send-mutation.ts', suite };
const writes = { file: 'caching/writes/writes.ts', suite };
const port = { file: 'subgraphs/fetch-port.ts', suite: 'caching/fetch-port.test.ts' };
const endpoint = {
  file: 'caching/invalidation/invalidation-endpoint.ts',
  suite: 'caching/invalidation/invalidation-endpoint.test.ts',
};
const keys = { ...endpoint, file: 'caching/invalidation/shared-keys.ts' };

const inWrites: readonly Fault[] = [
  {
    ...sending,
    id: 'writes/without-intents',
    what: 'a mutation is sent before anybody knows that it will be',
    search: 'await writes.intend(subgraph, caller.deadline);',
    replacement:
      "{ subgraph, id: 'none', isRecorded: true, since: performance.now(), until: Infinity } as Awaited<ReturnType<Writes['intend']>>;",
    test: 'has its intent recorded before it is sent',
  },
  {
    ...sending,
    id: 'writes/fenced-after-the-answer',
    search: 'isConfirmed: await writes.conclude(intent, sent)',
    replacement: 'isConfirmed: void writes.conclude(intent, sent) === undefined',
    suite: 'caching/writes/answered-last.test.ts',
    test: 'is answered when its fences are put, not before',
  },
  {
    ...sending,
    id: 'writes/no-answer-no-write',
    what: 'a mutation without an answer counts as not sent',
    search: "beforeSending.has(code) ? 'not sent' : 'unknown'",
    replacement: "beforeSending.has(code) ? 'not sent' : 'not sent'",
    test: 'whose outcome is not known leaves the store passed by',
  },
  {
    ...sending,
    id: 'writes/any-answer-is-its-own',
    what: 'what a proxy answers counts as what the subgraph says',
    search: "if (isUnsure) return { outcome: 'unknown' };",
    replacement: '',
    test: 'that somebody in between may have answered',
  },
  {
    ...writes,
    id: 'writes/silence-is-nothing',
    what: 'a subgraph that does not say what it wrote has written nothing',
    search: "const anything: Write = { cluster: null, xids: [], tags: ['*'] };",
    replacement: 'const anything: Write = nothing;',
    test: 'of a subgraph that says nothing of what it wrote',
  },
  {
    ...writes,
    id: 'writes/nothing-is-owed',
    what: 'fences that could not be put are forgotten',
    search: 'this.late.settle(subgraph, write, id);',
    replacement: '',
    test: 'mode available sends, says that it is not confirmed',
  },
  {
    ...writes,
    id: 'writes/always-confirmed',
    search: 'const isKnown = isRecorded || write.tags.length === 0;',
    replacement: 'const isKnown = isRecorded || write.tags.length >= 0;',
    test: 'mode available sends, says that it is not confirmed',
  },
  {
    ...writes,
    id: 'writes/answered-before-others-pass-by',
    what: 'the client hears of a write while others still serve what was there before',
    search: 'if (left <= 0 || !isRecorded) break;',
    replacement: 'break;',
    test: 'one that was recorded is answered when everybody else passes',
  },
  {
    ...writes,
    id: 'writes/strict-as-available',
    search: "if (mode === 'available') return {",
    replacement: "if (mode !== 'available' || mode === 'available') return {",
    test: 'mode strict sends nothing',
  },
  {
    ...writes,
    id: 'writes/doubts-are-not-owed',
    search: 'if (!intent.isRecorded) this.late.doubt(subgraph, id);',
    replacement: '',
    test: 'one of unknown outcome has the store passed by once the cache is back',
  },
  {
    file: 'caching/writes/late-settles.ts',
    suite,
    id: 'writes/not-once-more',
    what: 'a router that ends takes with it what it owes',
    search: 'this.stop();\n    await this.put();',
    replacement: 'this.stop();',
    test: 'what is owed is tried once more when the router ends',
  },
  {
    file: 'caching/writes/late-settles.ts',
    suite,
    id: 'writes/too-many-are-dropped',
    search: "write: { cluster, xids: [], tags: ['*'] }",
    replacement: 'write: { cluster, xids: [], tags: [] }',
    test: 'what is owed is bounded',
  },
  {
    file: 'caching/writes/passing-owed.ts',
    suite,
    id: 'writes/owing-and-serving',
    what: 'who wrote is shown what was there before by the router that wrote',
    search: 'owes(store) ? { ...state, isBypassed: true } : state',
    replacement: 'state',
    test: 'whose fences are owed makes its own router pass the store by',
  },
  {
    ...port,
    id: 'writes/of-queries-unseen',
    what: 'what a query wrote is not fenced',
    search: 'settleWrites(writes, subgraph, await send())',
    replacement: '({ answer: await send(), isConfirmed: settleWrites.length > 0 })',
    test: 'of a query is seen',
  },
  {
    ...port,
    id: 'writes/read-from-the-cache-after',
    what: 'what a mutation selects is kept, and read from what is kept',
    search: "const isAlone = followsMutation || template.kind === 'mutation';",
    replacement: "const isAlone = template.kind === 'mutation' && !followsMutation;",
    test: 'what follows a mutation in its operation is fetched',
  },
];

const inEndpoint: readonly Fault[] = [
  {
    ...endpoint,
    id: 'endpoint/any-key',
    search: 'if (key === undefined || !options.keys.isKnown(key)) {',
    replacement: 'if (key === undefined) {',
    test: 'that is needed is not another',
  },
  {
    ...endpoint,
    id: 'endpoint/the-key-of-another',
    search: '.every((subgraph) => keys.allows(key, subgraph)) ?',
    replacement: '.every(() => keys.isKnown(key)) ?',
    test: 'of one subgraph is for that one',
  },
  {
    ...keys,
    id: 'endpoint/though-switched-off',
    search: 'if (own === null) return false;',
    replacement: '',
    test: 'of all is for each, but for one where it is switched off',
  },
  {
    ...endpoint,
    id: 'endpoint/done-though-unavailable',
    search: 'if (failure !== undefined) {',
    replacement: 'if (failure !== undefined && invalidations.size === 0) {',
    test: 'does not answer as if it were done',
  },
];

export const faultsOfWrites: readonly Fault[] = [...inWrites, ...inEndpoint];
