/** Faults in what proves entries in Redis: scripts, and what is made of their replies. See `faults.ts`. */
import type { Fault } from './faults.js';

const suite = 'packages/cache/src/redis/backend.test.ts';
const scripts = 'packages/cache/src/redis/scripts';
const shared = { file: `${scripts}/shared.ts`, suite };
const settle = { file: `${scripts}/settle.ts`, suite };
const fill = { file: `${scripts}/fill.ts`, suite };

/** They need a Redis. */
export const faultsOfRedis: readonly Fault[] = [
  {
    ...shared,
    id: 'redis/without-the-server',
    what: 'keys do not name the life of the server: an old file brings entries back without their fences',
    search: 'local server = ',
    replacement: "local server = '0' local ignored = ",
    suite: 'packages/cache/src/redis/faults.test.ts',
    test: 'comes back with an old append-only file',
  },
  {
    ...shared,
    id: 'redis/never-suspect',
    what: 'a write that takes long is not waited for',
    search: 'elseif tonumber(suspectAt) <= clock() then',
    replacement: 'elseif false then',
    test: 'once suspect, bypass the store',
  },
  {
    ...shared,
    id: 'redis/vouched-for-ever',
    what: 'a store is served from though its relay has fallen silent',
    search: 'if state.vouched and tonumber(state.vouched) <= clock() then',
    replacement: 'if false then',
    test: 'once over, bypasses the store until it is done again',
  },
  {
    ...shared,
    id: 'redis/over-and-forgotten',
    what: 'a write without an outcome fences nothing when its time is over',
    search: 'if areOver then invalidateStore(prefix, state) end',
    replacement: '',
    test: 'once over, make everything before a miss',
  },
  {
    ...shared,
    id: 'redis/no-intent-of-nobody',
    what: 'intents that were lost with a record are forgotten',
    search: "'cluster', '', 'i:', times(overAt, overAt))",
    replacement: "'cluster', '')",
    test: 'that were lost with the record are over when any is',
  },
  {
    ...shared,
    id: 'redis/any-nonce',
    what: 'what was on its way when the record was lost is stored under the next',
    search: 'evidence[1] == state.nonce and ',
    replacement: '',
    test: 'of a store: everything is a miss',
  },
  {
    ...shared,
    id: 'redis/without-since',
    what: 'what was fetched before a fence of the whole store is stored after it',
    search: 'and evidence[2] >= state.since and',
    replacement: 'and',
    test: 'once over, make everything before a miss',
  },
  {
    ...shared,
    id: 'redis/any-cluster',
    what: 'what comes from a demoted server is stored',
    search: ' and evidence[3] == state.cluster',
    replacement: '',
    test: 'a later timeline of the same system takes over, an earlier one does not',
  },
  {
    ...shared,
    id: 'redis/without-born',
    what: 'a tag without a record proves that nothing was written meanwhile',
    search: 'or tonumber(born) > evidence[2] then',
    replacement: 'then',
    test: 'a tag that had no record when the fetch was sent',
  },
  {
    ...shared,
    id: 'redis/without-transactions',
    what: 'a late fill brings back what was fenced meanwhile',
    search: 'if tonumber(count) > state.since and not sees(evidence[4], xid) then return false end',
    replacement: '',
    test: 'a late fill does not bring back',
  },
  {
    ...fill,
    id: 'redis/fill-unproven',
    what: 'whatever comes is stored',
    search: 'if life > 0 and isProven(evidence) then',
    replacement: 'if life > 0 then',
    test: 'a late fill does not bring back',
  },
  {
    ...fill,
    id: 'redis/born-at-the-beginning',
    what: 'a tag that is met for the first time claims to have had every write',
    search: "state.nonce .. '|' .. string.format('%.0f', state.count) .. '|'",
    replacement: "state.nonce .. '|0|'",
    test: 'a tag that had no record when the fetch was sent',
  },
  {
    ...fill,
    id: 'redis/promoted-unseen',
    what: 'entries of before a promotion are compared with transaction ids of after it',
    search: 'elseif isLater(cluster, state.cluster) then',
    replacement: 'elseif false then',
    test: 'a later timeline of the same system takes over',
  },
  {
    ...settle,
    id: 'redis/count-stays',
    what: 'a write does not move the store’s clock',
    search: 'if #ARGV > lastXid or differs then state.count = state.count + 1 end',
    replacement: '',
    test: 'without transaction ids, or without a snapshot',
  },
  {
    ...settle,
    id: 'redis/everything-is-a-tag',
    what: '* fences nothing',
    search: '    state.since = state.count\n  else',
    replacement: '  else',
    test: '* is everything of the store',
  },
  {
    ...settle,
    id: 'redis/tags-not-fenced',
    what: 'a write raises the count alone',
    search: "redis.call('SET', keys[i], fenced(record), 'KEEPTTL')",
    replacement: '',
    test: 'a write that the snapshot shows leaves the entry',
  },
  {
    ...settle,
    id: 'redis/greatest-transaction',
    what: 'a later transaction id displaces those before it',
    search: 'kept[#kept + 1] = fence\n',
    replacement: '',
    test: 'the last transaction ids are told apart, older ones fold',
  },
  {
    ...settle,
    id: 'redis/overflow-is-forgotten',
    what: 'of many writes to a tag the first are dropped',
    search: "born = string.match(dropped, '^%d+')",
    replacement: '',
    test: 'the last transaction ids are told apart, older ones fold',
  },
  {
    ...settle,
    id: 'redis/another-cluster-fences-nothing',
    what: 'entries of one cluster outlive a write to another',
    search: 'if differs then state.since = state.count end',
    replacement: '',
    test: 'another one makes everything before it a miss',
  },
  {
    file: `${scripts}/doubt.ts`,
    suite,
    id: 'redis/doubt-of-the-known-only',
    what: 'who doubts a write whose intent was lost is not heard',
    search: "redis.call('HSET', prefix .. 's', ARGV[3], times(clock(), overAt))",
    replacement: "if known then redis.call('HSET', prefix .. 's', ARGV[3], times(clock(), overAt)) end",
    test: 'that were lost with the record, and are in doubt',
  },
  {
    file: `${scripts}/intend.ts`,
    id: 'redis/intents-without-a-limit',
    what: 'a record grows for ever, and every read of it with it',
    search: "if redis.call('HLEN', key) >= 4 + ARGV[6] and",
    replacement: 'if false and',
    suite: 'packages/cache/src/redis/intents-limit.test.ts',
    test: 'past so many intents',
  },
  {
    file: 'packages/cache/src/redis/backend.ts',
    suite,
    id: 'redis/without-the-namespace',
    what: 'routers of several graphs share entries',
    search: '`{${withoutBraces(this.#namespace)}:${withoutBraces(store)}}`',
    replacement: '`{${withoutBraces(store)}}`',
    test: 'of a tag: its entries are misses',
  },
];

const joined = {
  file: 'packages/cache/src/redis/backend.ts',
  suite: 'packages/cache/src/redis/joined-reads.test.ts',
};

/** They need none. */
export const faultsOfReplies: readonly Fault[] = [
  {
    ...joined,
    id: 'replies/the-newest-of-parts',
    what: 'of a read in several commands the last count stands for the entries of the first',
    search: 'part.state.count < least.state.count ? part : least',
    replacement: 'part.state.count > least.state.count ? part : least',
    test: 'counts by the least',
  },
  {
    ...joined,
    id: 'replies/doubt-of-the-first-part',
    what: 'of a read in several commands a doubt in a later one is not heard',
    search: 'isBypassed: parts.some(({ state }) => state.isBypassed)',
    replacement: 'isBypassed: first.state.isBypassed',
    test: 'is in doubt where one part is',
  },
];
