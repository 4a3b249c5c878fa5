-- uses: lanes ending returning
-- goodbye.lua: a worker stops: what it still holds returns to its lanes at once, and another keeps the timer.
--
-- ARGV[1]  worker
-- ARGV[2]  policy
-- ARGV[3]  now_ms, for tests only, else ''
-- Answers {done, returned}; done is 0 when more is left than one script may touch: say goodbye again.

free_before_writing()
local worker = ARGV[1]
local now = clock(ARGV[3])
local done, returned = return_all(worker, now, policy_of(ARGV[2]))
if done then
  forget_worker(worker)
  if call('GET', P .. 'keeper') == worker then
    call('DEL', P .. 'keeper', P .. 'vacant')
    call('RPUSH', P .. 'vacant', '1')
  end
end
write_counts()
wake()
return { done and 1 or 0, returned }
