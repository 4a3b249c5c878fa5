-- uses: lanes ending budgets
-- take.lua: moves one chunk of ready commands to a worker and spends the rate budget for it.
--
-- ARGV[1]  worker
-- ARGV[2]  token: a number that grows with each take of this worker
-- ARGV[3]  profile: digest of what this worker knows (`profile:<digest>`)
-- ARGV[4]  policy
-- ARGV[5]  most commands in a chunk
-- ARGV[6]  now_ms, for tests only, else ''
-- ARGV[7]  'b' when this take is bulk's: then Pages that have nothing interactive ready are looked through for bulk first
-- Answers {taken, again, elsewhere, next_in_ms, id, record, id, record, …}; taken is -1 when the worker must say hello.
--   again: 1 when the bound on touched entries ended the search; elsewhere: 1 when only another worker can go on.
--
-- A repeat with the same token, whose reply may have been lost, answers the same chunk; one that comes after its chunk
-- was settled or given back takes nothing, since nobody would ever settle what it took.
--
-- A Page's turn is its place in `ready:<priority>`; within a Page each lane has its turn in `ring:<priority>:<page>`.

free_before_writing()
local worker, token, policy = ARGV[1], ARGV[2], policy_of(ARGV[4])
local profile_key = P .. 'profile:' .. ARGV[3]
local limit = tonumber(ARGV[5])
local now = clock(ARGV[6])
if call('HEXISTS', P .. 'workers', worker) == 0 then return { -1, 0, 0, 0 } end
local function next_in()
  return math.min(tonumber(call('GET', P .. 'next') or NEVER_MS) - now, 3600000)
