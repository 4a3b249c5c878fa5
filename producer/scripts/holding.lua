-- uses: lanes
-- holding.lua: holds, and how a held Page or lane comes back.
--
-- `hold` is a hash: scope → its holds, a line each:
--   until_ms (0: until released) | token fingerprint or '' | since_ms | repeats | kind | reason (JSON, without line ends)
-- A scope is page:<page>, app:<app>, lane:<page>/<class> (both priorities and their broadcasts), lane:<page>/<class>/<priority>
-- (with its broadcasts) or lane:<page>/<class>/b/<broadcast>.
-- Kinds: hand, throttle, token (for the token of that fingerprint only), trouble (somebody has to mend it), probe. Holds of
-- different kinds, and for different tokens, stand beside each other; the one of those that apply that ends last counts.
-- A hold that has ended stays there for a while: one that repeats soon after lasts longer.
--
-- `probing` is a hash: scope → fingerprint, of what was held by an answer of Graph that named no time: whether it can go on
-- is not known until one call was answered. A throttle only comes back gently. And #<mark of a chunk> → the scopes, a line each, that its one call tries. Meanwhile a hold of the
-- kind probe keeps all others back.

local REPEAT_MS = 600000
local REPEATS_MAX = 5
local PROBE_MS = 90000 -- longer than a call takes: its worker died, or hangs, and another tries
local TOKENS_MAX = 8 -- token holds of one scope: the oldest go first, and are made again if their token is used again
local HOLD = '^(%d+)|([^|]*)|(%d+)|(%d+)|(%l*)'

local function holds_in(text)
  local found = {}
  for line in string.gmatch(text or '', '[^\n]+') do
    local until_ms, fingerprint, since_ms, repeats, kind = string.match(line, HOLD)
    if until_ms then
      if kind == '' then kind = fingerprint ~= '' and 'token' or 'trouble' end
      found[#found + 1] = {
        line = line, until_ms = tonumber(until_ms), fingerprint = fingerprint, since_ms = tonumber(since_ms),
        repeats = tonumber(repeats), kind = kind,
      }
    end
  end
  return found
end

-- Nothing depends any more on a hold that ended so long ago.
local function is_over(hold, now)
  return hold.until_ms ~= 0 and hold.until_ms + REPEAT_MS <= now
end

local function keep_holds(scope, holds)
  if #holds == 0 then return call('HDEL', P .. 'hold', scope) end
  local lines = {}
  for i, each in ipairs(holds) do lines[i] = each.line end
  return call('HSET', P .. 'hold', scope, table.concat(lines, '\n'))
end

