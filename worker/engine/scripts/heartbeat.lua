-- uses: lanes
-- heartbeat.lua: says that a worker is alive.
--
-- ARGV[1]  worker
-- ARGV[2]  profile
-- ARGV[3]  most milliseconds that the profile is kept without a heartbeat
-- ARGV[4]  now_ms, for tests only, else ''
-- ARGV[5]  info as in hello.lua when it has changed, else ''
-- Answers the time in ms, or 0 when the worker was reaped or its profile is gone: it must say hello under a new name.

free_before_writing()
local now = clock(ARGV[4])
if call('HEXISTS', P .. 'workers', ARGV[1]) == 0 then return 0 end
if call('PEXPIRE', P .. 'profile:' .. ARGV[2], ARGV[3]) == 0 then return 0 end
if ARGV[5] and ARGV[5] ~= '' then call('HSET', P .. 'workers:info', ARGV[1], ARGV[5]) end
call('ZADD', P .. 'beats', int(now), ARGV[1])
return now
