-- auditing.lua: finds the conversations that have lost their head, in steps, however long the queue is. Needs lanes.lua,
-- ending.lua.
--
-- A record that could not be read was the head of some conversation, and nobody knows of which: the one without a head
-- goes on. Where all there is fits into one step, one look tells (`audit_all`). Else a run of steps does:
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
local STEP = 500
local SUSPECTS_MAX = 100000 -- at a time
local SETS_MAX = 100 -- of people, in one step
local AT, PAGES, SUSPECTS, JUDGED = P .. 'audit:at', P .. 'audit:pages', P .. 'audit:suspects', P .. 'audit:judged'

local function pages_in_question()
  local asked, pages = {}, {}
  for _, page in ipairs(call('SMEMBERS', P .. 'audit')) do asked[page] = true end
  if asked['?'] then
    asked['?'] = nil
    -- nor does anybody know whose depth it was: that is counted anew once all there is fits into one step
    call('SET', P .. 'recount', '1')
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
  for i = 1, #pages, STEP do call('RPUSH', PAGES, unpack(pages, i, math.min(#pages, i + STEP - 1))) end
  return fresh_run(run)
end

local function gather(at)
  local found = {}
  for _ = 1, SETS_MAX do
    local page = call('LINDEX', PAGES, at.page)
    if not page or #found >= 2 * STEP then break end
    local some = call('SSCAN', busy(page, at.priority), at.people, 'COUNT', STEP)
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
  for i = 1, #found, 2 * STEP do call('HSET', SUSPECTS, unpack(found, i, math.min(#found, i + 2 * STEP - 1))) end
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
  local some, found = call('HSCAN', P .. 'commands', at.commands, 'COUNT', STEP), {}
  for i = 1, #some[2], 2 do
    local id, record = some[2][i], some[2][i + 1]
    local command = parse(record) or salvaged(record)
    for person in string.gmatch(command and command.people or '', '[^,]+') do
      local key = conversation(command, person)
      if is_head(id, command, key) then found[#found + 1] = key end
    end
  end
  for i = 1, #found, STEP do call('HDEL', SUSPECTS, unpack(found, i, math.min(#found, i + STEP - 1))) end
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
  local some = call('HSCAN', JUDGED, at.judged, 'COUNT', STEP / 5)
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
  local info = redis.pcall('INFO', 'server')
  local run = type(info) == 'string' and string.match(info, 'run_id:(%w+)') or ''
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

-- One look at all there is, which tells what a Page's depth is, too.
local function audit_all(now)
  local heads, depth, in_lane, pages = {}, {}, {}, {}
  for _, page in ipairs(call('SMEMBERS', P .. 'audit')) do pages[page] = true end
  for _, page in ipairs(call('LRANGE', PAGES, 0, -1)) do pages[page] = true end
  for _, page in ipairs(call('HKEYS', P .. 'depth')) do pages[page] = true end
  local all = call('HGETALL', P .. 'commands')
  for i = 1, #all, 2 do
    local command = parse(all[i + 1]) or salvaged(all[i + 1])
    if command then
      depth[command.page] = (depth[command.page] or 0) + 1
      if command.state == 'L' then in_lane[lane_of(command)] = (in_lane[lane_of(command)] or 0) + 1 end
      for person in string.gmatch(command.people, '[^,]+') do
        local key = conversation(command, person)
        if is_head(all[i], command, key) then heads[key] = true end
      end
    end
  end
  for page in pairs(pages) do
    for _, priority in ipairs({ 'i', 'b' }) do
      for _, person in ipairs(call('SMEMBERS', busy(page, priority))) do
        local key = page .. '/' .. person .. '/' .. priority
        if not heads[key] and not call('ZSCORE', P .. 'later', '~' .. key) then advance(page, person, priority, now) end
      end
    end
  end
  for _, id in ipairs(call('ZRANGE', P .. 'broadcasts', 0, -1)) do
    local page, class = string.match(call('HGET', P .. 'broadcast:' .. id, 'head') or '', '^([^|]*)|([^|]*)|')
    if page then
      local lane = page .. '/' .. class .. '/b/' .. id
      depth[page] = (depth[page] or 0) + call('LLEN', P .. 'lane:' .. lane) - (in_lane[lane] or 0)
    end
  end
  write_counts()
  call('DEL', P .. 'depth', P .. 'audit', P .. 'recount', AT, PAGES, SUSPECTS, JUDGED)
  for page, number in pairs(depth) do
    if number > 0 then call('HSET', P .. 'depth', page, number) end
  end
end

-- Goes on with what is to be looked at; true when there is more.
local function audit(now)
  if call('EXISTS', P .. 'audit', P .. 'recount', AT) == 0 then return false end
  if call('HLEN', P .. 'commands') <= TOUCHED_MAX then
    audit_all(now)
  elseif call('EXISTS', P .. 'audit', AT) > 0 then
    audit_step(now)
  end
  return call('EXISTS', P .. 'audit', AT) > 0
end
