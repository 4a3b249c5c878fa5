-- uses: lanes
-- begin.lua: marks that the request of a chunk begins now. From here on a dead worker leaves its commands in doubt.
--
-- ARGV[1]  worker
-- ARGV[2]  token
-- Answers 1, or 0 when the chunk is no longer this worker's: then the request must not begin.

free_before_writing()
local entry = call('HGET', P .. 'taken:' .. ARGV[1], ARGV[2])
if not entry then return 0 end
call('HSET', P .. 'taken:' .. ARGV[1], ARGV[2], 'b' .. string.sub(entry, 2))
return 1
