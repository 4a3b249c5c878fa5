-- uses: lanes
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

-- The form is that of take.lua: "o:g:25:40" is one call every 25 ms, "o:w:10:600000" 10 in any 600,000 ms.
local function rate_in(text)
  local kind, a, b = string.match(',' .. text, ',' .. class .. ':(%a+):?([%d.]*):?(%d*)')
  return kind and { kind = kind, a = tonumber(a), b = tonumber(b) }
end
local own = string.match(facts[2] or '', '^[^;]*;[^;]*;(.*)$')
local rate = own and rate_in(own) or rate_in(facts[1] or '')

if rate and rate.kind == 'w' then
  local key = P .. 'log:' .. page .. '/' .. class
  while tonumber(call('LINDEX', key, 0) or now) <= now - rate.b do call('LPOP', key) end
  local used = call('LLEN', key)
  for i = used, used + calls - 1 do call('RPUSH', key, int(now + math.floor(i / rate.a) * rate.b)) end
  call('PEXPIRE', key, int(math.ceil((used + calls) / rate.a) * rate.b))
elseif rate and rate.kind == 'g' then
  local field = page .. '/' .. class
  local from = math.max(now, tonumber(call('HGET', P .. 'rate', field) or '0'))
  call('HSET', P .. 'rate', field, string.format('%.3f', from + calls * rate.a))
end
return 1
