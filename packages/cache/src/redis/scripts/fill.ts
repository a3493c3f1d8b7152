import { fillsKept } from '../../limits.js';
import { proving, shared } from './shared.js';

/**
 * Stores entries that are proven at this moment, and makes records for tags that have none.
 *
 * KEYS[1]: the store. ARGV[3…]: for each entry its key, milliseconds to live, evidence (JSON; see `proving`), names of fields (JSON)
 * and the fill as it is to be stored.
 * Returns how many entries were stored.
 */
export const fill = `${shared}${proving}
local prefix = prefixOf(KEYS[1])
local state = stateOf(prefix)
-- A server that is out of memory is to refuse this script, which it does at a first write that may grow.
redis.call('HSET', prefix .. 's', 'nonce', state.nonce)
redis.call('PEXPIRE', prefix .. 's', storeLife, 'GT')

-- A later timeline of the same system was promoted; what comes from an earlier one was cut off.
local function isLater(cluster, known)
  local system, timeline = string.match(cluster, '^(.*)/(%d+)$')
  local knownSystem, knownTimeline = string.match(known, '^(.*)/(%d+)$')
  return system and system == knownSystem and tonumber(timeline) > tonumber(knownTimeline)
end

local function meetCluster(cluster)
  if cluster == '' or cluster == state.cluster then return end
  if state.cluster == '' then
    state.cluster = cluster
    redis.call('HSET', prefix .. 's', 'cluster', cluster)
  elseif isLater(cluster, state.cluster) then
    state.cluster = cluster
    redis.call('HSET', prefix .. 's', 'cluster', cluster)
    invalidateStore(prefix, state)
  end
end

-- Of tags that this script has seen; all entries of one fill share many.
local records = {}
local lives = {}

local function ensureRecords(tags, life)
  local unknown, keys = {}, {}
  for _, tag in ipairs(tags) do
    if not records[tag] then
      unknown[#unknown + 1] = tag
      keys[#keys + 1] = prefix .. 't:' .. tag
    end
  end
  local found = getAll(keys)
  for i, tag in ipairs(unknown) do
    local record = found[i]
    if record and string.match(record, '^[^|]*') == state.nonce then
      records[tag] = record
    else
      records[tag] = state.nonce .. '|' .. string.format('%.0f', state.count) .. '|'
      redis.call('SET', keys[i], records[tag], 'PX', life)
      lives[tag] = life
    end
  end
  for _, tag in ipairs(tags) do
    if (lives[tag] or 0) < life then
      redis.call('PEXPIRE', prefix .. 't:' .. tag, life, 'GT')
      lives[tag] = life
    end
  end
end

local function isProven(evidence)
  if not isStoreProven(evidence, state) then return false end
  for _, tag in ipairs(evidence[8]) do
    if not isTagProven(evidence, state, records[tag]) then return false end
  end
  return true
end

-- The fills that an entry has already, but for those that this one replaces, that nobody can be served any more, and the oldest.
local function others(old, names)
  local kept = {}
  local from = string.find(old, ' ', 1, true) + 1
  while from <= #old and #kept < ${fillsKept - 1} do
    local _, lineEnd, nonce, count, nameBytes, tags, body =
      string.find(old, '^(%S+) (%d+) (%d+) (%d+) (%d+)\\n', from)
    local last = lineEnd + nameBytes + tags + body
    local isSame = string.sub(old, lineEnd + 1, lineEnd + nameBytes) == names
    if not isSame and nonce == state.nonce and tonumber(count) >= state.since then
      kept[#kept + 1] = string.sub(old, from, last)
    end
    from = last + 1
  end
  return kept
end

local function store(key, life, names, text)
  local old = redis.call('GET', key)
  local fills = { text }
  if old then
    for _, other in ipairs(others(old, names)) do fills[#fills + 1] = other end
    if #fills > 1 then life = math.max(life, redis.call('PTTL', key)) end
  end
  redis.call('SET', key, #fills .. ' ' .. table.concat(fills), 'PX', string.format('%.0f', life))
end

local stored = 0
for at = 3, #ARGV, 5 do
  local name, life = ARGV[at], tonumber(ARGV[at + 1])
  redis.call('DEL', prefix .. 'c:' .. name)
  if state.bypassed == 0 then
    local evidence = cjson.decode(ARGV[at + 2])
    meetCluster(evidence[3])
    ensureRecords(evidence[8], life + recordMargin)
    if life > 0 and isProven(evidence) then
      store(prefix .. 'e:' .. name, life, ARGV[at + 3], ARGV[at + 4])
      stored = stored + 1
    end
  end
end
return stored
`;
