-- uses: lanes ending
-- cancel.lua: ends a command that no worker has at this moment.
--
-- ARGV[1]  id
-- ARGV[2]  policy
-- ARGV[3]  now_ms, for tests only, else ''
-- Answers 1 when it will surely not be sent; 0 when it has ended already or is not known; -1 when a worker has it now;
-- -2 when it will not be tried again, but an earlier attempt may have arrived: it ended `unknown`.

free_before_writing()
local id, policy = ARGV[1], policy_of(ARGV[2])
local now = clock(ARGV[3])
local record = call('HGET', P .. 'commands', id)
local command = record and parse(record)
if not command then return 0 end
if command.state == 'T' then return -1 end
call('ZREM', P .. 'later', id)
local doubtful = has(command.flags, 'r')
if doubtful then
  local detail = '{"reason":"it was cancelled after an attempt that may have arrived"}'
  finish(id, command, 'unknown', detail, false, now, policy)
else
  finish(id, command, 'cancelled', '{"reason":"it was cancelled"}', false, now, policy)
end
write_counts()
wake()
return doubtful and -2 or 1