-- Holds a scope. A hold never ends earlier than one of its kind, for the same token, that is there already; all others
-- stay. `grows` is '1' when Meta named no time: then each repeat doubles it. `made_for` is '<kind>#<fingerprint>', or a
-- fingerprint alone.
local function hold(scope, for_ms, grows, made_for, reason, now)
  local kind, fingerprint = string.match(made_for, '^(%l+)#(.*)$')
  if not kind then kind, fingerprint = made_for ~= '' and 'token' or 'trouble', made_for end
  local holds, tokens, there = {}, 0, nil
  for _, each in ipairs(holds_in(call('HGET', P .. 'hold', scope))) do
    if each.kind == kind and each.fingerprint == fingerprint then
      there = each
    elseif not is_over(each, now) then
      holds[#holds + 1] = each
      if each.kind == 'token' then tokens = tokens + 1 end
    end
  end
  local until_ms, repeats = 0, 0
  if for_ms ~= '' then
    if there and grows == '1' and there.until_ms ~= 0 and there.until_ms <= now and not is_over(there, now) then
      repeats = math.min(there.repeats + 1, REPEATS_MAX)
    end
    until_ms = now + tonumber(for_ms) * 2 ^ repeats
  end
  if there and (there.until_ms == 0 or (until_ms ~= 0 and there.until_ms >= until_ms)) then return end
  if kind == 'token' and tokens >= TOKENS_MAX then
    local oldest = nil
    for i, each in ipairs(holds) do
      if each.kind == 'token' and (not oldest or each.since_ms < holds[oldest].since_ms) then oldest = i end
    end
    table.remove(holds, oldest)
  end
  local line = int(until_ms) .. '|' .. fingerprint .. '|' .. int(now) .. '|' .. repeats .. '|' .. kind .. '|' .. reason
  holds[#holds + 1] = { line = line }
  keep_holds(scope, holds)
  if for_ms ~= '' and (kind == 'trouble' or kind == 'token') then call('HSET', P .. 'probing', scope, fingerprint) end
end

-- The one call of this chunk tries whether the scopes can go on; all others of them wait for its answer.
local function begin_probe(scopes, mark, now)
  for _, scope in ipairs(scopes) do
    hold(scope, PROBE_MS, '0', 'probe#', '{"reason":"one call tries whether it can go on"}', now)
  end
  local before = call('HGET', P .. 'probing', '#' .. mark)
  call('HSET', P .. 'probing', '#' .. mark, (before and before .. '\n' or '') .. table.concat(scopes, '\n'))
end

-- Wakes those that sleep under a name: lanes that begin with it, or with '*' every Page. In steps, since any number may
-- sleep: `rousing` is a hash, name → cursor|run of the server; the timer goes on.
local function rouse_under(name, now, cursor)
  local ROUSED = 500
  local some = call('ZSCAN', P .. 'asleep', cursor or '0', 'COUNT', ROUSED)
  for i = 1, #some[2], 2 do
    local member, is_under = some[2][i], nil
    if name == '*' then
      is_under = not string.find(member, '/', 1, true)
    else
      is_under = string.sub(member, 1, #name) == name
    end
    if is_under then rouse(member) end
  end
  if some[1] == '0' then return call('HDEL', P .. 'rousing', name) end
  call('HSET', P .. 'rousing', name, some[1] .. '|' .. run_of_server())
  alarm(now)
end

-- Goes on with who is to be woken; true when there is more. Another server begins anew.
local function rouse_more(now)
  if call('EXISTS', P .. 'rousing') == 0 then return false end
  local name = call('HRANDFIELD', P .. 'rousing', 1)[1]
  local cursor, run = string.match(call('HGET', P .. 'rousing', name), '^(%d+)|(.*)$')
  rouse_under(name, now, run == run_of_server() and cursor or '0')
  return call('EXISTS', P .. 'rousing') == 1
end

-- Wakes a lane; both of a class; and with a lane of bulk those of its broadcasts.
local function rouse_lanes(name, now)
  local class, priority, broadcast = string.match(name, '^([^/]+/[^/]+)/?([^/]*)/?(.*)$')
  if not class then return end
  if broadcast ~= '' then return rouse(name) end
  if priority ~= 'b' then rouse(class .. '/i') end
  if priority == 'i' then return end
  rouse(class .. '/b')
  rouse_under(class .. '/b/', now)
end

-- A field of `hold:unused` (`sweeping.lua`).
local function unused_field(scope, hold)
  return scope .. '#' .. hold.fingerprint
end

-- How long a broadcast was paused says nothing of its rate.
local function count_pause(scope, ms)
  local broadcast = string.match(scope, '^lane:[^/]+/[^/]+/b/(.+)$')
  if broadcast and call('EXISTS', P .. 'broadcast:' .. broadcast) == 1 then
    call('HINCRBY', P .. 'broadcast:' .. broadcast, 'paused_ms', int(ms))
  end
end

-- Ends the holds of a scope by hand: all, or those of one kind. Answers 1 when there was one.
local function release(scope, kind, now)
  local left, there = {}, 0
  for _, each in ipairs(holds_in(call('HGET', P .. 'hold', scope))) do
    if kind ~= '' and each.kind ~= kind then
      left[#left + 1] = each
    else
      there = 1
      if each.kind == 'hand' and each.until_ms == 0 then count_pause(scope, now - each.since_ms) end
      if each.kind == 'token' then call('HDEL', P .. 'hold:unused', unused_field(scope, each)) end
    end
  end
  keep_holds(scope, left)
  if kind == '' then call('HDEL', P .. 'probing', scope) end
  local what, name = string.match(scope, '^(%a+):(.*)$')
  if what == 'page' then
    rouse(name)
  elseif what == 'lane' then
    rouse_lanes(name, now)
  else
    -- an app's Pages sleep one by one: wake all that do; the next take puts those to sleep again that are held otherwise
    rouse_under('*', now)
  end
  return there
end

-- Ends the probe of a chunk, if it was one. `proven`: Graph answered its call, and did not hold it again; else another
-- call tries.
local function end_probe(mark, proven, now)
  local scopes = call('HGET', P .. 'probing', '#' .. mark)
  if not scopes then return end
  call('HDEL', P .. 'probing', '#' .. mark)
  for scope in string.gmatch(scopes, '[^\n]+') do
    if proven then call('HDEL', P .. 'probing', scope) end
    release(scope, 'probe', now)
  end
end
