import { shared } from './shared.js';

/**
 * The outcome of a write will not be known: its store is bypassed from now on. An intent that was lost with an earlier record is
 * over when the longest is.
 *
 * KEYS[1]: the store. ARGV[3]: `i:<id>`.
 */
export const doubt = `${shared}
local prefix = prefixOf(KEYS[1])
redis.call('DEL', prefix .. 'nothing')
stateOf(prefix)
local known = redis.call('HGET', prefix .. 's', ARGV[3])
local overAt = known and tonumber(string.match(known, ':(%d+)$')) or clock() + ARGV[2]
redis.call('HSET', prefix .. 's', ARGV[3], times(clock(), overAt))
`;
