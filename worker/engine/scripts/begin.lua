-- uses: lanes
-- begin.lua: marks that the request of a chunk begins now. From here on a dead worker leaves its commands in doubt.
--
-- ARGV[1]  worker
-- ARGV[2]  token
-- ARGV[3]  now_ms, for tests only, else ''
-- Answers 1, or 0 when the chunk is no longer this worker's, or was taken so long ago that its budget is past: beside what
-- others may call now it would be too much. Then the request must not begin.

local OLD_MS = 150
free_before_writing()
local entry = call('HGET', P .. 'taken:' .. ARGV[1], ARGV[2])
if not entry then return 0 end
if string.sub(entry, 1, 1) == 'b' then return 1 end -- the reply to an earlier one was lost
local taken_ms = tonumber(string.match(entry, '^%l(%d+)'))
if taken_ms and clock(ARGV[3]) - taken_ms > OLD_MS and string.find(entry, '=', 1, true) then return 0 end
call('HSET', P .. 'taken:' .. ARGV[1], ARGV[2], 'b' .. string.sub(entry, 2))
return 1
