import { shared } from './shared.js';

/**
 * The records of stores, and of some tags of each.
 *
 * KEYS: the stores. ARGV[3…]: for each store, how many tags and which.
 * Returns for each store: { nonce, count, since, cluster, bypassed, { record or false, … } }
 */
export const validate = `${shared}
local at = 3
local answer = {}
for i = 1, #KEYS do
  local prefix = prefixOf(KEYS[i])
  if i == 1 then expectFences(prefix) end
  local state = stateOf(prefix)
  local keys = {}
  local last = at + ARGV[at]
  for j = at + 1, last do keys[#keys + 1] = prefix .. 't:' .. ARGV[j] end
  at = last + 1
  answer[i] = { state.nonce, state.count, state.since, state.cluster, state.bypassed, getAll(keys) }
end
return answer
`;
