-- uses: lanes holding
-- sweeping.lua: which holds nothing depends on any more, and drops them.

-- A hold for a token that no present worker has protects nobody. It is dropped once that was so for a day, or for an hour
-- in which present workers had another token of its Page: a worker that stops for a while comes back to it. `hold:unused`
-- is a hash: scope#fingerprint → since when, and `@looked`.
local UNUSED_MS = 86400000
local REPLACED_MS = 3600000
local LOOKED_MS = 10000 -- from one look to the next

local function is_used(fingerprint, entries)
  for _, entry in ipairs(entries) do
    if string.match(entry, '^[^;]*;([^;]*);') == fingerprint then return true end
  end
  return false
end

-- What the present workers know of a Page; the digests of their profiles are read once.
local present = nil
local function entries_of(page)
  if not present then
    local there = {}
    present = {}
    for _, digest in ipairs(call('HVALS', P .. 'workers')) do
      if not there[digest] then present[#present + 1] = digest end
      there[digest] = true
    end
  end
  local entries = {}
  for _, digest in ipairs(present) do
    entries[#entries + 1] = call('HGET', P .. 'profile:' .. digest, page) or nil
  end
  return entries
end

local function is_unused(scope, hold, now)
  local page = string.match(scope, '^page:(.+)$') or string.match(scope, '^lane:([^/]+)/')
  if hold.kind ~= 'token' or hold.fingerprint == '' or not page then return false end
  local entries, field = entries_of(page), unused_field(scope, hold)
  if is_used(hold.fingerprint, entries) then
    call('HDEL', P .. 'hold:unused', field)
    return false
  end
  local since = tonumber(call('HGET', P .. 'hold:unused', field) or 'none')
  if not since or since < hold.since_ms then
    call('HSET', P .. 'hold:unused', field, int(now))
    return false
  end
  if now - since < (#entries > 0 and REPLACED_MS or UNUSED_MS) then return false end
  call('HDEL', P .. 'hold:unused', field)
  return true
end

-- Drops holds of some scopes, found by chance, that ended long ago, since they cost every take a look; and those for
-- tokens that nobody has.
local SWEPT = 20
local function sweep_holds(now)
  if call('EXISTS', P .. 'hold') == 0 then
    call('DEL', P .. 'hold:unused', P .. 'probing')
    return
  end
  local looks = now - tonumber(call('HGET', P .. 'hold:unused', '@looked') or '0') >= LOOKED_MS
  if looks then call('HSET', P .. 'hold:unused', '@looked', int(now)) end
  local some = call('HRANDFIELD', P .. 'hold', SWEPT, 'WITHVALUES')
  for i = 1, #some, 2 do
    local holds, left = holds_in(some[i + 1]), {}
    for _, each in ipairs(holds) do
      if not is_over(each, now) and not (looks and is_unused(some[i], each, now)) then left[#left + 1] = each end
    end
    if #left < #holds then
      keep_holds(some[i], left)
      if #left == 0 then call('HDEL', P .. 'probing', some[i]) end
    end
  end
end
