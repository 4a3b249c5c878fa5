-- ending.lua: how a command ends, in one place. Needs lanes.lua.
--
-- The outcome lies under `outcome:<id>` for `policy.outcome_ms`:
--   outcome | attempts | at_ms | flags | page | type | detail        (flags: r possibly repeated)

local tally = {}
local someone_waits = nil

-- A policy is "outcome_ms,dead_max,attempts_max,timeout_ms,dead_ms".
local function policy_of(text)
  local outcome_ms, dead_max, attempts_max, timeout_ms, dead_ms = string.match(text, '^(%d+),(%d+),(%d+),(%d+),(%d+)$')
  return {
    outcome_ms = outcome_ms,
    dead_max = tonumber(dead_max),
    attempts_max = tonumber(attempts_max),
    timeout_ms = tonumber(timeout_ms),
    dead_ms = tonumber(dead_ms),
  }
end

local by_broadcast = {}

local function add(sums, name, what, number)
  local counts = sums[name]
  if not counts then
    counts = {}
    sums[name] = counts
  end
  counts[what] = (counts[what] or 0) + number
end

local function count_many(page, broadcast, what, number)
  add(tally, page, what, number)
  if broadcast ~= '' then add(by_broadcast, broadcast, what, number) end
end

local function count(page, what)
  add(tally, page, what, 1)
end

-- Writes what `finish` and `count` added up; every script that ends commands calls it last.
local function write_counts()
  for set, people in pairs(idle or {}) do call('SREM', set, unpack(people)) end
  local sums = {}
  for page, counts in pairs(tally) do
    local ended = 0
    for what, number in pairs(counts) do
      call('HINCRBY', P .. 'counts:' .. page, what, number)
      sums[what] = (sums[what] or 0) + number
      if what ~= 'retried' and what ~= 'reaped' then ended = ended + number end
    end
    if ended > 0 and call('HINCRBY', P .. 'depth', page, -ended) <= 0 then call('HDEL', P .. 'depth', page) end
  end
  for what, number in pairs(sums) do call('HINCRBY', P .. 'counts', what, number) end
  for broadcast, counts in pairs(by_broadcast) do
    for what, number in pairs(counts) do call('HINCRBY', P .. 'counts:broadcast:' .. broadcast, what, number) end
  end
end

local function tell_waiters(id)
  if someone_waits == nil then someone_waits = call('EXISTS', P .. 'waiters') == 1 end
  if someone_waits and call('ZSCORE', P .. 'waiters', id) then
    call('RPUSH', P .. 'done:' .. id, '1')
    call('PEXPIRE', P .. 'done:' .. id, '60000')
  end
end

local function put_outcome(id, text, policy)
  call('SET', P .. 'outcome:' .. id, text, 'PX', policy.outcome_ms)
  tell_waiters(id)
end

local function write_outcome(id, command, outcome, detail, now, policy)
  put_outcome(id, outcome .. '|' .. command.attempts .. '|' .. int(now) .. '|'
    .. (has(command.flags, 'r') and 'r' or '') .. '|' .. command.page .. '|' .. command.type .. '|' .. detail, policy)
end

-- What is told of a dead letter stays for as long as the letter does.
local function forget_later(id, ms)
  call('PEXPIRE', P .. 'outcome:' .. id, ms)
  call('PEXPIRE', P .. 'history:' .. id, ms)
end

-- Drops dead letters that are too many ('many') or too old ('old'): never in silence, since they are counted, and the
-- timer's keeper tells what `dead:dropped` adds up.
local function drop_letters(ids, why, policy)
  if #ids == 0 then return end
  for _, id in ipairs(ids) do
    call('HDEL', P .. 'dead:records', id)
    call('DEL', P .. 'blob:' .. id)
    forget_later(id, policy.outcome_ms)
  end
  call('HINCRBY', P .. 'counts', 'dead_dropped', #ids)
  call('HINCRBY', P .. 'dead:dropped', why, #ids)
end

local function bury(id, record, now, policy)
  call('HSET', P .. 'dead:records', id, record)
  call('ZADD', P .. 'dead', int(now), id)
  local over = call('ZCARD', P .. 'dead') - policy.dead_max
  if over > 0 then
    local popped, dropped = call('ZPOPMIN', P .. 'dead', math.min(over, 10)), {}
    for i = 1, #popped, 2 do dropped[#dropped + 1] = popped[i] end
    drop_letters(dropped, 'many', policy)
  end
end

local function leave_conversations(id, command, now)
  if command.state == 'S' or command.people == '' then return end
  if not string.find(command.people, ',', 1, true) then
    if command.state ~= 'W' then advance(command.page, command.people, command.priority, now) end
    return
  end
  local people = {}
  for person in string.gmatch(command.people, '[^,]+') do people[#people + 1] = person end
  for _, person in ipairs(people) do
    -- what waits may be the head of this conversation already, and wait for another
    local behind = command.state == 'W'
      and call('LREM', P .. 'conversation:' .. conversation(command, person), 1, id) > 0
    if not behind then advance(command.page, person, command.priority, now) end
  end
end

-- Ends the command: its record goes, its outcome stands, its successors move up. `dead` keeps it for replay.
local ended = nil -- in a script that ends many, each once: ids whose records go together
local function finish(id, command, outcome, detail, dead, now, policy)
  if ended then
    ended[#ended + 1] = id
  else
    call('HDEL', P .. 'commands', id)
  end
  if command.expires_ms ~= '' then call('ZREM', P .. 'expiring', id) end
  if has(command.options, 'k') and not dead then call('DEL', P .. 'blob:' .. id) end
  if dead then bury(id, record_of(command), now, policy) end
  write_outcome(id, command, outcome, detail, now, policy)
  if dead then
    call('PERSIST', P .. 'outcome:' .. id)
    call('PERSIST', P .. 'history:' .. id)
  end
  leave_conversations(id, command, now)
  count_many(command.page, command.broadcast, outcome, 1)
end
