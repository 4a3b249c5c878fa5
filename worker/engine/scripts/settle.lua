-- uses: lanes ending evidence holding
-- settle.lua: ends or returns every command of a chunk, in one step. A repeat changes nothing.
--
-- ARGV[1]  worker
-- ARGV[2]  token
-- ARGV[3]  policy
-- ARGV[4]  now_ms, for tests only, else ''
-- ARGV[5]  number of holds that the answers call for; then five for each hold:
--   scope (`holding.lua`), or 'slow:<page>', whose reason is a factor by which the Page's
--   calls come further apart
--   how long in ms; '' until it is released
--   '1' when that time was not named by Meta, and grows when the hold repeats, else '0'
--   '<kind>#', and the fingerprint of the token that it is for, or '' for any token
--   reason: JSON {reason, …}
-- then five for each command:
--   id
--   action: an outcome's name, or 'retry', 'return' (it was not asked of Graph), 'quarantine' (of its body), 'unreadable'
--   (its record, whoever waits behind it), or 'await' (what may have arrived waits for its echo for delay_ms, and is
--   then tried again, or ended)
--   flags:  a an attempt was made, r possibly repeated, z suspect, d keep as a dead letter
--   delay_ms of a retry; of a refusal 'fact,for_ms' to remember of the recipient, or ''
--   detail: JSON (a reply, or reason and answer), kept in the outcome, and in the history when not sent
-- of which one that ends and is a linked batch is followed by two for each of its parts, which end with it:
--   the part's id; 'part:<outcome>'; its type; 'fact,for_ms' as above, or ''; detail
--   the part's id; 'record'; whom it was to reach; the first nine fields of its fixed line, and its body, when it is kept
--   as a dead letter, else '' and ''
-- A token that is not the worker's any more (settled, given back, reaped) makes no holds and returns nothing.
-- Answers {settled, evidence}: evidence counts commands that a late success of an old token turned into `sent`.

free_before_writing()
local worker, token, policy = ARGV[1], ARGV[2], policy_of(ARGV[3])
local now = clock(ARGV[4])
local mark = worker .. '#' .. token
local HISTORY_MAX = 20
local RECENT_MAX = 256
local again = {} -- what is to be tried again, the last first
local timed, sum_ms, longest_ms = 0, 0, 0 -- from enqueueing to now, of what is sent

local function remember(id, text)
  local key = P .. 'history:' .. id
  call('RPUSH', key, int(now) .. '|' .. text)
  call('LTRIM', key, -HISTORY_MAX, -1)
  call('PEXPIRE', key, policy.outcome_ms)
end

local function remember_recipient(command, text)
  local fact, for_ms = string.match(text, '^(%a+),(%d+)$')
  if not fact or command.person == '' or string.find(command.person, ',', 1, true) then return end
  local key = P .. 'gone:' .. command.page
  call('HSET', key, command.person, int(now + tonumber(for_ms)) .. '|' .. fact)
  if call('PTTL', key) < tonumber(for_ms) then call('PEXPIRE', key, for_ms) end
  -- for each that comes, two are looked at: of those that are over there are never many more than of the others
  local some = call('HRANDFIELD', key, 2, 'WITHVALUES')
  for i = 1, #some, 2 do
    if tonumber(string.match(some[i + 1], '^%d+') or '0') <= now then call('HDEL', key, some[i]) end
  end
end

-- A marketing message that was surely not sent leaves its person the one that Meta allows them.
local function give_back_marketing(command, action, flags)
  if string.sub(command.bucket, 1, 10) ~= 'marketing:' then return end
  if action == 'sent' or action == 'unknown' or action == 'await' or has(flags .. command.flags, REPEATED) then return end
  call('RPOP', P .. 'log:' .. command.page .. '/' .. command.bucket)
end

