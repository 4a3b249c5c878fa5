-- uses: lanes accepting
-- enqueue_once.lua: accepts what an idempotency key stands for, unless it was accepted before.
--
-- ARGV[1]  now_ms, for tests only, else ''
-- ARGV[2]  most commands that may wait for one Page
-- ARGV[3]  <page>:<key>
-- ARGV[4]  digest of what is asked for
-- ARGV[5]  id of its ticket
-- ARGV[6]  for how many ms the key is kept
-- ARGV[7…] five for each command: see accepting.lua
-- `idempotent:<page>:<key>` holds digest | id of the ticket. Answers as enqueue.lua, or {-2, id of the first ticket} when
-- the same was accepted under this key before, or {-3, its id} when something else was.

local key = P .. 'idempotent:' .. ARGV[3]
local digest, ticket = string.match(call('GET', key) or '', '^(%x+)|(.*)$')
if digest then return { digest == ARGV[4] and -2 or -3, ticket } end
local answer = accept(ARGV, 7, clock(ARGV[1]), tonumber(ARGV[2]))
if not answer.err and answer[1] >= 0 then call('SET', key, ARGV[4] .. '|' .. ARGV[5], 'PX', ARGV[6]) end
return answer
