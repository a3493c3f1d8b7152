import { shared } from './shared.js';

/**
 * For so long all that is committed in the store is settled, says who delivers its outbox.
 *
 * KEYS[1]: the store. ARGV[3]: milliseconds.
 */
export const vouch = `${shared}
local prefix = prefixOf(KEYS[1])
expectFences(prefix)
-- A record that is lost is made by a router, which knows how long its mutations may take.
if redis.call('EXISTS', prefix .. 's') == 0 then return end
redis.call('HSET', prefix .. 's', 'vouched', string.format('%.0f', clock() + ARGV[3]))
`;
