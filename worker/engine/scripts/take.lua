-- uses: lanes ending budgets held others loading
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

local SHARE_MAX = 25 -- a Page with more than this ready has batches of its own
local LANES_MAX = 4 -- or with more lanes than this

local facts = call('HMGET', profile_key, '@rates', '@types', '@looked:i', '@looked:b')
if not facts[2] then return { -1, 0, 0, 0 } end
local default_rates = rates_of(facts[1] or '', {})

local ids = {}
local chunk = { -- see loading.lua
  now = now, policy = policy, digest = ARGV[3], types = facts[2], limit = limit, mark = worker .. '#' .. token,
  ids = ids, chosen = {}, answer = {}, updates = {}, paid = {}, has_media = nil,
  closed = false, touched = 0, elsewhere = false,
}
local app = nil -- of the Page whose commands came first

-- Runs `takes`; with scopes to probe it may take one command, whose call tries whether they can go on.
local function probe_with(scopes, takes)
  if not scopes then return takes() end
  local most = limit
  limit, chunk.limit = 1, 1
  local result = takes()
  if #ids > 0 then
    begin_probe(scopes, chunk.mark, now)
  else
    limit, chunk.limit = most, most
  end
  return result
end

-- Takes from the Page's lanes by their turns. A Page that was only passed over, for not fitting into this chunk, keeps
-- its own.
local function visit(page, page_turn, priority, rates, fingerprint)
  local ring = P .. 'ring:' .. priority .. ':' .. page
  local back, passed, seen, before = {}, false, {}, #ids
  while #ids < limit and not chunk.closed and chunk.touched < TOUCHED_MAX do
    local popped = call('ZPOPMIN', ring)
    local lane = popped[1]
    if not lane then break end
    if seen[lane] then
      back[#back + 1] = lane
      break
    end
    seen[lane] = true
    chunk.touched = chunk.touched + 1
    if chunk.has_media ~= nil and chunk.has_media ~= (class_of(lane) == MEDIA) then
      back[#back + 1] = lane
      passed = true
    else
      local held = sleep_while_held(lane, page, lane_scopes(lane), 'mending', fingerprint, chunk)
      if held == 'elsewhere' then chunk.elsewhere = true end
      local probed = not held and unproven(lane_scopes(lane), fingerprint)
      if probed and #ids > 0 then
        back[#back + 1] = lane
        passed = true
      elseif held == 'elsewhere' or (not held and probe_with(probed, function()
        return take_from(chunk, lane, page, priority, rates, popped[2])
      end)) then
        back[#back + 1] = lane
      end
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

-- A search passes over so many Pages that this worker cannot take from, and leaves them their turns; the next ones like it
-- look behind those for a while, and then from the first one again. Where it was is kept with what it knows.
local PASSED_MAX = 400
local BEHIND_MS = 1000
local function passed_before(priority)
  local score, at = string.match(facts[priority == 'i' and 3 or 4] or '', '^(%d+)|(%d+)$')
  return score and now - at <= BEHIND_MS and score or nil
end

local function next_page(ready, behind)
  local found = behind and call('ZRANGEBYSCORE', ready, '(' .. behind, '+inf', 'WITHSCORES', 'LIMIT', 0, 1) or {}
  if found[1] then
    call('ZREM', ready, found[1])
  else
    found = call('ZPOPMIN', ready)
  end
  return found[1], found[2]
end

-- `share`: only Pages that have nothing interactive ready, for a Page's bulk waits behind its own.
local function search(priority, share)
  local ready, behind = P .. 'ready:' .. priority, passed_before(priority)
  local put_back, seen = {}, {}
  local passed = 0
  local function pass_over(page, score)
    put_back[#put_back + 1] = { score, page }
    passed = passed + 1
    if passed == PASSED_MAX then call('HSET', profile_key, '@looked:' .. priority, int(tonumber(score)) .. '|' .. int(now)) end
  end
  while #ids < limit and not chunk.closed and chunk.touched < TOUCHED_MAX and passed < PASSED_MAX do
    local page, score = next_page(ready, behind)
    if not page then break end
    chunk.touched = chunk.touched + 1
    if seen[page] then
      put_back[#put_back + 1] = { score, page }
      break
    end
    seen[page] = true
    local mine = call('HGET', profile_key, page)
    if share and call('ZSCORE', P .. 'ready:i', page) then
      pass_over(page, score)
    elseif not mine then
      if known_to_another(chunk.digest, page) then
        chunk.elsewhere = true
        pass_over(page, score)
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
      rates = slowed(page, rates, now)
      local scopes = { 'page:' .. page, 'app:' .. page_app }
      local held = sleep_while_held(page, page, scopes, 'unserved', fingerprint, chunk)
      local probed = not held and unproven(scopes, fingerprint)
      if held == 'elsewhere' then
        chunk.elsewhere = true
        pass_over(page, score)
      elseif not held and (#ids == 0 or (not probed and page_app == app and has_few(page, priority))) then
        local is_first = #ids == 0
        if is_first then app = page_app end
        after_a_hold(page, page, rates, CLASSES, now)
        probe_with(probed, function() visit(page, score, priority, rates, fingerprint) end)
        if is_first and #ids > 0 and (app == '' or #ids > SHARE_MAX) then break end
      elseif not held then
        put_back[#put_back + 1] = { score, page }
      end
    end
  end
  for _, each in ipairs(put_back) do call('ZADD', ready, 'NX', each[1], each[2]) end
end

if ARGV[7] == 'b' then search('b', true) end
if #ids == 0 and chunk.touched < TOUCHED_MAX then search('i') end
if #ids == 0 and chunk.touched < TOUCHED_MAX then search('b') end

if #ids > 0 then
  call('HSET', P .. 'commands', unpack(chunk.updates))
  call('HSET', P .. 'tokens', worker, token)
  call('HSET', P .. 'taken:' .. worker, token, 'w' .. int(now) .. table.concat(chunk.paid) .. '|' .. table.concat(ids, ','))
end
write_counts()
local more = call('EXISTS', P .. 'ready:i', P .. 'ready:b') > 0
if more and (#ids > 0 or chunk.elsewhere) then wake() end
local again = more and #ids == 0 and not chunk.elsewhere
return { #ids, again and 1 or 0, chunk.elsewhere and 1 or 0, next_in(), unpack(chunk.answer) }
