-- uses: record
-- lanes.lua: the words that every script of the engine shares. The key space is described in producer/store/keys.py.
--
-- KEYS[1]  the prefix of all keys ("outbound"); with braces round it, all keys share one cluster slot.

local P = KEYS[1] .. ':'
local call = redis.call
local NEVER_MS = 9000000000000000
local TOUCHED_MAX = 1000
local STEPS_MAX = 50 -- of a sequence

local function int(number)
  return string.format('%.0f', number)
end

-- A step of the server's clock is told (tick.lua, doctor) when somebody was at work when it came. Nobody is reaped for a
-- whole time-out from then on (tick.lua), in which whoever lives has its heartbeat heard.
local function note_step(last, by_ms, at, timeout_ms)
  local newest = call('ZREVRANGE', P .. 'beats', 0, 0, 'WITHSCORES')
  if not newest[1] or tonumber(newest[2]) < math.min(last, last + by_ms) - timeout_ms then return end
  local untold = call('HGET', P .. 'clock:stepped', 'untold')
  untold = untold and untold .. ',' .. int(by_ms) or int(by_ms)
  call('HSET', P .. 'clock:stepped', 'at', int(at), 'by', int(by_ms), 'untold', untold)
end

-- The engine's time at a time of the server's clock; `last` is what it was at the last script, `kept` how far it was ahead
-- of the server's, and since when. A clock that was set back makes it go on from `last` at the clock's own pace, less a
-- hundredth, until both agree again. A clock that is set ahead takes it along, but for what it was ahead itself.
local function stepping(server, last, kept)
  local LOSES = 100 -- one ms of so many, while the engine's time is ahead
  local LOOKED_MS = 500 -- a shorter time between two scripts is no step
  local ahead, since = string.match(kept or '', '^(%d+)|(%d+)$')
  ahead = ahead and math.max(0, tonumber(ahead) - math.floor(math.max(0, server - since) / LOSES)) or 0
  local now = server + ahead
  if kept and ahead == 0 then call('DEL', P .. 'clock:ahead') end
  local gap = now - last
  if last == 0 or (gap >= 0 and gap <= LOOKED_MS) then return now end
  local timeout_ms = tonumber(string.match(call('GET', P .. 'policy') or '', '^%d+,%d+,%d+,(%d+)') or 10000)
  local is_step = math.abs(gap) > timeout_ms / 2 -- a heartbeat comes twice as often
  if gap < 0 or (is_step and ahead > 0) then
    ahead = math.max(0, last - server)
    now = server + ahead
    call('SET', P .. 'clock:ahead', int(ahead) .. '|' .. int(server))
  end
  if is_step then note_step(last, gap, now, timeout_ms) end
  return now
end

-- The engine's time in milliseconds: the server's, never going back. `now_ms` is for tests only: a number is that time
-- itself, "t" and a number the server's.
local function clock(now_ms)
  local kept = call('MGET', P .. 'clock', P .. 'clock:ahead')
  local last, now = tonumber(kept[1] or '0'), tonumber(now_ms)
  if now then
    if kept[2] then call('DEL', P .. 'clock:ahead', P .. 'clock:stepped') end
  else
    local server = tonumber(string.match(now_ms or '', '^t(%d+)$'))
    if not server then
      local time = call('TIME')
      server = time[1] * 1000 + math.floor(time[2] / 1000)
    end
    now = stepping(server, last, kept[2])
  end
  if now <= last then return last end
  call('SET', P .. 'clock', int(now))
  return now
end

-- At the server's maxmemory a script may write once it has freed: every script but enqueue begins so.
local function free_before_writing()
  call('DEL', P .. 'none')
end

-- A scan's cursor means nothing to another run of the server.
local function run_of_server()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
end

local function turn()
  return call('INCR', P .. 'turn')
end

local function keep(id, command)
  call('HSET', P .. 'commands', id, record_of(command))
end

local function conversation(command, person)
  return command.page .. '/' .. person .. '/' .. command.priority
end

-- The set of a Page's people whose conversation has a head.
local function busy(page, priority)
  return P .. 'busy:' .. priority .. ':' .. page
end

-- One token lies there at most: one idle worker wakes, and wakes the next while work remains.
local function wake()
  if call('LLEN', P .. 'wake') == 0 then call('RPUSH', P .. 'wake', '1') end
end

-- The keeper of the timer sleeps until `next`; something due before that wakes it.
local function alarm(due_ms)
  if due_ms < tonumber(call('GET', P .. 'next') or NEVER_MS) then
    call('SET', P .. 'next', int(due_ms))
    if call('LLEN', P .. 'alarm') == 0 then call('RPUSH', P .. 'alarm', '1') end
  end
end

