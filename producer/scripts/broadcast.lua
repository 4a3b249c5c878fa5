-- uses: lanes ending holding
-- broadcast.lua: one message to any number of people. The message lies there once; each person is one entry of the
-- broadcast's own lane (`@` and their PSID), and becomes a command (`<broadcast>:<n>`) only when it is taken.
--
-- `broadcast:<id>` is a hash: head ("page|class|b|id|") and tail ("|type|bucket|cost|options|enqueued_ms|expires_ms\n")
-- of the fixed line, body, state (open, complete, cancelled), added (people so far), taken (commands made so far),
-- position and digest of the input (so that an interrupted run goes on where it stopped), new (people of the last step),
-- created_ms (when it begins), paused_ms (in all,
-- until it was last resumed).
-- `broadcast:<id>:people` is the set of those added, so that somebody listed twice is sent to once.
--
-- ARGV[1]  what: 'open', 'where', 'add', 'complete', 'pause', 'resume' or 'cancel'; all but 'open' answer {-3} when there
--          is none of this id
-- ARGV[2]  id
-- ARGV[3]  policy
-- ARGV[4]  now_ms, for tests only, else ''
-- open:   ARGV[5] head, ARGV[6] options part of the tail ("|type|bucket|cost|options|"), ARGV[7] expires ('' or '+ms'),
--         ARGV[8] body, ARGV[9] when it is to begin ('' at once, or the absolute ms), from when it expires. Answers {1}
--         when it is new, {0} when it is there already.
-- where:  answers {state, position, digest}.
-- add:    ARGV[5] most that may wait for the Page, ARGV[6] position before these people, ARGV[7] position after,
--         ARGV[8] digest after, ARGV[9…] people. Answers {added, known already}; {-1, waiting} when the Page's queue is
--         full; {-2, position, digest} when the broadcast stands elsewhere (the caller goes on from there).
-- resume: before its beginning it is held until then. Answers {1}.
-- pause:  ARGV[5] reason: JSON. Answers {1}, or {0} when nobody is left to be sent to.
-- cancel: answers {cancelled, more}: more is 1 when some of it is left, so call again. One that is done stays so: {0, 0}.

local what, id = ARGV[1], ARGV[2]
local key, people_key = P .. 'broadcast:' .. ARGV[2], P .. 'broadcast:' .. ARGV[2] .. ':people'
local KEPT_MS = 90 * 86400000
local OUTCOMES = { 'sent', 'refused', 'exhausted', 'expired', 'cancelled', 'unknown' }
if what ~= 'open' and what ~= 'add' and what ~= 'where' then free_before_writing() end
local policy = policy_of(ARGV[3])
local now = clock(ARGV[4])
local head = call('HGET', key, 'head')
local page, class = string.match(head or '', '^([^|]+)|([^|]+)|b|')

local function lane()
  return page .. '/' .. class .. '/b/' .. id
end

-- Until its time nobody is taken from it.
local function hold_until(due)
  if due > now then hold('lane:' .. lane(), int(due - now), '0', 'hand#', '{"reason":"its send_at"}', now) end
end

if what == 'open' then
  if head then return { 0 } end
  page, class = string.match(ARGV[5], '^([^|]+)|([^|]+)|b|')
  local begins = math.max(now, tonumber(ARGV[9]) or 0)
  local expires = ARGV[7] ~= '' and int((tonumber(ARGV[9]) or now) + tonumber(ARGV[7])) or ''
  -- a person becomes a command only when it is taken, so it can wait for no conversation: it joins none
  local tail = string.match(ARGV[6], UNORDERED .. '%l*|$') and ARGV[6] or string.sub(ARGV[6], 1, -2) .. UNORDERED .. '|'
  call('HSET', key, 'head', ARGV[5], 'tail', tail .. int(begins) .. '|' .. expires .. '\n', 'body', ARGV[8],
    'state', 'open', 'added', '0', 'taken', '0', 'position', '0', 'digest', '', 'created_ms', int(begins))
  hold_until(begins)
  call('ZADD', P .. 'broadcasts', int(now), id)
  for _, old in ipairs(call('ZRANGEBYSCORE', P .. 'broadcasts', '-inf', int(now - KEPT_MS), 'LIMIT', 0, 10)) do
    call('ZREM', P .. 'broadcasts', old)
    call('UNLINK', P .. 'broadcast:' .. old, P .. 'broadcast:' .. old .. ':people', P .. 'counts:broadcast:' .. old)
  end
  return { 1 }
