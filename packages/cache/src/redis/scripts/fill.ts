import { fillsKept } from '../../limits.js';
import { proving, shared } from './shared.js';

/**
 * Stores entries that are proven at this moment, and makes records for tags that have none.
 *
 * KEYS[1]: the store. ARGV[3…]: for each entry its key, milliseconds to live, evidence (JSON; see `proving`), how many fields, and
 * for each field name and value.
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

-- Makes room for a fill. What it replaces wholly is dropped, and so is everything where too many fills are kept.
local function nextFill(key, isNew)
  local keepsOthers, fills = false, 0
  for _, name in ipairs(redis.call('HKEYS', key)) do
    if string.sub(name, 1, 1) == '#' then
      fills = fills + 1
    elseif not isNew[name] then
      keepsOthers = true
    end
  end
  if fills == 0 then return '1' end
  if not keepsOthers or fills >= ${fillsKept} then
    redis.call('DEL', key)
    return '1'
  end
  local id, evidence = string.match(redis.call('HGET', key, '#'), '^(%d+):(.*)$')
  redis.call('HSET', key, '#' .. id, evidence)
  return string.format('%.0f', id + 1)
end

local function store(key, life, evidence, first, last)
  local isNew = {}
  for i = first, last, 2 do isNew['f' .. ARGV[i]] = true end
  local id = nextFill(key, isNew)
  local pairs = { '#', id .. ':' .. evidence }
  for i = first, last, 2 do
    pairs[#pairs + 1] = 'f' .. ARGV[i]
    pairs[#pairs + 1] = id .. ':' .. ARGV[i + 1]
  end
  for from = 1, #pairs, 1000 do
    redis.call('HSET', key, unpack(pairs, from, math.min(from + 999, #pairs)))
  end
  if redis.call('PTTL', key) < life then redis.call('PEXPIRE', key, life) end
end

local stored = 0
local at = 3
while at <= #ARGV do
  local name, life, text = ARGV[at], tonumber(ARGV[at + 1]), ARGV[at + 2]
  local first = at + 4
  local last = at + 3 + 2 * ARGV[at + 3]
  redis.call('DEL', prefix .. 'c:' .. name)
  if state.bypassed == 0 then
    local evidence = cjson.decode(text)
    meetCluster(evidence[3])
    ensureRecords(evidence[8], life + recordMargin)
    if life > 0 and isProven(evidence) then
      store(prefix .. 'e:' .. name, life, text, first, last)
      stored = stored + 1
    end
  end
  at = last + 1
end
return stored
`;
