-- uses: lanes ending
-- hello.lua: makes a worker known, with what it can do, and frees what waited for such a worker.
--
-- ARGV[1]  worker
-- ARGV[2]  profile: digest of the fields below
-- ARGV[3]  info: JSON for people (host, pid, version, started)
-- ARGV[4]  most milliseconds that the profile is kept without a heartbeat
-- ARGV[5]  now_ms, for tests only, else ''
-- ARGV[6]  policy: producers go by the last worker's
-- ARGV[7…] pairs of the profile's hash: '@rates', '@types', then page → "app;fingerprint;rates"
-- Answers 1 when something is left to free: say hello again.

free_before_writing()
local worker, digest = ARGV[1], ARGV[2]
local now = clock(ARGV[5])
policy_of(ARGV[6])
local key = P .. 'profile:' .. digest
call('SET', P .. 'policy', ARGV[6])
for i = 7, #ARGV, 2 do call('HSET', key, ARGV[i], ARGV[i + 1]) end
call('PEXPIRE', key, ARGV[4])
call('HSET', P .. 'workers', worker, digest)
call('HSET', P .. 'workers:info', worker, ARGV[3])
call('ZADD', P .. 'beats', int(now), worker)

local touched = 0
if call('EXISTS', P .. 'unserved') == 1 then
  for i = 7, #ARGV, 2 do
    if call('SREM', P .. 'unserved', ARGV[i]) == 1 then rouse(ARGV[i]) end
  end
end

-- lanes that wait for another token: the next take puts those to sleep again that still do
for _, lane in ipairs(call('SPOP', P .. 'mending', TOUCHED_MAX)) do
  touched = touched + 1
  rouse(lane)
end

local types = call('HGET', key, '@types') or ''
for _, kind in ipairs(call('SMEMBERS', P .. 'parked')) do
  if string.find(types, ',' .. kind .. ',', 1, true) then
    while touched < TOUCHED_MAX do
      local id = call('RPOP', P .. 'parked:' .. kind)
      if not id then
        call('SREM', P .. 'parked', kind)
        break
      end
      touched = touched + 1
      local record = call('HGET', P .. 'commands', id)
      local command = record and parse(record)
      if command and command.state == 'P' then
        command.state = 'L'
        to_lane_head(id, command)
        keep(id, command)
      elseif record and not command then
        quarantine(id, record, '?', now)
      end
    end
  end
end
write_counts()
wake()
return touched >= TOUCHED_MAX and 1 or 0
