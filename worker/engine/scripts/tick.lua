-- uses: lanes ending returning holding sweeping auditing accepting staging
-- tick.lua: what happens because time passes: schedules, retries, budgets, expiry, dead workers. One worker keeps it.
--
-- ARGV[1]  worker
-- ARGV[2]  policy
-- ARGV[3]  lease_ms for which this worker keeps the timer
-- ARGV[4]  until when this worker may reap, in ms: a question that lay here for longer, while the server hung, reaps
--          nobody; 0 when it may not, for it has not been connected for a whole time-out
-- ARGV[5]  now_ms, for tests only, else ''
-- Answers {kept, sleep_ms, dropped_many, dropped_old, unreadable ids, steps, reaped worker, its commands, …}; kept is 0 when
-- another worker keeps the timer, and sleep_ms then is what is left of its lease. Of dead letters that were dropped, for
-- being too many or too old, each is told once, and some at most once a minute; those that cannot be read at once, by their
-- ids. Steps of the server's clock are told once: ms, comma-separated, less than 0 of one that was set back.

free_before_writing()
local worker, policy, lease_ms = ARGV[1], policy_of(ARGV[2]), tonumber(ARGV[3])
local now = clock(ARGV[5])
local LATE_MS = 500
local TAKEN_MS = 1000 -- what is with a worker when it expires is looked at again so much later: it may come back
local keeper = call('GET', P .. 'keeper')
if keeper and keeper ~= worker then
  -- a keeper that is late by this much is dead or stuck: another takes its place before its lease ends
  local overdue_at = tonumber(call('GET', P .. 'next') or NEVER_MS) + LATE_MS
  if now < overdue_at then
    return { 0, math.max(1, math.min(call('PTTL', P .. 'keeper'), overdue_at - now)), 0, 0, {}, '' }
  end
end
call('SET', P .. 'keeper', worker, 'PX', int(lease_ms))

local SHARE = 100 -- entries of each kind in one tick
local more = false

local function due(key)
  local found = call('ZRANGEBYSCORE', P .. key, '-inf', '(' .. int(now + 1), 'LIMIT', 0, SHARE)
  if #found == SHARE then more = true end
  return found
end

-- The steps of a sequence are due together, and join their conversation together: nothing comes between them.
-- What was scheduled is due: from now on it is as old as if it had just been enqueued.
local function enter_due(id, command)
  command.enqueued_ms = int(now)
  command.rest = (string.gsub(command.rest, '|%d+|(%d*\n)', '|' .. command.enqueued_ms .. '|%1', 1))
  enter(id, command)
  keep(id, command)
end

