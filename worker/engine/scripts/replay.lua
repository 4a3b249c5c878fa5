-- uses: lanes ending
-- replay.lua: puts dead letters back on the queue, or drops them.
--
-- ARGV[1]  'replay', 'replay-doubtful' (also what may have arrived) or 'drop'
-- ARGV[2]  now_ms, for tests only, else ''
-- ARGV[3…] ids, in the order in which they are to leave
-- Answers {done, then for each that was left alone: id, why}; why is
--   'absent'     there is no such dead letter
--   'waiting'    a command of this id is on the queue
--   'unreadable' its record cannot be read
--   'doubtful'   it ended `unknown`, so it may have arrived
--   'expired'    the time until which it was to be sent is over
--   'cancelled'  its broadcast was cancelled, or is no longer kept
--   'linked'     it is a part of a batch that cannot go without the parts that it was linked to
-- A replayed command keeps its id and history, begins its attempts anew, and joins its conversation's tail. It counts as
-- not ended again, under its Page and its broadcast.

free_before_writing()
local what = ARGV[1]
local TOLD_MS = 172800000 -- what became of a letter that was dropped or replayed is told for two days more
local now = clock(ARGV[2])
local done, answer = 0, {}

-- Its outcome may be forgotten before the letter is: then an attempt at what is sent at most once is in doubt for ever.
local function is_doubtful(command, outcome)
  if outcome then return string.sub(outcome, 1, 8) == 'unknown|' end
  return has(command.options, SEEN) and has(command.options, AT_MOST_ONCE) and command.attempts > 0
end

-- Of linked parts (linked_parts.py) one that cannot go by itself is kept as a batch of one.
local function is_linked(id, command)
  return command.type == 'send_batch' and string.find(id, '%.%d+%.%d+$') ~= nil
end

local function is_cancelled(command)
  if command.broadcast == '' then return false end
  local state = call('HGET', P .. 'broadcast:' .. command.broadcast, 'state')
  return not state or state == 'cancelled'
end

local function why_not(id, record, command, outcome)
  if not record then return 'absent' end
  if call('HEXISTS', P .. 'commands', id) == 1 then return 'waiting' end
  if not command then return 'unreadable' end
  if is_linked(id, command) then return 'linked' end
  if what ~= 'replay-doubtful' and is_doubtful(command, outcome) then return 'doubtful' end
  if command.expires_ms ~= '' and tonumber(command.expires_ms) <= now then return 'expired' end
  if is_cancelled(command) then return 'cancelled' end
  return nil
end

local function forget_letter(id)
  call('HDEL', P .. 'dead:records', id)
  call('ZREM', P .. 'dead', id)
end

local function forget_outcome(id, command, outcome)
  local name = outcome and string.match(outcome, '^(%l+)|')
  if not name then return end
  call('DEL', P .. 'outcome:' .. id)
  call('PEXPIRE', P .. 'history:' .. id, TOLD_MS)
  local sums = { 'counts', 'counts:' .. command.page }
  if command.broadcast ~= '' then sums[3] = 'counts:broadcast:' .. command.broadcast end
  for _, key in ipairs(sums) do call('HINCRBY', P .. key, name, -1) end
end

local function put_back(id, command, doubtful)
  command.attempts, command.reaps, command.pending, command.mark = 0, 0, 0, ''
  local flags = (doubtful or has(command.flags, REPEATED)) and REPEATED or ''
  if has(command.flags, SUSPECT) then flags = flags .. SUSPECT end -- what killed workers goes alone again
  command.flags = flags
  if command.broadcast ~= '' then
    command.state = 'L'
    to_lane_head(id, command) -- in a broadcast's lane commands stand before people
  else
    enter(id, command)
  end
  keep(id, command)
  if command.expires_ms ~= '' then
    call('ZADD', P .. 'expiring', command.expires_ms, id)
    alarm(tonumber(command.expires_ms))
  end
  call('HINCRBY', P .. 'depth', command.page, 1)
end

for i = 3, #ARGV do
  local id = ARGV[i]
  local record = call('HGET', P .. 'dead:records', id)
  local command = record and parse(record)
  if what == 'drop' then
    if record then
      forget_letter(id)
      call('DEL', P .. 'blob:' .. id)
      forget_later(id, TOLD_MS)
      done = done + 1
    else
      answer[#answer + 1] = id
      answer[#answer + 1] = 'absent'
    end
  else
    local outcome = call('GET', P .. 'outcome:' .. id)
    local why = why_not(id, record, command, outcome)
    if why then
      answer[#answer + 1] = id
      answer[#answer + 1] = why
    else
      local doubtful = is_doubtful(command, outcome)
      forget_letter(id)
      forget_outcome(id, command, outcome)
      put_back(id, command, doubtful)
      done = done + 1
    end
  end
end
if done > 0 then wake() end
return { done, unpack(answer) }
