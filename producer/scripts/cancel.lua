-- uses: lanes ending
-- cancel.lua: ends commands that no worker has at this moment, in the order in which they are named.
--
-- ARGV[1]  id
-- ARGV[2]  policy
-- ARGV[3]  now_ms, for tests only, else ''
-- ARGV[4…] further ids, together at most 500
-- Answers of one id a number, of several a list of numbers in their order:
--   1 when it will surely not be sent; 0 when it has ended already or is not known; -1 when a worker has it now;
--   -2 when it will not be tried again, but an earlier attempt may have arrived: it ended `unknown`.

free_before_writing()
local policy = policy_of(ARGV[2])
local now = clock(ARGV[3])

local function cancel(id)
  local record = call('HGET', P .. 'commands', id)
  local command = record and parse(record)
  if not command then return 0 end
  if command.state == 'T' then return -1 end
  call('ZREM', P .. 'later', id)
  if has(command.flags, REPEATED) then
    local detail = '{"reason":"it was cancelled after an attempt that may have arrived"}'
    finish(id, command, 'unknown', detail, false, now, policy)
    return -2
  end
  finish(id, command, 'cancelled', '{"reason":"it was cancelled"}', false, now, policy)
  return 1
end

local answers = { cancel(ARGV[1]) }
for i = 4, #ARGV do answers[#answers + 1] = cancel(ARGV[i]) end
write_counts()
for _, answer in ipairs(answers) do
  if answer == 1 or answer == -2 then
    wake()
    break
  end
end
return #ARGV > 3 and answers or answers[1]
