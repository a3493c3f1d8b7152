import { shared } from './shared.js';

/**
 * Claims entries that are there and lack something.
 *
 * KEYS[1]: the store. ARGV[3]: who claims. ARGV[4]: for how many milliseconds. ARGV[5…]: the keys.
 * Returns for each key 1 or 0.
 */
export const claim = `${shared}
local prefix = prefixOf(KEYS[1])
local claimed = {}
for i = 5, #ARGV do
  local key = prefix .. 'c:' .. ARGV[i]
  local made = redis.pcall('SET', key, ARGV[3], 'PX', ARGV[4], 'NX')
  claimed[i - 4] = (made or redis.call('GET', key) == ARGV[3]) and 1 or 0
end
return claimed
`;
