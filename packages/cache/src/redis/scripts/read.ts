import { shared } from './shared.js';

/**
 * Entries, the records of the tags that they must be proven by, and the record of their store.
 *
 * It looks into an entry only where something was invalidated since it was fetched, which the first bytes tell: most of the time of a
 * script goes into texts that Lua has to make. Measured for 100 entries of three fields and two tags each, microseconds of CPU on a
 * busy machine: Redis 235 and the router 670, where tags are needed 670 and 1,040; a plain MGET with JSON.parse 31 and 238. With a
 * hash an entry and all proven in Lua it was 1,770 and 1,050. (`validate` for six stores: Redis 10, the router 30 with 20 callers
 * in a tick; 149 and 198 for one alone.)
 *
 * KEYS[1]: the store. ARGV[3]: who claims what is not there; empty: nobody. ARGV[4]: for how many milliseconds. ARGV[5…]: the keys.
 * Returns { nonce, count, since, cluster, bypassed, entries, tags, claimed }:
 * - entries: each as it was stored, or false
 * - tags: { tag, record or false, … } of entries since whose fetch something was invalidated
 * - claimed: for each entry that is false, in their order, 1 or 0
 */
export const read = `${shared}
local prefix = prefixOf(KEYS[1])
expectFences(prefix)
local state = stateOf(prefix)
local claimant, claimLife = ARGV[3], ARGV[4]

local keys = {}
for i = 5, #ARGV do keys[#keys + 1] = prefix .. 'e:' .. ARGV[i] end
local entries = getAll(keys)

local known, tags, tagKeys = {}, {}, {}
local function addTags(entry)
  local from = string.find(entry, ' ', 1, true) + 1
  while from <= #entry do
    local _, lineEnd, names, tagBytes, body = string.find(entry, '^%S+ %d+ (%d+) (%d+) (%d+)\\n', from)
    local first = lineEnd + 1 + names
    local last = first + tagBytes - 1
    for tag in string.gmatch(string.sub(entry, first, last), '[^\\n]+') do
      if not known[tag] then
        known[tag] = true
        tags[#tags + 1] = tag
        tagKeys[#tagKeys + 1] = prefix .. 't:' .. tag
      end
    end
    from = last + 1 + body
  end
end

-- While a write is in doubt nothing is stored, so that to wait for another is to wait for nothing.
local function claim(name)
  if claimant == '' then return 0 end
  if state.bypassed == 1 then return 1 end
  local key = prefix .. 'c:' .. name
  local made = redis.pcall('SET', key, claimant, 'PX', claimLife, 'NX')
  -- Refused: the server is out of memory, and nobody will fill anything.
  if made then return 1 end
  return redis.call('GET', key) == claimant and 1 or 0
end

local unmoved = '1 ' .. state.nonce .. ' ' .. string.format('%.0f', state.count) .. ' '
local length = #unmoved
local claimed = {}
for i = 1, #entries do
  local entry = entries[i]
  if not entry then
    claimed[#claimed + 1] = claim(ARGV[i + 4])
  elseif string.sub(entry, 1, length) ~= unmoved then
    addTags(entry)
  end
end

local records = getAll(tagKeys)
local named = {}
for i = 1, #tags do
  named[2 * i - 1] = tags[i]
  named[2 * i] = records[i]
end

return { state.nonce, state.count, state.since, state.cluster, state.bypassed, entries, named, claimed }
`;
