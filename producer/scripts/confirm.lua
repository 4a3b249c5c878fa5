-- uses: lanes ending evidence
-- confirm.lua: an echo proves that commands were sent: what waits to be tried again, what is with a worker whose request
-- has begun, and what ended `unknown`, becomes `sent`.
--
-- ARGV[1]  policy
-- ARGV[2]  now_ms, for tests only, else ''
-- ARGV[3…] two for each command: id; detail (JSON with the reply that the echo stands for)
-- Answers how many it settled.

free_before_writing()
local policy = policy_of(ARGV[1])
local now = clock(ARGV[2])
local proven = 0

-- The echo may come before the answer, or without it: the worker's settle then finds nothing left to settle.
local function prove_begun(id, detail)
  local record = call('HGET', P .. 'commands', id)
  local command = record and parse(record)
  if not command or command.state ~= 'T' then return 0 end
  local worker, token = string.match(command.mark, '^(.*)#(%d+)$')
  local entry = worker and call('HGET', P .. 'taken:' .. worker, token)
  if not entry or string.sub(entry, 1, 1) ~= 'b' then return 0 end
  if command.attempts > 0 then flag(command, REPEATED) end
  command.attempts, command.mark = command.attempts + 1, ''
  finish(id, command, 'sent', detail, false, now, policy)
  return 1
end

for i = 3, #ARGV, 2 do
  local id, detail = ARGV[i], ARGV[i + 1]
  if prove_begun(id, detail) == 1 or prove_sent(id, detail, now, policy) == 1 then proven = proven + 1 end
end
write_counts()
wake()
return proven
