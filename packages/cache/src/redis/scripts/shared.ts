/**
 * What the scripts have in common, put before each of them.
 *
 * KEYS are `{namespace:store}`: one slot a store, and everything of it below that. Each key has the server's replication id in it,
 * which the script asks for itself (47,700 calls a second against 53,500 without): it changes with every restart and promotion, so
 * that nothing from an earlier life of the server, such as an old RDB file, is seen again.
 *
 * Layout, each below `{namespace:store}:<server>:`
 *   s        hash, the store's record: nonce, count, since, cluster (may be empty), `i:<intent>` = `suspectAt:overAt`, and `vouched`, until when
 *            somebody vouches for it, where anybody ever has
 *   t:<tag>  the tag's record: `nonce|born|count:xid,count:xid…`, oldest first
 *   e:<key>  an entry: how many fills, a space, then the fills, newest first. Each is a line `nonce count names tags body`, of which the
 *            last three are lengths in bytes, then names (JSON), tags (a line each) and the body, which only the router reads
 *   c:<key>  who is filling it
 *
 * ARGV[1]: a nonce, should a record be made anew. ARGV[2]: milliseconds of the longest intent.
 */
export const shared = `
local server = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x)')
local storeLife = 30 * 24 * 3600 * 1000
local recordMargin = 3600 * 1000

local function prefixOf(key)
  return key .. ':' .. server .. ':'
end

-- A server that would refuse a fence must not prove anything: one that has become a replica, or a master whose replicas are
-- cut off, where min-replicas-to-write says so. Deleting nothing is refused there too, and replicated nowhere.
local function expectFences(prefix)
  redis.call('DEL', prefix .. 'nothing')
end

local now
local function clock()
  if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  return now
end

local function times(suspectAt, overAt)
  return string.format('%.0f:%.0f', suspectAt, overAt)
end

local function invalidateStore(prefix, state)
  state.count = state.count + 1
  state.since = state.count
  redis.call('HSET', prefix .. 's', 'count', state.count, 'since', state.since)
end

-- A mutation may be under way whose intent was in the record that was lost: an intent of nobody stands for it.
local function newState(prefix)
  local overAt = clock() + ARGV[2]
  local key = prefix .. 's'
  redis.call('HSET', key, 'nonce', ARGV[1], 'count', 1, 'since', 1, 'cluster', '', 'i:', times(overAt, overAt))
  redis.call('PEXPIRE', key, storeLife)
  return { nonce = ARGV[1], count = 1, since = 1, cluster = '', bypassed = 0 }
end

-- The store's record, made where it is missing, after what time has brought about.
local function stateOf(prefix)
  local flat = redis.call('HGETALL', prefix .. 's')
  if #flat == 0 then return newState(prefix) end
  local state = { bypassed = 0 }
  local areOver
  for i = 1, #flat, 2 do
    local name, value = flat[i], flat[i + 1]
    if string.sub(name, 1, 2) == 'i:' then
      local suspectAt, overAt = string.match(value, '^(%d+):(%d+)$')
      if tonumber(overAt) <= clock() then
        redis.call('HDEL', prefix .. 's', name)
        areOver = true
      elseif tonumber(suspectAt) <= clock() then
        state.bypassed = 1
      end
    else
      state[name] = value
    end
  end
  if state.vouched and tonumber(state.vouched) <= clock() then state.bypassed = 1 end
  state.count = tonumber(state.count)
  state.since = tonumber(state.since)
  if areOver then invalidateStore(prefix, state) end
  return state
end

-- MGET of any number: Lua cannot pass more than some thousands of values at once.
local function getAll(keys)
  local values = {}
  for first = 1, #keys, 1000 do
    local some = redis.call('MGET', unpack(keys, first, math.min(first + 999, #keys)))
    for i = 1, #some do values[first + i - 1] = some[i] end
  end
  return values
end
`;

/** What a script needs that decides itself whether an entry is proven, as `proof.ts` does. */
export const proving = `
-- Decimals without leading zeros, of any length: 64 bits are more than a number of Lua's holds.
local function isLess(a, b)
  if #a ~= #b then return #a < #b end
  return a < b
end

local function sees(snapshot, xid)
  local xmin, xmax, running = string.match(snapshot, '^(%d+):(%d+):([%d,]*)$')
  if not xmin then return false end
  if isLess(xid, xmin) then return true end
  return isLess(xid, xmax) and not string.find(',' .. running .. ',', ',' .. xid .. ',', 1, true)
end

-- evidence: { nonce, count, cluster, snapshot, fetchedAt, expiresAt, staleUntil, tags }
local function isStoreProven(evidence, state)
  return state.bypassed == 0 and evidence[1] == state.nonce and evidence[2] <= state.count
    and evidence[2] >= state.since and evidence[3] == state.cluster
end

local function isTagProven(evidence, state, record)
  if not record then return false end
  local nonce, born, fences = string.match(record, '^([^|]*)|(%d+)|(.*)$')
  if nonce ~= state.nonce or tonumber(born) > evidence[2] then return false end
  for count, xid in string.gmatch(fences, '(%d+):(%d+)') do
    if tonumber(count) > state.since and not sees(evidence[4], xid) then return false end
  end
  return true
end
`;
