-- uses: lanes
-- accepting.lua: how commands are accepted, all or none.
--
-- Five arguments for each command, from asked[first] on, where `asked` is ARGV or another list:
--   id
--   the first nine fields of the fixed line (page … options)
--   due: '' at once, '+ms' from now, or the absolute ms
--   expires: '' never, '+ms' from now, or the absolute ms
--   body
-- A command with the option k has its bytes under `blob:<id>`, written before; they stay until it ends.

local function instant(text, now)
  if text == '' then return nil end
  if string.sub(text, 1, 1) == '+' then return now + tonumber(string.sub(text, 2)) end
  return tonumber(text)
end

-- Which of the ids are on the queue or have an outcome, as a set; nil when none is.
local function known_among(ids)
  local outcomes, found = {}, nil
  for i, id in ipairs(ids) do outcomes[i] = P .. 'outcome:' .. id end
  local any_outcome = call('EXISTS', unpack(outcomes)) > 0
  for i, record in ipairs(call('HMGET', P .. 'commands', unpack(ids))) do
    if record or (any_outcome and call('EXISTS', outcomes[i]) == 1) then
      found = found or {}
      found[ids[i]] = true
    end
  end
  return found
end

-- Which conversations have a head, by set and person, for commands that join one each: each gets its set.
local function heads_among(commands)
  local asked, heads = {}, {}
  for _, each in ipairs(commands) do
    local command = each.command
    if command.people ~= '' and not string.find(command.people, ',', 1, true) then
      local set = busy(command.page, command.priority)
      each.set = set
      if not asked[set] then asked[set], heads[set] = {}, {} end
      asked[set][#asked[set] + 1] = command.people
    end
  end
  for set, people in pairs(asked) do
    for i, member in ipairs(call('SMISMEMBER', set, unpack(people))) do heads[set][people[i]] = member == 1 end
  end
  return heads
end

-- Puts commands that are due now behind their conversations or at the tail of their lanes, in their order, with as few
-- calls as can be; what joins several conversations goes one by one.
local function enter_all(commands)
  local heads, new_heads = heads_among(commands), {}
  local lanes, tails = {}, {}
  local function flush_lanes()
    for _, lane in ipairs(lanes) do
      local tail = tails[lane]
      if call('RPUSH', P .. 'lane:' .. lane, unpack(tail.ids)) == #tail.ids then
        make_ready(lane, tail.command.page, tail.command.priority)
      end
    end
    for set, people in pairs(new_heads) do call('SADD', set, unpack(people)) end
    lanes, tails, new_heads = {}, {}, {}
  end
  for _, each in ipairs(commands) do
    local id, command, set = each.id, each.command, each.set
    if command.people ~= '' and not set then
      flush_lanes()
      enter(id, command)
      local known = heads[busy(command.page, command.priority)] or {}
      for person in string.gmatch(command.people, '[^,]+') do known[person] = true end
    elseif set and heads[set][command.people] then
      command.state, command.pending = 'W', 1
      call('RPUSH', P .. 'conversation:' .. conversation(command, command.people), id)
    else
      if set then
        heads[set][command.people] = true
        if not new_heads[set] then new_heads[set] = {} end
        new_heads[set][#new_heads[set] + 1] = command.people
      end
      local lane = lane_of(command)
      if not tails[lane] then
        tails[lane] = { ids = {}, command = command }
        lanes[#lanes + 1] = lane
      end
      local tail = tails[lane].ids
      tail[#tail + 1] = id
    end
  end
  flush_lanes()
end

-- Accepts one plain command alone, with as few calls as can be; nil for any other.
local function accept_one(asked, first, now, depth_max)
  if #asked ~= first + 4 or asked[first + 2] ~= '' or asked[first + 3] ~= '' then return nil end
  local id, fixed = asked[first], asked[first + 1]
  local page, class, priority, person, options = string.match(fixed, PLAIN_ASKED)
  if not page then return nil end
  local waiting = tonumber(call('HGET', P .. 'depth', page) or '0')
  if waiting >= depth_max or call('EXISTS', P .. 'outcome:' .. id) == 1 then return nil end
  local rest = fixed .. '|' .. int(now) .. '|\n' .. asked[first + 4]
  if call('HSETNX', P .. 'commands', id, IN_LANE .. rest) == 0 then return { 0, 1 } end
  if person ~= '' and not has(options, UNORDERED) and call('SADD', busy(page, priority), person) == 0 then
    call('HSET', P .. 'commands', id, BEHIND_ONE .. rest)
    call('RPUSH', P .. 'conversation:' .. page .. '/' .. person .. '/' .. priority, id)
  else
    local lane = page .. '/' .. class .. '/' .. priority
    if call('RPUSH', P .. 'lane:' .. lane, id) == 1 then make_ready(lane, page, priority) end
  end
  call('HINCRBY', P .. 'depth', page, 1)
  wake()
  return { 1, 0 }
end

-- Accepts many plain commands, none of which is known, at half of what parsing costs; nil where any is another, or the queue of
-- a Page is full.
local function accept_plain(asked, first, now, depth_max)
  local ids, seen, by_page, wanted = {}, {}, {}, {}
  local pages, priorities, lanes, persons, sets = {}, {}, {}, {}, {} -- of each command
  for i = first, #asked, 5 do
    local id = asked[i]
    local page, class, priority, person, options = string.match(asked[i + 1], PLAIN_ASKED)
    if not page or seen[id] or asked[i + 2] ~= '' or asked[i + 3] ~= '' then return nil end
    seen[id] = true
    local n = #ids + 1
    ids[n], pages[n], priorities[n] = id, page, priority
    lanes[n], sets[n] = page .. '/' .. class .. '/' .. priority, false
    by_page[page] = (by_page[page] or 0) + 1
    if person ~= '' and not has(options, UNORDERED) then
      local set = busy(page, priority)
      sets[n], persons[n] = set, person
      if not wanted[set] then wanted[set] = {} end
      wanted[set][#wanted[set] + 1] = person
    end
  end
  if known_among(ids) then return nil end
  for page, number in pairs(by_page) do
    if tonumber(call('HGET', P .. 'depth', page) or '0') + number > depth_max then return nil end
  end
  local heads, new_heads = {}, {}
  for set, people in pairs(wanted) do
    local there = {}
    for i, member in ipairs(call('SMISMEMBER', set, unpack(people))) do there[people[i]] = member == 1 end
    heads[set], new_heads[set] = there, {}
  end
  local tails, firsts, records = {}, {}, {}
  local enqueued = '|' .. int(now) .. '|\n'
  for n, id in ipairs(ids) do
    local set, state, at = sets[n], IN_LANE, first + 5 * (n - 1)
    if set and heads[set][persons[n]] then
      state = BEHIND_ONE
      call('RPUSH', P .. 'conversation:' .. pages[n] .. '/' .. persons[n] .. '/' .. priorities[n], id)
    else
      if set then
        heads[set][persons[n]] = true
        new_heads[set][#new_heads[set] + 1] = persons[n]
      end
      local lane = lanes[n]
      if not tails[lane] then
        tails[lane] = {}
        firsts[#firsts + 1] = n
      end
      tails[lane][#tails[lane] + 1] = id
    end
    records[2 * n - 1], records[2 * n] = id, state .. asked[at + 1] .. enqueued .. asked[at + 4]
  end
  for _, n in ipairs(firsts) do
    local lane = lanes[n]
    if call('RPUSH', P .. 'lane:' .. lane, unpack(tails[lane])) == #tails[lane] then
      make_ready(lane, pages[n], priorities[n])
    end
  end
  for set, people in pairs(new_heads) do
    if #people > 0 then call('SADD', set, unpack(people)) end
  end
  call('HSET', P .. 'commands', unpack(records))
  for page, number in pairs(by_page) do call('HINCRBY', P .. 'depth', page, number) end
  wake()
  return { #ids, 0 }
end

-- Answers {accepted, known already}; {-1, page, waiting} when a Page's queue is full, or {-4, id} when the bytes of a
-- command are not there: then nothing was accepted. What is known already is left alone.
local function accept(asked, first, now, depth_max)
  if #asked < first then return { 0, 0 } end
  local plain = accept_one(asked, first, now, depth_max) or accept_plain(asked, first, now, depth_max)
  if plain then return plain end
  local ids = {}
  for i = first, #asked, 5 do ids[#ids + 1] = asked[i] end
  local known_ids = known_among(ids)
  local fresh, by_page, known, seen = {}, {}, 0, {}
  local enqueued = '|' .. int(now) .. '|'
  for i = first, #asked, 5 do
    local id = asked[i]
    if seen[id] or (known_ids and known_ids[id]) then
      known = known + 1
    else
      local expires = instant(asked[i + 3], now)
      local command = parse(IN_LANE .. asked[i + 1] .. enqueued .. (expires and int(expires) or '') .. '\n' .. asked[i + 4])
      if not command then return redis.error_reply('outbound: malformed fixed line of ' .. id) end
      if has(command.options, BLOB) and call('EXISTS', P .. 'blob:' .. id) == 0 then return { -4, id } end
      seen[id] = true
      fresh[#fresh + 1] = { id = id, command = command, due = instant(asked[i + 2], now), expires = expires }
      by_page[command.page] = (by_page[command.page] or 0) + 1
    end
  end
  for page, number in pairs(by_page) do
    local waiting = tonumber(call('HGET', P .. 'depth', page) or '0')
    if waiting + number > depth_max then return { -1, page, waiting } end
  end

  local due_now, records = {}, {}
  for _, each in ipairs(fresh) do
    if each.due and each.due > now then
      each.command.state = 'S'
      later(each.id, each.due)
    else
      due_now[#due_now + 1] = each
    end
  end
  enter_all(due_now)
  for _, each in ipairs(fresh) do
    records[#records + 1] = each.id
    records[#records + 1] = record_of(each.command)
    if has(each.command.options, BLOB) then call('PERSIST', P .. 'blob:' .. each.id) end
    if each.expires then
      call('ZADD', P .. 'expiring', int(each.expires), each.id)
      alarm(each.expires)
    end
  end
  if #records > 0 then call('HSET', P .. 'commands', unpack(records)) end
  for page, number in pairs(by_page) do call('HINCRBY', P .. 'depth', page, number) end
  if #fresh > 0 then wake() end
  return { #fresh, known }
end