end
if not page then return { -3 } end
if what == 'where' then return call('HMGET', key, 'state', 'position', 'digest') end

if what == 'add' then
  local there = call('HMGET', key, 'position', 'digest', 'state', 'new')
  -- the answer was lost, and these people were added
  if there[1] == ARGV[7] and there[2] == ARGV[8] then
    local new = tonumber(there[4] or '0')
    return { new, #ARGV - 8 - new }
  end
  if there[1] ~= ARGV[6] or there[3] ~= 'open' then return { -2, there[1], there[2], there[3] } end
  local waiting = tonumber(call('HGET', P .. 'depth', page) or '0')
  if waiting + #ARGV - 8 > tonumber(ARGV[5]) then return { -1, waiting } end
  local new = {}
  for i = 9, #ARGV do
    if call('SADD', people_key, ARGV[i]) == 1 then new[#new + 1] = '@' .. ARGV[i] end
  end
  if #new > 0 then
    local name = lane()
    if call('RPUSH', P .. 'lane:' .. name, unpack(new)) == #new then make_ready(name, page, 'b') end
    call('HINCRBY', P .. 'depth', page, #new)
  end
  call('HSET', key, 'position', ARGV[7], 'digest', ARGV[8], 'new', #new)
  call('HINCRBY', key, 'added', #new)
  if #new > 0 then wake() end
  return { #new, #ARGV - 8 - #new }
end

if what == 'complete' then
  call('HSET', key, 'state', 'complete')
  call('UNLINK', people_key)
  return { 1 }
end

-- everybody was added, and has ended
local function is_done()
  local facts = call('HMGET', key, 'state', 'added')
  local left = tonumber(facts[2])
  for _, number in ipairs(call('HMGET', P .. 'counts:broadcast:' .. id, unpack(OUTCOMES))) do
    left = left - (tonumber(number or 0) or 0)
  end
  return facts[1] == 'complete' and left <= 0
end

if what == 'pause' then
  if is_done() or call('HGET', key, 'state') == 'cancelled' then return { 0 } end
  hold('lane:' .. lane(), '', '0', 'hand#', ARGV[5], now)
  return { 1 }
end
if what == 'resume' then
  release('lane:' .. lane(), '', now)
  hold_until(tonumber(call('HGET', key, 'created_ms')) or 0)
  wake()
  return { 1 }
end
if is_done() then return { 0, 0 } end

-- cancel: nobody is taken from now on; commands that were made already end one by one, the rest go at once
call('HSET', key, 'state', 'cancelled')
call('UNLINK', people_key)
local name = lane()
-- what comes back to a paused broadcast's lane must be taken to end
call('HDEL', P .. 'hold', 'lane:' .. name)
rouse(name)
local cancelled = 0
for _ = 1, 500 do
  local entry = call('LPOP', P .. 'lane:' .. name)
  if not entry then break end
  if string.sub(entry, 1, 1) == '@' then
    call('LPUSH', P .. 'lane:' .. name, entry)
    break
  end
  local record = call('HGET', P .. 'commands', entry)
  local command = record and parse(record)
  if command and command.state == 'L' then
    finish(entry, command, 'cancelled', '{"reason":"its broadcast was cancelled"}', false, now, policy)
    cancelled = cancelled + 1
  elseif record and not command then
    quarantine(entry, record, page, now)
  end
end
local first = call('LINDEX', P .. 'lane:' .. name, 0)
local more = first and string.sub(first, 1, 1) ~= '@'
if not more then
  local left = call('LLEN', P .. 'lane:' .. name)
  call('UNLINK', P .. 'lane:' .. name)
  if left > 0 then
    count_many(page, id, 'cancelled', left)
    cancelled = cancelled + left
  end
end
write_counts()
return { cancelled, more and 1 or 0 }
