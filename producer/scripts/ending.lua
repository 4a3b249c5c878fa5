-- uses: lanes
-- ending.lua: how a command ends, in one place.
--
-- The outcome lies under `outcome:<id>` for `policy.outcome_ms`:
--   outcome | attempts | at_ms | flags | page | type | detail        (flags: r possibly repeated)

local tally = {}
local someone_waits = nil

-- A policy is "outcome_ms,dead_max,attempts_max,timeout_ms,dead_ms"; behind a "~" it is for when no worker has made its
-- own known.
local the_policy = nil
local function policy_of(text)
  if string.sub(text, 1, 1) == '~' then text = call('GET', P .. 'policy') or string.sub(text, 2) end
  -- a later form may have more numbers behind these
  local outcome_ms, dead_max, attempts_max, timeout_ms, dead_ms = string.match(text, '^(%d+),(%d+),(%d+),(%d+),(%d+)')
  if not outcome_ms then error('outbound: this policy cannot be read: ' .. text) end
  the_policy = {
    outcome_ms = outcome_ms,
    dead_max = tonumber(dead_max),
    attempts_max = tonumber(attempts_max),
    timeout_ms = tonumber(timeout_ms),
    dead_ms = tonumber(dead_ms),
  }
  return the_policy
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
  tally, by_broadcast, idle = {}, {}, idle and {}
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
    .. (has(command.flags, REPEATED) and REPEATED or '') .. '|' .. command.page .. '|' .. command.type .. '|' .. detail, policy)
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

-- A step of a sequence was not sent: the steps behind it that are not wanted then end with it, and at once, since an
-- outcome is not kept for ever.
local function stop_sequence(id, now, policy)
  local base, step = string.match(id, '^(.*%.)(%d+)$')
  for _ = 1, base and STEPS_MAX or 0 do
    step = int(step + 1)
    local record = call('HGET', P .. 'commands', base .. step)
    if not record then return end
    local behind = parse(record)
    if behind and has(behind.options, STOPS) and (behind.state == 'W' or behind.state == 'S') then
      call('HDEL', P .. 'commands', base .. step)
      call('ZREM', P .. 'later', base .. step)
      call('ZREM', P .. 'expiring', base .. step)
      call('DEL', P .. 'blob:' .. base .. step)
      if behind.state == 'W' then call('LREM', P .. 'conversation:' .. conversation(behind, behind.people), 1, base .. step) end
      write_outcome(base .. step, behind, 'cancelled', '{"reason":"the step before it was not sent"}', now, policy)
      count(behind.page, 'cancelled')
    end
  end
end

-- Ends the command: its record goes, its outcome stands, its successors move up. `dead` keeps it for replay.
local ended = nil -- in a script that ends many, each once: ids whose records go together
local function finish(id, command, outcome, detail, dead, now, policy)
  if (outcome == 'expired' or outcome == 'cancelled') and has(command.flags, REPEATED) then
    -- what is in doubt stays so: an echo may still tell
    detail = '{"reason":"an attempt may have arrived, and then it ' .. (outcome == 'expired' and 'expired' or 'was cancelled') .. '"}'
    if has(command.options, AT_MOST_ONCE) then outcome, dead = 'unknown', true end
  end
  if ended then
    ended[#ended + 1] = id
  else
    call('HDEL', P .. 'commands', id)
  end
  if command.expires_ms ~= '' then call('ZREM', P .. 'expiring', id) end
  if has(command.options, BLOB) and not dead then call('DEL', P .. 'blob:' .. id) end
  if dead then bury(id, record_of(command), now, policy) end
  write_outcome(id, command, outcome, detail, now, policy)
  if dead then
    call('PERSIST', P .. 'outcome:' .. id)
    call('PERSIST', P .. 'history:' .. id)
  end
  if outcome ~= 'sent' and has(command.options, STEP) then stop_sequence(id, now, policy) end
  leave_conversations(id, command, now)
  count_many(command.page, command.broadcast, outcome, 1)
end

-- The record cannot be read, or its place proves it wrong: it will never be sent, and is kept as it is. `page` is what its
-- place says of it, or '?'; `outcome` and `detail` say how it ended, when it was with a worker. Of whose conversations it
-- was the head nothing tells: the timer looks which have none (auditing.lua).
quarantine = function(id, record, page, now, outcome, detail)
  local UNTOLD_MAX = 100 -- ids that the timer's keeper has not told of: with more, the first are not told of by name
  outcome = outcome or 'refused'
  call('HDEL', P .. 'commands', id)
  call('ZREM', P .. 'expiring', id)
  bury(id, record, now, the_policy)
  call('RPUSH', P .. 'dead:unreadable', id)
  call('LTRIM', P .. 'dead:unreadable', -UNTOLD_MAX, -1)
  alarm(now)
  local unread = { attempts = 0, flags = '', page = page, type = '' }
  write_outcome(id, unread, outcome, detail or '{"reason":"its record in Redis cannot be read"}', now, the_policy)
  count(page, outcome)
  if outcome ~= 'sent' then stop_sequence(id, now, the_policy) end
  call('SADD', P .. 'audit', page)
end
