import { shared } from './shared.js';

/**
 * Says that a write is about to be sent, or moves what was said.
 *
 * KEYS[1]: the store. ARGV[3]: `i:<id>`. ARGV[4], ARGV[5]: milliseconds until it is suspect, and until it is over. ARGV[6]: so many
 * intents may a store have.
 * Returns 1, or 0 where there are too many.
 */
export const intend = `${shared}
local prefix = prefixOf(KEYS[1])
stateOf(prefix)
local key = prefix .. 's'
if redis.call('HLEN', key) >= 4 + ARGV[6] and redis.call('HEXISTS', key, ARGV[3]) == 0 then return 0 end
redis.call('HSET', key, ARGV[3], times(clock() + ARGV[4], clock() + ARGV[5]))
redis.call('PEXPIRE', key, storeLife, 'GT')
return 1
`;
