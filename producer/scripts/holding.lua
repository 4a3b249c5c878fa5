-- holding.lua: holds, and how a held Page or lane comes back. Needs lanes.lua.
--
-- `hold` is a hash: scope → until_ms (0: until released) | token fingerprint or '' | since_ms | repeats | reason (JSON)
-- A scope is page:<page>, lane:<lane> or app:<app>. A hold that has ended stays there for a while: one that repeats soon
-- after lasts longer.

local REPEAT_MS = 600000
local REPEATS_MAX = 5
local HOLD = '^(%d+)|([^|]*)|(%d+)|(%d+)|'

-- Holds a scope. A hold never ends earlier than one that is there already for the same token, or for any; one for another
-- token takes its place. `grows` is '1' when Meta named no time: then each repeat doubles it.
local function hold(scope, for_ms, grows, fingerprint, reason, now)
  local until_ms, repeats = 0, 0
  local present = call('HGET', P .. 'hold', scope)
  local ended, made_for, _, times = string.match(present or '', HOLD)
  ended = tonumber(ended)
  if for_ms ~= '' then
    if ended and ended ~= 0 and ended <= now and now - ended < REPEAT_MS and grows == '1' then
      repeats = math.min(tonumber(times) + 1, REPEATS_MAX)
    end
    until_ms = now + tonumber(for_ms) * 2 ^ repeats
  end
  if ended and (made_for == fingerprint or made_for == '') and (ended == 0 or (until_ms ~= 0 and ended >= until_ms)) then return end
  call('HSET', P .. 'hold', scope, int(until_ms) .. '|' .. fingerprint .. '|' .. int(now) .. '|' .. repeats .. '|' .. reason)
end

-- Ends a hold by hand. Answers 1 when there was one.
local function release(scope)
  local there = call('HDEL', P .. 'hold', scope)
  local kind, name = string.match(scope, '^(%a+):(.*)$')
  if kind == 'page' or kind == 'lane' then
    rouse(name)
    if kind == 'lane' then
      -- a lane's hold holds its broadcasts' lanes too
      for _, broadcast in ipairs(call('ZREVRANGE', P .. 'broadcasts', 0, TOUCHED_MAX - 1)) do
        local lane = name .. '/' .. broadcast
        if call('ZSCORE', P .. 'asleep', lane) then rouse(lane) end
      end
    end
    return there
  end
  -- an app's Pages sleep one by one: wake all that do; the next take puts those to sleep again that are held otherwise
  for _, member in ipairs(call('ZRANGEBYSCORE', P .. 'asleep', '-inf', '+inf', 'LIMIT', 0, TOUCHED_MAX)) do
    if not string.find(member, '/', 1, true) then rouse(member) end
  end
  return there
end
