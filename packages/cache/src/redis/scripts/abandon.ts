import { shared } from './shared.js';

/** KEYS[1]: the store. ARGV[3]: whose claims. ARGV[4…]: keys of entries. */
export const abandon = `${shared}
local prefix = prefixOf(KEYS[1])
for i = 4, #ARGV do
  local key = prefix .. 'c:' .. ARGV[i]
  if redis.call('GET', key) == ARGV[3] then redis.call('DEL', key) end
end
`;