-- A lane that is not asleep stands in its Page's ring, also while the Page sleeps: the ring is there when it wakes.
-- `kept` is the turn of one that slept.
local function make_ready(lane, page, priority, kept)
  if call('ZSCORE', P .. 'asleep', lane) then return end
  local now_turn = turn()
  call('ZADD', P .. 'ring:' .. priority .. ':' .. page, 'NX', kept or now_turn, lane)
  if not call('ZSCORE', P .. 'asleep', page) then call('ZADD', P .. 'ready:' .. priority, 'NX', now_turn, page) end
end

-- A lane or Page that is not taken from until `until_ms`, for want of budget or because it is held. A lane that waits for
-- budget keeps its turn: those that share a rate wake at one moment, and who had least comes first then.
local function put_to_sleep(member, until_ms, kept)
  call('ZADD', P .. 'asleep', int(until_ms), member)
  if kept then call('HSET', P .. 'asleep:turns', member, kept) end
  local page, priority = string.match(member, '^([^/]+)/[^/]+/([^/]+)')
  if page then
    call('ZREM', P .. 'ring:' .. priority .. ':' .. page, member)
  else
    for _, each in ipairs({ 'i', 'b' }) do call('ZREM', P .. 'ready:' .. each, member) end
  end
  if until_ms < NEVER_MS then alarm(until_ms) end
end

local function rouse(member)
  call('ZREM', P .. 'asleep', member)
  local page, priority = string.match(member, '^([^/]+)/[^/]+/([^/]+)')
  if page then
    local kept = call('HGET', P .. 'asleep:turns', member)
    if kept then call('HDEL', P .. 'asleep:turns', member) end
    if call('EXISTS', P .. 'lane:' .. member) == 1 then make_ready(member, page, priority, kept or nil) end
    return
  end
  for _, each in ipairs({ 'i', 'b' }) do
    if call('EXISTS', P .. 'ring:' .. each .. ':' .. member) == 1 then
      call('ZADD', P .. 'ready:' .. each, 'NX', turn(), member)
    end
  end
end

local function to_lane_tail(id, command)
  local lane = lane_of(command)
  if call('RPUSH', P .. 'lane:' .. lane, id) == 1 then make_ready(lane, command.page, command.priority) end
end

local function to_lane_head(id, command)
  local lane = lane_of(command)
  if call('LPUSH', P .. 'lane:' .. lane, id) == 1 then make_ready(lane, command.page, command.priority) end
end

-- What is due at one moment keeps the order in which it was put here, by parts of a millisecond: as many as a score has
-- room for, 2,048. Those beyond are in the order of their ids.
local function later(id, due_ms)
  local PARTS_OF_MS = 2048
  local due = math.floor(due_ms)
  local last = call('ZREVRANGEBYSCORE', P .. 'later', '(' .. int(due + 1), int(due), 'WITHSCORES', 'LIMIT', 0, 1)
  local part = last[2] and math.min((tonumber(last[2]) - due) * PARTS_OF_MS + 1, PARTS_OF_MS - 1) or 0
  call('ZADD', P .. 'later', string.format('%.6f', due + part / PARTS_OF_MS), id)
  alarm(due)
end

-- The command is due: it goes behind its conversations, or to the tail of its lane when it is their head.
-- The caller keeps the record.
local function enter(id, command)
  local pending = 0
  for person in string.gmatch(command.people, '[^,]+') do
    if call('SADD', busy(command.page, command.priority), person) == 0 then
      call('RPUSH', P .. 'conversation:' .. conversation(command, person), id)
      pending = pending + 1
    end
  end
  command.pending = pending
  if pending > 0 then
    command.state = 'W'
  else
    command.state = 'L'
    to_lane_tail(id, command)
  end
end

local quarantine = nil -- set by ending.lua: ends a command whose record cannot be read

-- In a script that ends many: people whose conversation is left without a head, by set, to be removed together.
local idle = nil
local function leave_idle(set, person)
  if not idle then
    call('SREM', set, person)
  elseif idle[set] then
    idle[set][#idle[set] + 1] = person
  else
    idle[set] = { person }
  end
end

-- The head of a conversation has ended: its successor goes to the head of its lane.
local function advance(page, person, priority, now)
  local key = page .. '/' .. person .. '/' .. priority
  for _ = 1, 8 do
    local id = call('LPOP', P .. 'conversation:' .. key)
    if not id then return leave_idle(busy(page, priority), person) end
    local record = call('HGET', P .. 'commands', id)
    local successor = record and parse(record)
    if successor and successor.state == 'W' then
      successor.pending = successor.pending - 1
      if successor.pending <= 0 then
        successor.pending = 0
        successor.state = 'L'
        to_lane_head(id, successor)
      end
      keep(id, successor)
      return
    end
    if record and not successor and quarantine then quarantine(id, record, page, now) end
  end
  later('~' .. key, now) -- only ended ones stood in line so far: the timer goes on from here
end