end
local repeated = call('HGET', P .. 'taken:' .. worker, token)
if repeated then
  local chunk = { 0, 0, 0, next_in() }
  for id in string.gmatch(string.match(repeated, '|(.*)'), '[^,]+') do
    local record = call('HGET', P .. 'commands', id)
    if record then
      chunk[1] = chunk[1] + 1
      chunk[#chunk + 1] = id
      chunk[#chunk + 1] = record
    end
  end
  return chunk
end
if tonumber(token) <= tonumber(call('HGET', P .. 'tokens', worker) or '0') then return { 0, 1, 0, next_in() } end

local MEDIA_MAX = 10 -- media by URL is slow at Graph: few share a request
local SHARE_MAX = 25 -- a Page with more than this ready has batches of its own
local LANES_MAX = 4 -- or with more lanes than this
local QUANTUM_MS = 250 -- bulk gathers this long for a fuller batch once its burst is spent

local fresh_mark = 'T0;0;;' .. worker .. '#' .. token .. ';0' -- the state line of what is taken for the first time
local ids, chosen, answer, updates = {}, {}, {}, {}
local touched, closed, elsewhere = 0, false, false
local media, app = nil, nil

local facts = call('HMGET', profile_key, '@rates', '@types')
if not facts[2] then return { -1, 0, 0, 0 } end
local known_types = facts[2]

local default_rates = rates_of(facts[1] or '', {})

local paid = {} -- what this chunk costs, for a refund
local function pay(page, name, rate, calls)
  paid[#paid + 1] = spend(page, name, rate, calls, now)
end

-- A Page or lane that was held comes back gently: with one call free, not with a burst.
local any_gentle = call('EXISTS', P .. 'gentle') == 1
local function after_a_hold(member, page, rates, classes)
  if not any_gentle or call('HDEL', P .. 'gentle', member) == 0 then return end
  for _, class in ipairs(classes) do
    local rate = rates[class]
    if rate and rate.kind == 'g' then
      fill_at(page, class, math.max(full_at(page, class, now), now + (rate.b - 1) * rate.a))
    end
  end
end

local function hold_back(member, until_ms)
  call('HSET', P .. 'gentle', member, '1')
  put_to_sleep(member, until_ms)
end

-- Whether a present worker with another profile has a token of the Page, and `accepts(the Page's entry, digest)`.
local function known_to_another(page, accepts)
  local asked = {}
  for _, digest in ipairs(call('HVALS', P .. 'workers')) do
    if digest ~= ARGV[3] and not asked[digest] then
      asked[digest] = true
      local entry = call('HGET', P .. 'profile:' .. digest, page)
      if entry and (not accepts or accepts(entry, digest)) then return true end
    end
  end
  return false
end

local function knows_type(kind)
  return function(_, digest)
    local types = call('HGET', P .. 'profile:' .. digest, '@types') or ''
    return string.find(types, ',' .. kind .. ',', 1, true) ~= nil
  end
end

local function has_other_token(fingerprint)
  return function(entry)
    return string.match(entry, '^[^;]*;([^;]*);') ~= fingerprint
  end
end

local function park(id, command)
  command.state = 'P'
  keep(id, command)
  call('SADD', P .. 'parked', command.type)
  call('RPUSH', P .. 'parked:' .. command.type, id)
end

-- A bucket is a limit of its own beside the lane's: private replies of a Page, menus of one user.
local function bucket_opens_at(command, rates)
  if command.bucket == '' then return nil end
  local rate = rates[string.match(command.bucket, '^[%w_]+')]
  local free, at = budget(command.page, command.bucket, rate, 1, now)
  if free >= 1 then
    pay(command.page, command.bucket, rate, 1)
    return nil
  end
  return at
end

-- Why a command is not sent although it could be: its recipient is gone, or the step before it failed.
local gone_pages = {}
local function some_are_gone(page)
  if gone_pages[page] == nil then gone_pages[page] = call('EXISTS', P .. 'gone:' .. page) == 1 end
  return gone_pages[page]
end

local function not_wanted(command, id)
  if some_are_gone(command.page) and has(command.options, 's') and command.person ~= '' then
    local fact = call('HGET', P .. 'gone:' .. command.page, command.person)
    local until_ms, what = string.match(fact or '', '^(%d+)|(%a+)$')
    if until_ms and tonumber(until_ms) > now then
      return { 'refused', '{"reason":"the recipient was ' .. what .. ' when it was last tried","answer":{"row":"recipient-remembered"}}' }
    elseif until_ms then
      call('HDEL', P .. 'gone:' .. command.page, command.person)
    end
  end
  if has(command.options, 'c') then
    local base, step = string.match(id, '^(.*%.)(%d+)$')
    local before = base and call('GET', P .. 'outcome:' .. base .. int(tonumber(step) - 1))
    if before and string.sub(before, 1, 5) ~= 'sent|' then
      return { 'cancelled', '{"reason":"the step before it was not sent"}' }
    end
  end
  return nil
end

-- What a command costs its lane's class, and what it costs others: "" is one call, "3" are three, "3,t2" are three
-- and two of class t beside. What it costs others cannot be waited for, and leaves a debt there. nil when it is damaged:
-- a number without a bound would stop its lane for ever.
local NOTHING = {}
local function cost_of(command)
  if command.cost == '' then return 1, NOTHING end
  local own, rest = string.match(command.cost, '^(%d%d?%d?)([,%l%d]*)$')
  if not own or string.gsub(rest, ',%l%d%d?%d?', '') ~= '' then return nil end
  local others = {}
  for class, calls in string.gmatch(rest, ',(%l)(%d+)') do others[class] = tonumber(calls) end
  return tonumber(own), others
end

local lane_parts = {}
local function is_of(command, lane)
  local parts = lane_parts[lane]
  if not parts then
    local page, class, priority, broadcast = string.match(lane, '^([^/]+)/([^/]+)/([^/]+)/?(.*)$')
    parts = { page, class, priority, broadcast }
    lane_parts[lane] = parts
  end
  return command.page == parts[1] and command.class == parts[2] and command.priority == parts[3]
    and command.broadcast == parts[4]
end

-- A command that is to be in another lane is there, unless its record is damaged: then it is in none. So it is held to
-- be where that lane is too long to be searched: an id is in one lane all its life.
local SEARCHED_MAX = 10000
local function is_in_none(id, command)
  local key = P .. 'lane:' .. lane_of(command)
  return call('LLEN', key) > SEARCHED_MAX or not call('LPOS', key, id)
end

-- Of a broadcast whose message is gone nobody can be sent to.
local function end_person(lane)
  local page, broadcast = string.match(lane, '^([^/]+)/[^/]+/[^/]+/(.+)$')
  if not page then return end
  if call('EXISTS', P .. 'broadcast:' .. broadcast) == 0 then broadcast = '' end
  count_many(page, broadcast, 'refused', 1)
end

-- What to do with one popped id: 'skip', 'take', or a reason to stop here.
local function look(id, record, lane, rates, free)
  if not record and string.sub(id, 1, 1) == '@' then end_person(lane) end
  if not record or chosen[id] then return 'skip' end
  local page = string.match(lane, '^[^/]+')
  local command = parse(record)
  if not command then
    quarantine(id, record, page, 'L', now)
    return 'skip'
  end
  if command.state ~= 'L' then return 'skip' end
  if not is_of(command, lane) then
    if is_in_none(id, command) then quarantine(id, record, page, '?', now) end
    return 'skip'
  end
  if command.expires_ms ~= '' and tonumber(command.expires_ms) <= now then
    finish(id, command, 'expired', '{"reason":"it was not sent within expires_in"}', false, now, policy)
    return 'skip'
  end
  local reason = not_wanted(command, id)
  if reason then
    finish(id, command, reason[1], reason[2], false, now, policy)
    return 'skip'
  end
  if not string.find(known_types, ',' .. command.type .. ',', 1, true) then
    if known_to_another(command.page, knows_type(command.type)) then return 'elsewhere' end
    if string.find(command.type, '[^%w_]') then
      quarantine(id, record, page, '?', now)
    else
      park(id, command)
    end
    return 'skip'
  end
  local cost, others = cost_of(command)
  if not cost then
    quarantine(id, record, page, '?', now)
    return 'skip'
  end
  local alone = has(command.options, 'a') or has(command.flags, 'z')
  if alone and #ids > 0 then return 'close' end
  if cost > free then return 'short', cost end
  local opens = bucket_opens_at(command, rates)
  if opens then
    command.state = 'R'
    keep(id, command)
    later(id, opens)
    return 'skip'
  end
  ids[#ids + 1] = id
  chosen[id] = true
  answer[#answer + 1] = id
  answer[#answer + 1] = record
  command.state, command.mark = 'T', worker .. '#' .. token
  updates[#updates + 1] = id
  if command.attempts == 0 and command.reaps == 0 and command.flags == '' then
    updates[#updates + 1] = fresh_mark .. command.rest
  else
    updates[#updates + 1] = record_of(command)
  end
  if alone then closed = true end
  for class, calls in pairs(others) do pay(command.page, class, rates[class], calls) end
  return 'take', cost
end

-- Most commands are of the plainest kind: one call of their lane's class, in no bucket, with no time until which they are
-- to be sent. Such a one is taken without being parsed, which costs a third; false leaves it to `look`.
local PLAIN = '^[^|\n]*|([^|\n]*)|||m?s?u?l?|%d+|\n'
local heads, known_kinds = {}, {}
local function take_plain(id, record, lane, page)
  local head = heads[lane]
  if not head then
    head = 'L\n' .. string.gsub(lane, '/', '|') .. (string.find(lane, '^[^/]+/[^/]+/[^/]+/') and '|' or '||')
    heads[lane] = head
  end
  if string.find(record, head, 1, true) ~= 1 or chosen[id] then return false end
  local kind = string.match(record, PLAIN, #head + 1)
  if not kind or some_are_gone(page) then return false end
  if known_kinds[kind] == nil then
    local name = kind == '' and 'send_message' or kind
    known_kinds[kind] = string.find(known_types, ',' .. name .. ',', 1, true) ~= nil
  end
  if not known_kinds[kind] then return false end
  ids[#ids + 1] = id
  chosen[id] = true
  answer[#answer + 1] = id
  answer[#answer + 1] = record
  updates[#updates + 1] = id
  updates[#updates + 1] = fresh_mark .. string.sub(record, 2)
  return true
end

local function class_of(lane)
  return string.match(lane, '^[^/]+/([^/]+)')
end

-- Entries of a broadcast's lane that begin with `@` are people, until they are taken: then each is a command of its own.
local TAIL = '^|[^|\n]*|[^|\n]*|[^|\n]*|[^|\n]*|%d+|%d*\n$'
local function made_of(lane, popped)
  local broadcast = string.match(lane, '^[^/]+/[^/]+/[^/]+/(.+)$')
  if not broadcast then return popped, call('HMGET', P .. 'commands', unpack(popped)), nil end
  local key = P .. 'broadcast:' .. broadcast
  local facts = call('HMGET', key, 'head', 'tail', 'taken', 'state')
  local head, tail, number = string.gsub(lane, '/', '|') .. '|', facts[2], tonumber(facts[3])
  local is_whole = facts[1] == head and tail and string.find(tail, TAIL) and number
  local ids_of, records = {}, {}
  for i, entry in ipairs(popped) do
    if string.sub(entry, 1, 1) ~= '@' then
      ids_of[i], records[i] = entry, call('HGET', P .. 'commands', entry)
    elseif is_whole then
      ids_of[i] = broadcast .. ':' .. int(number)
      records[i] = 'L\n' .. head .. string.sub(entry, 2) .. tail
      number = number + 1
    else
      ids_of[i], records[i] = entry, false
    end
  end
  return ids_of, records, key, facts[4] == 'cancelled'
end

-- What is interactive and waits for budget has it gathered before bulk gets any: until then, and a little longer, for
-- the lane may be held or empty by then.
local GATHERED_MS = 500
local function gather(page, class, opens)
  call('HSET', P .. 'gathering', page .. '/' .. class, int(opens))
end

local function gathers_until(page, class)
  local opens = tonumber(call('HGET', P .. 'gathering', page .. '/' .. class) or '0')
  if opens == 0 then return nil end
  if opens + GATHERED_MS > now then return opens end
  call('HDEL', P .. 'gathering', page .. '/' .. class)
  return nil
end

-- Takes from one lane. Answers true when it stays in turn, nil when it is empty or was put to sleep.
local function take_from(lane, page, priority, rates, lane_turn)
  local class = class_of(lane)
  local is_media = class == 'm'
  local rate = rates[class]
  local key = P .. 'lane:' .. lane
  after_a_hold(lane, page, rates, { class })
  local wanted = 1
  if priority == 'b' and rate and rate.kind == 'g' then
    wanted = math.max(1, math.min(call('LLEN', key), math.floor(QUANTUM_MS / rate.a), rate.b))
  end
  local free, at = budget(page, class, rate, wanted, now)
  local opens = priority == 'b' and rate and rate.kind ~= 'off' and gathers_until(page, class)
  if opens or free < wanted then
    if priority == 'i' then gather(page, class, at) end
    put_to_sleep(lane, math.max(opens or at, at, now + 1), lane_turn)
    return nil
  end
  -- what costs more than a whole burst cannot be split: it goes when the burst is full, and leaves a debt
  local full = rate and rate.kind ~= 'off' and free >= (rate.kind == 'g' and rate.b or rate.a)
  local room = math.min(limit, is_media and MEDIA_MAX or limit) - #ids
  local spent, stop = 0, nil
  while room > 0 and not stop and not closed and touched < TOUCHED_MAX and free > spent do
    local popped = call('LPOP', key, math.min(room, free - spent, TOUCHED_MAX - touched))
    if not popped then break end
    local ids_of, records, broadcast_key, cancelled = made_of(lane, popped)
    local used = 0
    for i, id in ipairs(ids_of) do
      touched = touched + 1
      local what, cost = 'close', nil
      local ended = cancelled and records[i] and parse(records[i])
      if ended and ended.state == 'L' then
        finish(id, ended, 'cancelled', '{"reason":"its broadcast was cancelled"}', false, now, policy)
        what = 'skip'
      elseif not closed and free > spent then
        if records[i] and not cancelled and take_plain(id, records[i], lane, page) then
          what, cost = 'take', 1
        else
          what, cost = look(id, records[i], lane, rates, (full and spent == 0) and 1000000 or free - spent)
        end
      end
      if what == 'take' then
        spent = spent + cost
        room = room - 1
        media = is_media
      elseif what ~= 'skip' then
        for j = #popped, i, -1 do call('LPUSH', key, popped[j]) end
        stop = what
        if what == 'short' then wanted = cost end
        break
      end
      if id ~= popped[i] then used = used + 1 end
    end
    if used > 0 then call('HINCRBY', broadcast_key, 'taken', used) end
  end
  pay(page, class, rate, spent)
  if priority == 'i' and spent > 0 and rate and rate.kind ~= 'off' then
    call('HDEL', P .. 'gathering', page .. '/' .. class)
  end
  if is_media and #ids >= MEDIA_MAX then closed = true end
  if call('EXISTS', key) == 0 then return nil end
  if stop == 'elsewhere' then elsewhere = true end
  if stop == 'close' then closed = true end
  if stop == 'short' or free <= spent then
    local _, opens = budget(page, class, rate, wanted, now)
    if priority == 'i' then gather(page, class, opens) end
    put_to_sleep(lane, math.max(opens, now + 1), spent > 0 and turn() or lane_turn)
    return nil
  end
  return true
end

-- The time until which the Page or lane is held, or nil; and whether only this worker's token is. Of several holds the
-- one that ends last counts; one made for another token does not hold this worker.
local any_hold = call('EXISTS', P .. 'hold') == 1
local function held_until(scopes, fingerprint)
  if not any_hold then return nil end
  local found, for_token = nil, nil
  for _, hold in ipairs(call('HMGET', P .. 'hold', unpack(scopes))) do
    if hold then
      for until_ms, made_for in string.gmatch('\n' .. hold, '\n(%d+)|([^|]*)|') do
        local time = tonumber(until_ms)
        if time == 0 then time = NEVER_MS end
        if time > now and made_for == '' then
          found = math.max(time, found or 0)
        elseif time > now and made_for == fingerprint then
          for_token = math.max(time, for_token or 0)
        end
      end
    end
  end
  return found or for_token, not found
end

-- A throttle holds all lanes of a class, a lane's hold its broadcasts with it; a broadcast's own hold only the broadcast.
local function lane_scopes(lane)
  local class, plain = string.match(lane, '^([^/]+/[^/]+)(/[^/]+)')
  plain = class .. plain
  if plain == lane then return { 'lane:' .. class, 'lane:' .. lane } end
  return { 'lane:' .. class, 'lane:' .. plain, 'lane:' .. lane }
end

-- Takes from the Page's lanes by their turns. A Page that was only passed over, for not fitting into this chunk, keeps
-- its own.
local function visit(page, page_turn, priority, rates, fingerprint)
  local ring = P .. 'ring:' .. priority .. ':' .. page
  local back, passed, seen, before = {}, false, {}, #ids
  while #ids < limit and not closed and touched < TOUCHED_MAX do
    local popped = call('ZPOPMIN', ring)
    local lane = popped[1]
    if not lane then break end
    if seen[lane] then
      back[#back + 1] = lane
      break
    end
    seen[lane] = true
    touched = touched + 1
    local held, for_token = held_until(lane_scopes(lane), fingerprint)
    if media ~= nil and media ~= (class_of(lane) == 'm') then
      back[#back + 1] = lane
      passed = true
    elseif held and for_token and known_to_another(page, has_other_token(fingerprint)) then
      elsewhere = true
      back[#back + 1] = lane
    elseif held then
      if for_token then call('SADD', P .. 'mending', lane) end -- a worker that comes with another token frees it
      hold_back(lane, held)
    elseif take_from(lane, page, priority, rates, popped[2]) then
      back[#back + 1] = lane
    end
  end
  for _, lane in ipairs(back) do call('ZADD', ring, 'NX', turn(), lane) end
  if call('EXISTS', ring) == 1 then
    local keeps_turn = passed and #ids == before
    call('ZADD', P .. 'ready:' .. priority, 'NX', keeps_turn and page_turn or turn(), page)
  end
end

-- Whether the Page has few enough commands ready to share a batch with others of its app.
local function has_few(page, priority)
  local ready, lanes = 0, call('ZRANGE', P .. 'ring:' .. priority .. ':' .. page, 0, LANES_MAX)
  if #lanes > LANES_MAX then return false end
  for _, lane in ipairs(lanes) do
    ready = ready + call('LLEN', P .. 'lane:' .. lane)
  end
  return ready <= SHARE_MAX
end

-- Usage that nears Meta's limit puts a Page's calls further apart.
local any_slow = call('EXISTS', P .. 'slow') == 1
local function slowed(page, rates)
  local entry = any_slow and call('HGET', P .. 'slow', page)
  if not entry then return rates end
  local until_ms, factor = string.match(entry, '^(%d+)|([%d.]+)$')
  if not until_ms or tonumber(until_ms) <= now then
    call('HDEL', P .. 'slow', page)
    return rates
  end
  local slower = {}
  for _, class in ipairs({ 't', 'm', 'o' }) do
    local rate = rates[class]
    if rate and rate.kind == 'g' then
      slower[class] = { kind = 'g', a = rate.a * tonumber(factor), b = math.max(1, math.floor(rate.b / tonumber(factor))) }
    end
  end
  return setmetatable(slower, { __index = rates })
end

-- `share`: only Pages that have nothing interactive ready, for a Page's bulk waits behind its own.
local function search(priority, share)
  local ready = P .. 'ready:' .. priority
  local put_back, seen = {}, {}
  while #ids < limit and not closed and touched < TOUCHED_MAX do
    local popped = call('ZPOPMIN', ready)
    local page, score = popped[1], popped[2]
    if not page then break end
    touched = touched + 1
    if seen[page] then
      put_back[#put_back + 1] = { score, page }
      break
    end
    seen[page] = true
    local mine = call('HGET', profile_key, page)
    if share and call('ZSCORE', P .. 'ready:i', page) then
      put_back[#put_back + 1] = { score, page }
    elseif not mine then
      if known_to_another(page) then
        elsewhere = true
        put_back[#put_back + 1] = { score, page }
      else
        call('SADD', P .. 'unserved', page)
        put_to_sleep(page, NEVER_MS)
      end
    else
      local page_app, fingerprint, overrides = string.match(mine, '^([^;]*);([^;]*);(.*)$')
      local rates = default_rates
      if overrides ~= '' then
        rates = setmetatable(rates_of(overrides, {}), { __index = default_rates })
      end
      rates = slowed(page, rates)
      local held, for_token = held_until({ 'page:' .. page, 'app:' .. page_app }, fingerprint)
      if held and for_token and known_to_another(page, has_other_token(fingerprint)) then
        elsewhere = true
        put_back[#put_back + 1] = { score, page }
      elseif held then
        if for_token then call('SADD', P .. 'unserved', page) end -- a worker that comes with another token frees it
        hold_back(page, held)
      elseif #ids == 0 then
        app = page_app
        after_a_hold(page, page, rates, { 't', 'm', 'o' })
        visit(page, score, priority, rates, fingerprint)
        if #ids > 0 and (app == '' or #ids > SHARE_MAX) then break end
      elseif page_app == app and has_few(page, priority) then
        after_a_hold(page, page, rates, { 't', 'm', 'o' })
        visit(page, score, priority, rates, fingerprint)
      else
        put_back[#put_back + 1] = { score, page }
      end
    end
  end
  for _, each in ipairs(put_back) do call('ZADD', ready, 'NX', each[1], each[2]) end
end

if ARGV[7] == 'b' then search('b', true) end
if #ids == 0 and touched < TOUCHED_MAX then search('i') end
if #ids == 0 and touched < TOUCHED_MAX then search('b') end

if #ids > 0 then
  call('HSET', P .. 'commands', unpack(updates))
  call('HSET', P .. 'tokens', worker, token)
  call('HSET', P .. 'taken:' .. worker, token, 'w' .. int(now) .. table.concat(paid) .. '|' .. table.concat(ids, ','))
end
write_counts()
local more = call('EXISTS', P .. 'ready:i', P .. 'ready:b') > 0
if more and (#ids > 0 or elsewhere) then wake() end
local again = more and #ids == 0 and not elsewhere
return { #ids, again and 1 or 0, elsewhere and 1 or 0, next_in(), unpack(answer) }