local moved = 0
local function enter_sequence(id)
  local base, ids = string.match(id, '^(.*%.)%d+$'), {}
  for step = 0, STEPS_MAX - 1 do ids[#ids + 1] = base .. step end
  moved = moved + #ids
  for i, record in ipairs(call('HMGET', P .. 'commands', unpack(ids))) do
    local step = record and parse(record)
    if step and step.state == 'S' and has(step.options, STEP) then
      call('ZREM', P .. 'later', ids[i])
      enter_due(ids[i], step)
    end
  end
end

local retries = {}
for _, id in ipairs(due('later')) do
  if moved > TOUCHED_MAX - 4 * SHARE then
    more = true
    break
  end
  call('ZREM', P .. 'later', id)
  if string.sub(id, 1, 1) == '~' then
    local page, person, priority = string.match(id, '^~([^/]+)/([^/]+)/(%l)$')
    if page then advance(page, person, priority, now) end
  elseif string.sub(id, 1, 1) == '+' then
    enter_staged(string.sub(id, 2), now)
    moved = moved + TOUCHED_MAX
  else
    local record = call('HGET', P .. 'commands', id)
    local command = record and parse(record)
    if command and command.state == 'S' and has(command.options, STEP) then
      enter_sequence(id)
    elseif command and command.state == 'S' then
      enter_due(id, command)
    elseif command and command.state == 'E' and has(command.options, AT_MOST_ONCE) and has(command.options, SEEN) then
      finish(id, command, 'unknown', '{"reason":"no answer of Graph, and no echo in time"}', true, now, policy)
    elseif command and command.state == 'E' and command.attempts >= policy.attempts_max then
      finish(id, command, 'exhausted', '{"reason":"no answer of Graph, and no echo in time"}', true, now, policy)
    elseif command and (command.state == 'R' or command.state == 'E') then
      retries[#retries + 1] = { id, command }
    elseif record and not command then
      quarantine(id, record, '?', now)
    end
  end
end
for i = #retries, 1, -1 do
  local id, command = retries[i][1], retries[i][2]
  command.state = 'L'
  to_lane_head(id, command)
  keep(id, command)
end

for _, member in ipairs(due('asleep')) do rouse(member) end

-- What expires in a lane leaves it, for a held lane is not taken from. It is looked for at the head first, where it stands
-- most likely. False when it stands further behind than this tick may look: the next one does.
local searched = 0
local function left_lane(id, command)
  local AT_HEAD, SEARCHED_MAX = 1000, 100000
  local key = P .. 'lane:' .. lane_of(command)
  if call('LPOS', key, id, 'MAXLEN', AT_HEAD) then
    call('LREM', key, 1, id)
    return true
  end
  local length = call('LLEN', key)
  if searched > 0 and searched + length > SEARCHED_MAX then return false end
  searched = searched + length
  call('LREM', key, 1, id)
  return true
end

for _, id in ipairs(due('expiring')) do
  call('ZREM', P .. 'expiring', id)
  local record = call('HGET', P .. 'commands', id)
  local command = record and parse(record)
  if command and command.state == 'T' then
    call('ZADD', P .. 'expiring', int(now + TAKEN_MS), id)
  elseif command and command.state == 'L' and not left_lane(id, command) then
    call('ZADD', P .. 'expiring', command.expires_ms, id)
    more = true
  elseif command then
    call('ZREM', P .. 'later', id)
    finish(id, command, 'expired', '{"reason":"it was not sent within expires_in"}', false, now, policy)
  end -- what cannot be read is put aside where it stands, for a worker may have it
end

local old = call('ZRANGEBYSCORE', P .. 'dead', '-inf', int(now - policy.dead_ms), 'LIMIT', 0, SHARE)
if #old > 0 then
  call('ZREM', P .. 'dead', unpack(old))
  drop_letters(old, 'old', policy)
  if #old == SHARE then more = true end
end
local TELL_MS = 60000
local function dropped_letters()
  local dropped = call('HMGET', P .. 'dead:dropped', 'many', 'old', 'told')
  if not (dropped[1] or dropped[2]) or now - tonumber(dropped[3] or '0') < TELL_MS then return 0, 0 end
  call('HSET', P .. 'dead:dropped', 'told', int(now))
  call('HDEL', P .. 'dead:dropped', 'many', 'old')
  return tonumber(dropped[1] or '0'), tonumber(dropped[2] or '0')
end

local function unreadable_letters()
  local ids = call('LRANGE', P .. 'dead:unreadable', 0, -1)
  if #ids > 0 then call('DEL', P .. 'dead:unreadable') end
  return ids
end

local function untold_steps()
  local untold = call('HGET', P .. 'clock:stepped', 'untold')
  if untold then call('HDEL', P .. 'clock:stepped', 'untold') end
  return untold or ''
end

local auditing = audit(now)
-- of what could not be read it is not always known whose depth it was; when nothing waits, there is none
if call('EXISTS', P .. 'commands', P .. 'ready:i', P .. 'ready:b', P .. 'asleep') == 0 then call('DEL', P .. 'depth') end

local answer = {}
local next_ms = NEVER_MS
local stepped_at = tonumber(call('HGET', P .. 'clock:stepped', 'at') or '0')
if now <= tonumber(ARGV[4]) and not more and now >= stepped_at + policy.timeout_ms then
  local dead = call('ZRANGEBYSCORE', P .. 'beats', '-inf', int(now - policy.timeout_ms), 'LIMIT', 0, 2)
  for _, each in ipairs(dead) do
    if each ~= worker and #answer == 0 then
      local done, returned = return_all(each, now, policy)
      if done then forget_worker(each) end
      more = true
      answer[#answer + 1] = each
      answer[#answer + 1] = returned
    end
  end
  local oldest = call('ZRANGE', P .. 'beats', 0, 1, 'WITHSCORES')
  local other = oldest[2]
  if oldest[1] == worker then other = oldest[4] end
  if other then next_ms = tonumber(other) + policy.timeout_ms end
end
if rouse_more(now) then more = true end
call('ZREMRANGEBYSCORE', P .. 'waiters', '-inf', int(now))
sweep_holds(now)

write_counts()
if call('EXISTS', P .. 'ready:i', P .. 'ready:b') > 0 then wake() end
for _, key in ipairs({ 'later', 'asleep', 'expiring' }) do
  local first = call('ZRANGE', P .. key, 0, 0, 'WITHSCORES')
  if first[2] then next_ms = math.min(next_ms, math.floor(tonumber(first[2]))) end
end
if auditing then next_ms = math.min(next_ms, now + AUDIT_MS) end
if more then next_ms = now end
call('SET', P .. 'next', int(next_ms))
local many, aged = dropped_letters()
return { 1, math.max(0, math.min(next_ms - now, lease_ms)), many, aged, unreadable_letters(), untold_steps(), unpack(answer) }
