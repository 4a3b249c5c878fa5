-- uses: lanes ending evidence
-- confirm.lua: an echo proves that commands were sent: what waits to be tried again, what is with a worker whose request
-- has begun, and what ended `unknown`, becomes `sent`. Of people who wrote it is forgotten that they could not be reached,
-- and their window opens: it is known for seven days, since a person may answer (HUMAN_AGENT) as long.
--
-- ARGV[1]  policy
-- ARGV[2]  now_ms, for tests only, else ''
-- ARGV[3]  how many commands
-- ARGV[4…] two for each command: id; detail (JSON with the reply that the echo stands for)
-- then     three for each person who wrote: Page; person; when in ms, 0 for now
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

local first_person = 4 + 2 * tonumber(ARGV[3])
for i = 4, first_person - 1, 2 do
  local id, detail = ARGV[i], ARGV[i + 1]
  if prove_begun(id, detail) == 1 or prove_sent(id, detail, now, policy) == 1 then proven = proven + 1 end
end

local KNOWN_MS = 7 * 86400000
local OVER_MAX = 100 -- windows that one event drops for being too old

local function wrote(page, person, at)
  if at == 0 or at > now then at = now end
  if at <= now - KNOWN_MS then return end
  local key = P .. 'window:' .. page
  call('HDEL', P .. 'gone:' .. page, person)
  call('ZADD', key, 'GT', int(at), person)
  call('PEXPIRE', key, int(KNOWN_MS))
  local over = call('ZRANGEBYSCORE', key, '-inf', int(now - KNOWN_MS), 'LIMIT', '0', int(OVER_MAX))
  if #over > 0 then call('ZREM', key, unpack(over)) end
end

for i = first_person, #ARGV, 3 do wrote(ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])) end
write_counts()
wake()
return proven
