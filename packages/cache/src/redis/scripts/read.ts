import { proving, shared } from './shared.js';

/**
 * Entries, what they must be proven by, the records of their tags and that of their store.
 *
 * KEYS[1]: the store. ARGV[3]: who claims what is not there; empty: nobody. ARGV[4]: for how many milliseconds. ARGV[5…]: for each
 * request its key, how many fields and which.
 * Returns { nonce, count, since, cluster, bypassed, values, evidence, tags, claimed }:
 * - values: of each field of each request, `<fill>:<value>` or false
 * - evidence: for each request { fill, evidence, fill, evidence, … }
 * - tags: { tag, record or false, … }, all that the evidence names
 * - claimed: for each request 1 or 0
 */
export const read = `${shared}${proving}
local prefix = prefixOf(KEYS[1])
local state = stateOf(prefix)
local claimant, claimLife = ARGV[3], ARGV[4]

-- The evidence of one fill of an entry, as text and read.
local function evidenceOf(key, last, fill)
  local lastFill, text = string.match(last or '', '^(%d+):(.*)$')
  if lastFill ~= fill then text = redis.call('HGET', key, '#' .. fill) end
  if not text then return nil end
  return { text = text, is = cjson.decode(text) }
end

local values, evidence, tags, keys, requests = {}, {}, {}, {}, {}
local known = {}
local at = 5
while at <= #ARGV do
  local name = ARGV[at]
  local key = prefix .. 'e:' .. name
  local first, last = at + 2, at + 1 + ARGV[at + 1]
  local fields = {}
  for i = first, last do fields[#fields + 1] = 'f' .. ARGV[i] end
  fields[#fields + 1] = '#'
  local found = redis.call('HMGET', key, unpack(fields))
  local request = { name = name, lacks = false, fills = {} }
  local texts = {}
  for i = 1, #found - 1 do
    local value = found[i]
    local fill = value and string.match(value, '^(%d+):')
    local its = fill and request.fills[fill]
    if fill and not its then
      its = evidenceOf(key, found[#found], fill)
      if its then
        request.fills[fill] = its
        texts[#texts + 1] = fill
        texts[#texts + 1] = its.text
        for _, tag in ipairs(its.is[8]) do
          if not known[tag] then
            known[tag] = true
            tags[#tags + 1] = tag
            keys[#keys + 1] = prefix .. 't:' .. tag
          end
        end
      end
    end
    if not its then
      value = false
      request.lacks = true
    end
    values[#values + 1] = value
  end
  evidence[#evidence + 1] = texts
  requests[#requests + 1] = request
  at = last + 1
end

local records = getAll(keys)
local named, withRecords = {}, {}
for i, tag in ipairs(tags) do
  named[tag] = records[i]
  withRecords[2 * i - 1] = tag
  withRecords[2 * i] = records[i]
end

local function isServable(its)
  if its.is[6] <= clock() or not isStoreProven(its.is, state) then return false end
  for _, tag in ipairs(its.is[8]) do
    if not isTagProven(its.is, state, named[tag]) then return false end
  end
  return true
end

local function lacks(request)
  if request.lacks then return true end
  for _, its in pairs(request.fills) do
    if not isServable(its) then return true end
  end
  return false
end

-- While a write is in doubt nothing is stored, so that to wait for another is to wait for nothing.
local function claims(request)
  if claimant == '' or not lacks(request) then return 0 end
  if state.bypassed == 1 then return 1 end
  local key = prefix .. 'c:' .. request.name
  local made = redis.pcall('SET', key, claimant, 'PX', claimLife, 'NX')
  -- Refused: the server is out of memory, and nobody will fill anything.
  if made then return 1 end
  return redis.call('GET', key) == claimant and 1 or 0
end

local claimed = {}
for i, request in ipairs(requests) do claimed[i] = claims(request) end

return { state.nonce, state.count, state.since, state.cluster, state.bypassed, values, evidence, withRecords, claimed }
`;
