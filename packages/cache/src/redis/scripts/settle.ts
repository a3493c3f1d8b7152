import { fencesKept } from '../../store-record.js';
import { shared } from './shared.js';

/**
 * Records a write: raises the store's count, fences the tags, takes the intent back. Without tags it does the last alone.
 *
 * KEYS[1]: the store. ARGV[3]: the intent, `i:<id>`; empty: none. ARGV[4]: the cluster; empty: not known. ARGV[5]: how many
 * transaction ids; then these, and after them the tags.
 */
export const settle = `${shared}
local prefix = prefixOf(KEYS[1])
-- A server that is out of memory refuses a script's first write if it may grow; not what follows one that may not.
redis.call('DEL', prefix .. 'nothing')
local state = stateOf(prefix)
local key = prefix .. 's'
local cluster = ARGV[4]
local lastXid = 5 + ARGV[5]

local function timelineOf(text)
  local system, timeline = string.match(text, '^(.*)/(%d+)$')
  return system, tonumber(timeline)
end

-- Of one system, from before a promotion.
local function isEarlier(text, known)
  local system, timeline = timelineOf(text)
  local knownSystem, knownTimeline = timelineOf(known)
  return system and system == knownSystem and timeline < knownTimeline
end

local xids = {}
local differs = cluster ~= '' and state.cluster ~= '' and state.cluster ~= cluster
-- Where there is nothing to fence, there is nothing to raise the count for.
if #ARGV > lastXid or differs then state.count = state.count + 1 end
if cluster ~= '' then
  if differs then state.since = state.count end
  if not (differs and isEarlier(cluster, state.cluster)) then
    state.cluster = cluster
    for i = 6, lastXid do xids[#xids + 1] = ARGV[i] end
  end
end

local tags, keys = {}, {}
for i = lastXid + 1, #ARGV do
  if ARGV[i] == '*' then
    state.since = state.count
  else
    tags[#tags + 1] = ARGV[i]
    keys[#keys + 1] = prefix .. 't:' .. ARGV[i]
  end
end
redis.call('HSET', key, 'count', state.count, 'since', state.since, 'cluster', state.cluster)
if ARGV[3] ~= '' then redis.call('HDEL', key, ARGV[3]) end

local count = string.format('%.0f', state.count)

-- The record of a tag after this write.
local function fenced(record)
  local born, fences = string.match(record, '^[^|]*|(%d+)|(.*)$')
  if #xids == 0 then return state.nonce .. '|' .. count .. '|' end
  local kept, known = {}, {}
  for fence, xid in string.gmatch(fences, '(%d+:(%d+))') do
    kept[#kept + 1] = fence
    known[xid] = true
  end
  for _, xid in ipairs(xids) do
    if not known[xid] then
      kept[#kept + 1] = count .. ':' .. xid
      known[xid] = true
    end
  end
  local dropped = kept[#kept - ${fencesKept}]
  if dropped then
    born = string.match(dropped, '^%d+')
    local later = {}
    for i = #kept - ${fencesKept - 1}, #kept do
      if tonumber(string.match(kept[i], '^%d+')) > tonumber(born) then later[#later + 1] = kept[i] end
    end
    kept = later
  end
  return state.nonce .. '|' .. born .. '|' .. table.concat(kept, ',')
end

for i, record in ipairs(getAll(keys)) do
  if record and string.match(record, '^[^|]*') == state.nonce then
    redis.call('SET', keys[i], fenced(record), 'KEEPTTL')
  end
end
`;
