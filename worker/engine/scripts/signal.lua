-- uses: lanes
-- signal.lua: gives a signal to one who waits for it, now or soon, at the server's maxmemory too.
--
-- ARGV[1]  the signal's key, such as halt:<worker>
-- Answers 1.

free_before_writing()
local key = P .. ARGV[1]
call('RPUSH', key, '1')
call('LTRIM', key, -1, -1)
call('PEXPIRE', key, 60000)
return 1
