-- uses: lanes ending
-- auditing.lua: finds the conversations that have lost their head, in steps, however long the queue is.
--
-- A record that could not be read was the head of some conversation, and nobody knows of which: the one without a head
-- goes on, or nobody behind it ever would. A run of steps finds it:
--   gather  people of the Pages in question whose conversation has a head, or should: they are suspects
--   scan    all commands: whose conversation a head is found of is no suspect any more
--   judge   of a suspect that was watched and has not moved on since, the whole scan saw no head: it has none, and goes
--           on. The others are watched, and scanned for again: their head may have come after the scan had passed it by
-- To watch a conversation is to put an entry before those that wait in it, which is no command's id: whenever its head
-- ends, that entry goes first.
--
-- `audit:at` is a hash: phase, page (index in the list `audit:pages`), priority and people (where to gather from), commands
-- and judged (cursors of scans), run (of the server: a cursor means nothing to another). `audit:suspects` is a hash:
-- conversation → the entry by which it is watched, or ''; `audit:judged` is the same while it is judged.

local AUDIT_MS = 10 -- from one step to the next
local AT_ONCE = 500
local SUSPECTS_MAX = 100000 -- at a time
local SETS_MAX = 100 -- of people, in one step
local AT, PAGES, SUSPECTS, JUDGED = P .. 'audit:at', P .. 'audit:pages', P .. 'audit:suspects', P .. 'audit:judged'

local function pages_in_question()
  local asked, pages = {}, {}
  for _, page in ipairs(call('SMEMBERS', P .. 'audit')) do asked[page] = true end
  if asked['?'] then
    asked['?'] = nil
    for _, page in ipairs(call('HKEYS', P .. 'depth')) do asked[page] = true end
  end
  for page in pairs(asked) do pages[#pages + 1] = page end
  return pages
end

local function fresh_run(run)
  call('DEL', SUSPECTS, JUDGED)
  return { phase = 'gather', page = '0', priority = 'i', people = '0', commands = '0', judged = '0', run = run }
end

local function begin_run(run)
  local pages = pages_in_question()
  call('DEL', P .. 'audit', PAGES)
  for i = 1, #pages, AT_ONCE do call('RPUSH', PAGES, unpack(pages, i, math.min(#pages, i + AT_ONCE - 1))) end
  return fresh_run(run)
end

local function gather(at)
  local found = {}
  for _ = 1, SETS_MAX do
    local page = call('LINDEX', PAGES, at.page)
    if not page or #found >= 2 * AT_ONCE then break end
    local some = call('SSCAN', busy(page, at.priority), at.people, 'COUNT', AT_ONCE)
    for _, person in ipairs(some[2]) do
      found[#found + 1] = page .. '/' .. person .. '/' .. at.priority
      found[#found + 1] = ''
    end
    at.people = some[1]
    if at.people == '0' and at.priority == 'i' then
      at.priority = 'b'
    elseif at.people == '0' then
      at.priority, at.page = 'i', int(at.page + 1)
    end
  end
  for i = 1, #found, 2 * AT_ONCE do call('HSET', SUSPECTS, unpack(found, i, math.min(#found, i + 2 * AT_ONCE - 1))) end
  local suspects = call('HLEN', SUSPECTS)
  if suspects >= SUSPECTS_MAX or not call('LINDEX', PAGES, at.page) then at.phase = suspects > 0 and 'scan' or 'done' end
end

-- A command that waits is the head of those of its conversations in which it does not stand.
local function is_head(id, command, key)
  if command.state == 'S' then return false end
  if command.state ~= 'W' then return true end
  return string.find(command.people, ',', 1, true) and not call('LPOS', P .. 'conversation:' .. key, id)
end

local function scan(at)
  local some, found = call('HSCAN', P .. 'commands', at.commands, 'COUNT', AT_ONCE), {}
  for i = 1, #some[2], 2 do
    local id, record = some[2][i], some[2][i + 1]
    local command = parse(record)
    for person in string.gmatch(command and command.people or '', '[^,]+') do
      local key = conversation(command, person)
      if is_head(id, command, key) then found[#found + 1] = key end
    end
  end
  for i = 1, #found, AT_ONCE do call('HDEL', SUSPECTS, unpack(found, i, math.min(#found, i + AT_ONCE - 1))) end
  at.commands = some[1]
  if at.commands == '0' then
    if call('EXISTS', SUSPECTS) == 1 then call('RENAME', SUSPECTS, JUDGED) end
    at.phase = 'judge'
  end
end

local function judge_one(key, watched, now)
  local page, person, priority = string.match(key, '^([^/]+)/(.+)/(%l)$')
  if call('SISMEMBER', busy(page, priority), person) == 0 then return end
  if call('ZSCORE', P .. 'later', '~' .. key) then return end -- it is being moved on
  if watched ~= '' and call('LINDEX', P .. 'conversation:' .. key, 0) == watched then
    advance(page, person, priority, now)
  else
    local entry = '~' .. turn()
    call('LPUSH', P .. 'conversation:' .. key, entry)
    call('HSET', SUSPECTS, key, entry)
  end
end

local function judge(at, now)
  local some = call('HSCAN', JUDGED, at.judged, 'COUNT', AT_ONCE / 5)
  for i = 1, #some[2], 2 do
    if call('HDEL', JUDGED, some[2][i]) == 1 then judge_one(some[2][i], some[2][i + 1], now) end
  end
  at.judged = some[1]
  if at.judged ~= '0' then return end
  if call('EXISTS', SUSPECTS) == 1 then
    at.phase = 'scan'
  else
    at.phase = call('LINDEX', PAGES, at.page) and 'gather' or 'done'
  end
end

local function audit_step(now)
  local run = run_of_server()
  local at, flat = {}, call('HGETALL', AT)
  for i = 1, #flat, 2 do at[flat[i]] = flat[i + 1] end
  if not at.phase then
    at = begin_run(run)
  elseif at.run ~= run then
    at = fresh_run(run)
  end
  if at.phase == 'gather' then
    gather(at)
  elseif at.phase == 'scan' then
    scan(at)
  else
    judge(at, now)
  end
  call('DEL', AT)
  if at.phase == 'done' then
    call('DEL', PAGES, SUSPECTS, JUDGED)
  else
    for field, value in pairs(at) do call('HSET', AT, field, value) end
  end
end

-- Goes on with what is to be looked at; true when there is more.
local function audit(now)
  if call('EXISTS', P .. 'audit', AT) == 0 then return false end
  audit_step(now)
  return call('EXISTS', P .. 'audit', AT) > 0
end
