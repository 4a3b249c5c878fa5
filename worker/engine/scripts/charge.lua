-- uses: lanes budgets
-- charge.lua: spends budget for further calls of a command that was taken: the pages of a list that comes page by page.
--
-- ARGV[1]  worker
-- ARGV[2]  page
-- ARGV[3]  class of the lane: t, m, p or o
-- ARGV[4]  calls
-- ARGV[5]  now_ms, for tests only, else ''
-- Answers 1, or 0 when the worker is not known any more: then the calls must not be made.
--
-- The calls are made now and cannot be waited for: what is over the limit is a debt, as of what take.lua charges others.

free_before_writing()
local page, class, calls = ARGV[2], ARGV[3], tonumber(ARGV[4])
local digest = call('HGET', P .. 'workers', ARGV[1])
if not digest then return 0 end
local now = clock(ARGV[5])
local facts = call('HMGET', P .. 'profile:' .. digest, '@rates', page)

local own = string.match(facts[2] or '', '^[^;]*;[^;]*;(.*)$')
local rates = rates_of(own or '', rates_of(facts[1] or '', {}))
spend(page, class, rates[class], calls, now)
return 1