local function settle(id, command, action, flags, delay_ms, detail)
  give_back_marketing(command, action, flags)
  if has(flags, 'a') then command.attempts = command.attempts + 1 end
  if has(flags, REPEATED) then flag(command, REPEATED) end
  if has(flags, SUSPECT) then flag(command, SUSPECT) end
  command.mark = ''
  if action == 'unreadable' then
    command.state = 'L'
    quarantine(id, record_of(command), command.page, now, nil, detail)
  elseif action == 'return' then
    command.state = 'L'
    to_lane_head(id, command)
    keep(id, command)
  elseif action == 'retry' or action == 'await' then
    remember(id, detail)
    command.state = action == 'retry' and 'R' or 'E'
    keep(id, command)
    again[#again + 1] = { id, now + tonumber(delay_ms) }
    count(command.page, 'retried')
  else
    if action ~= 'sent' then
      remember(id, detail)
    elseif command.broadcast == '' and not has(command.options, SCHEDULED) then -- see `end_sent`
      local took_ms = math.max(0, now - (tonumber(command.enqueued_ms) or now))
      timed, sum_ms, longest_ms = timed + 1, sum_ms + took_ms, math.max(longest_ms, took_ms)
    end
    if action == 'refused' then remember_recipient(command, delay_ms) end
    local outcome = action
    if action == 'quarantine' then outcome = 'refused' end
    finish(id, command, outcome, detail, has(flags, 'd'), now, policy)
  end
end

-- What became of the parts of a linked batch that has ended, the last of them first: each has an outcome of its own. The
-- batch is one command, and counted as it ended; its parts are counted beside it, those that were not sent.
local function settle_parts(parts, batch)
  for i = #parts, 1, -1 do
    local part = parts[i]
    part.page, part.attempts, part.flags = batch.page, batch.attempts, batch.flags
    if part.outcome ~= 'sent' then
      remember(part.id, part.detail)
      for _, key in ipairs({ 'counts', 'counts:' .. part.page }) do call('HINCRBY', P .. key, part.outcome, 1) end
    end
    remember_recipient(part, part.fact)
    write_outcome(part.id, part, part.outcome, part.detail, now, policy)
    local letter = part.line ~= ''
      and parse(IN_LANE .. part.line .. '|' .. batch.enqueued_ms .. '|' .. batch.expires_ms .. '\n' .. part.body)
    if letter then
      letter.attempts, letter.flags = part.attempts, part.flags
      bury(part.id, record_of(letter), now, policy)
      call('PERSIST', P .. 'outcome:' .. part.id)
      call('PERSIST', P .. 'history:' .. part.id)
    end
  end
end

-- The same of a batch that a late success proves sent.
local function prove_parts(parts, id)
  local attempts, flags, page = string.match(call('GET', P .. 'outcome:' .. id) or '', '^%l+|(%d+)|%d+|(%l*)|([^|]*)|')
  if not page then return end
  settle_parts(parts, { attempts = tonumber(attempts), flags = flags, page = page, enqueued_ms = int(now), expires_ms = '' })
end

-- What was sent at its first attempt, and is of the plainest kind, ends without being parsed, which costs a third; false
-- leaves it to `settle`.
local FRESH = first_taken(mark) .. '\n'
local sent_heads, left = {}, {} -- the head of an outcome by Page and type; whose conversations lost their head
local function end_sent(id, record, detail)
  if string.find(record, FRESH, 1, true) ~= 1 then return false end
  local page, priority, broadcast, person, kind, unordered, scheduled, enqueued_ms =
    string.match(record, PLAIN_TAKEN, #FRESH + 1)
  if not page then return false end
  ended[#ended + 1] = id
  local head = sent_heads[page .. '|' .. kind]
  if not head then
    head = 'sent|1|' .. int(now) .. '||' .. page .. '|' .. (kind == '' and COMMONEST or kind) .. '|'
    sent_heads[page .. '|' .. kind] = head
  end
  put_outcome(id, head .. detail, policy)
  if person ~= '' and unordered == '' then
    left[#left + 1] = page
    left[#left + 1] = person
    left[#left + 1] = priority
  end
  -- the people of a broadcast wait as one, and what was scheduled lay there on purpose: their age tells nothing
  if broadcast == '' and scheduled == '' then
    local took_ms = math.max(0, now - enqueued_ms)
    timed, sum_ms, longest_ms = timed + 1, sum_ms + took_ms, math.max(longest_ms, took_ms)
  end
  count_many(page, broadcast, 'sent', 1)
  return true
end

-- In most chunks nobody waits behind what was sent: one question tells so of all.
local function leave_all()
  local keys = {}
  for i = 1, #left, 3 do
    keys[#keys + 1] = P .. 'conversation:' .. left[i] .. '/' .. left[i + 1] .. '/' .. left[i + 2]
  end
  local nobody = #keys > 0 and call('EXISTS', unpack(keys)) == 0
  for i = 1, #left, 3 do
    if nobody then
      leave_idle(busy(left[i], left[i + 2]), left[i + 1])
    else
      advance(left[i], left[i + 1], left[i + 2], now)
    end
  end
end

local commands_from = 6 + 5 * tonumber(ARGV[5])
local settled, proven, named, seen = 0, 0, {}, {}
local owned = call('HGET', P .. 'taken:' .. worker, token)
local asked, records = {}, {}
if owned then
  idle, ended = {}, {}
  for i = commands_from, #ARGV, 5 do asked[#asked + 1] = ARGV[i] end
  if #asked > 0 then records = call('HMGET', P .. 'commands', unpack(asked)) end
end
-- from the last to the first, so that what returns to the head of a lane keeps its order
local parts = {} -- of the batch that is to come
for i = #ARGV - 4, commands_from, -5 do
  local id, action, detail = ARGV[i], ARGV[i + 1], ARGV[i + 4]
  named[id] = true
  if action == 'record' then
    parts[#parts + 1] = { id = id, person = ARGV[i + 2], line = ARGV[i + 3], body = detail }
  elseif string.sub(action, 1, 5) == 'part:' then
    local part = parts[#parts]
    part.outcome, part.type, part.fact, part.detail = string.sub(action, 6), ARGV[i + 2], ARGV[i + 3], detail
  elseif not owned then
    local proved = action == 'sent' and prove_sent(id, detail, now, policy) or 0
    proven = proven + proved
    if proved == 1 then prove_parts(parts, id) end
    parts = {}
  else
    local record = records[(i - commands_from) / 5 + 1]
    local plain = record and not seen[id] and action == 'sent' and ARGV[i + 2] == 'a' and #parts == 0
      and end_sent(id, record, detail)
    local command = record and not seen[id] and not plain and parse(record)
    if record and not seen[id] and not plain and not command then
      quarantine(id, record, '?', now, action == 'sent' and 'sent' or nil, action == 'sent' and detail or nil)
      settled = settled + 1
    end
    seen[id] = true
    if plain then settled = settled + 1 end
    if command and command.state == 'T' and command.mark == mark then
      settle(id, command, action, ARGV[i + 2], ARGV[i + 3], detail)
      settle_parts(parts, command)
      settled = settled + 1
    end
    parts = {}
  end
end
for i = #again, 1, -1 do later(again[i][1], again[i][2]) end
if owned then
  local proven_now = false
  for i = commands_from, #ARGV, 5 do
    if has(ARGV[i + 2], 'a') then proven_now = true end
  end
  end_probe(mark, proven_now, now)
  leave_all()
  if #ended > 0 then call('HDEL', P .. 'commands', unpack(ended)) end
  for i = 6, commands_from - 1, 5 do
    local slowed = string.match(ARGV[i], '^slow:(.*)$')
    if slowed then
      call('HSET', P .. 'slow', slowed, int(now + tonumber(ARGV[i + 1])) .. '|' .. ARGV[i + 4])
    else
      hold(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], now)
    end
  end
  local unnamed = {}
  for id in string.gmatch(string.match(owned, '|(.*)'), '[^,]+') do
    if not named[id] then unnamed[#unnamed + 1] = id end
  end
  call('HDEL', P .. 'taken:' .. worker, token)
  -- what was not named stays with its worker, to be settled or reaped
  if #unnamed > 0 then
    call('HSET', P .. 'taken:' .. worker, token, string.match(owned, '^[^|]*|') .. table.concat(unnamed, ','))
  end
end
write_counts()
if timed > 0 then
  call('LPUSH', P .. 'recent', int(now) .. '|' .. timed .. '|' .. int(sum_ms / timed) .. '|' .. int(longest_ms))
  call('LTRIM', P .. 'recent', 0, RECENT_MAX - 1)
end
if call('EXISTS', P .. 'ready:i', P .. 'ready:b') > 0 then wake() end
return { settled, proven }
