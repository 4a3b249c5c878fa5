-- uses: lanes ending returning budgets
-- give_back.lua: returns a chunk of which the worker began no request, by its token alone (its take's reply may be lost).
--
-- ARGV[1]  worker
-- ARGV[2]  token
-- ARGV[3]  policy
-- ARGV[4]  now_ms, for tests only, else ''
-- ARGV[5]  '1' when the worker knows that no call was made: then its budget comes back, too
-- Answers how many commands came back.

free_before_writing()
local now = clock(ARGV[4])
if call('HEXISTS', P .. 'taken:' .. ARGV[1], ARGV[2]) == 0 then
  -- its take may still be on its way to the server: it finds this, and takes nothing
  local is_newer = tonumber(ARGV[2]) > tonumber(call('HGET', P .. 'tokens', ARGV[1]) or '0')
  if is_newer and call('HEXISTS', P .. 'workers', ARGV[1]) == 1 then call('HSET', P .. 'tokens', ARGV[1], ARGV[2]) end
  return 0
end
if ARGV[5] == '1' then
  local taken_ms, paid = string.match(call('HGET', P .. 'taken:' .. ARGV[1], ARGV[2]), '^w(%d+);([^|]*)|')
  if paid then give_budget_back(paid, taken_ms, now) end
end
local returned = return_chunk(ARGV[1], ARGV[2], now, policy_of(ARGV[3]))
write_counts()
if returned > 0 then wake() end
return returned
