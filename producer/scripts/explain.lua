-- uses: lanes
-- explain.lua: everything that is known of one command, in one consistent look. Writes nothing.
--
-- ARGV[1]  id
-- Answers a flat list of names and values, each only where there is one:
--   now, outcome, history (a list), dead (when it was buried), letter (its record then), record, and of a command that has not ended:
--   lane, lane_length, lane_position (entries before it), ahead (entries of the same rate class that go first whatever
--   their turn), rivals (a list: what waits in each other bulk lane, of the latest 100 broadcasts), lane_sleeps_until, page_sleeps_until, due, slow, rate, log_calls and log_oldest (its window, so far),
--   unserved, conversation_ahead (commands before it, the head included), worker_info, worker_beat, begun, taken_at (while taken)
--   holds (a list: scope, its holds, scope, its holds, …)
--   profiles (a list of five for each kind of worker: its last heartbeat, its entry of the Page or '', its rates, its types,
--   and why Graph answers none of them, or '')
-- and of the person of a broadcast who was not taken yet, whose id is <broadcast>:<n>:
--   broadcast (a list: head, state, added, taken), with lane, lane_length, lane_position, holds, profiles and so on

local id = ARGV[1]
local SEARCH_MAX = 100000
local WORKERS_MAX = 1000
local BROADCASTS_MAX = 100
local answer = {}
local function tell(name, value)
  if value then
    answer[#answer + 1] = name
    answer[#answer + 1] = value
  end
end

-- Answers why a worker takes Graph to be down, or nil while it does not.
local function away(worker)
  local good, info = pcall(cjson.decode, call('HGET', P .. 'workers:info', worker) or '{}')
  local graph = good and type(info) == 'table' and info.graph
  return type(graph) == 'table' and tostring(graph.reason) or nil
end

local apps = {}
local function tell_profiles(page)
  local latest, order, without, reaches = {}, {}, {}, {}
  local workers = call('HGETALL', P .. 'workers')
  for i = 1, math.min(#workers, 2 * WORKERS_MAX), 2 do
    local digest = workers[i + 1]
    local beat = tonumber(call('ZSCORE', P .. 'beats', workers[i]) or '0')
    if not latest[digest] then order[#order + 1] = digest end
    latest[digest] = math.max(beat, latest[digest] or 0)
    if not reaches[digest] then
      without[digest] = away(workers[i])
      reaches[digest] = not without[digest]
    end
  end
  local profiles = {}
  for _, digest in ipairs(order) do
    local facts = call('HMGET', P .. 'profile:' .. digest, page, '@rates', '@types')
    if facts[2] then
      profiles[#profiles + 1] = int(latest[digest])
      profiles[#profiles + 1] = facts[1] or ''
      profiles[#profiles + 1] = facts[2]
      profiles[#profiles + 1] = facts[3] or ''
      profiles[#profiles + 1] = without[digest] or ''
      local app = facts[1] and string.match(facts[1], '^([^;]*);')
      if app and app ~= '' then apps[app] = true end
    end
  end
  tell('profiles', profiles)
end

local function tell_holds(page, lane)
  local scopes = { 'page:' .. page, 'lane:' .. lane }
  local plain = string.match(lane, '^[^/]+/[^/]+/[^/]+')
  if plain ~= lane then scopes[#scopes + 1] = 'lane:' .. plain end
  scopes[#scopes + 1] = 'lane:' .. string.match(lane, '^[^/]+/[^/]+')
  for app in pairs(apps) do scopes[#scopes + 1] = 'app:' .. app end
  local holds = {}
  for _, scope in ipairs(scopes) do
    local hold = call('HGET', P .. 'hold', scope)
    if hold then
      holds[#holds + 1] = scope
      holds[#holds + 1] = hold
    end
  end
  tell('holds', holds)
end

-- Answers how much waits in each of the other bulk lanes of a Page and class that are not held: they go by turns.
local function rivals(page, class, own)
  local lengths = {}
  local plain = page .. '/' .. class .. '/b'
  local function add(lane)
    local length = lane ~= own and call('LLEN', P .. 'lane:' .. lane) or 0
    if length > 0 and call('HEXISTS', P .. 'hold', 'lane:' .. lane) == 0 then lengths[#lengths + 1] = length end
  end
  add(plain)
  for _, broadcast in ipairs(call('ZREVRANGE', P .. 'broadcasts', 0, BROADCASTS_MAX - 1)) do
    add(plain .. '/' .. broadcast)
  end
  return lengths
end

local function tell_lane(page, class, priority, lane)
  tell('lane', lane)
  tell('lane_length', call('LLEN', P .. 'lane:' .. lane))
  tell('lane_sleeps_until', call('ZSCORE', P .. 'asleep', lane))
  tell('page_sleeps_until', call('ZSCORE', P .. 'asleep', page))
  tell('slow', call('HGET', P .. 'slow', page))
  tell('rate', call('HGET', P .. 'rate', page .. '/' .. class))
  tell('log_calls', call('LLEN', P .. 'log:' .. page .. '/' .. class))
  tell('log_oldest', call('LINDEX', P .. 'log:' .. page .. '/' .. class, 0))
  tell('unserved', call('SISMEMBER', P .. 'unserved', page))
  if priority == 'b' then
    tell('ahead', call('LLEN', P .. 'lane:' .. page .. '/' .. class .. '/i'))
    tell('rivals', rivals(page, class, lane))
  end
  tell_profiles(page)
  tell_holds(page, lane)
end

local function tell_conversation(command)
  local ahead = nil
  for person in string.gmatch(command.people, '[^,]+') do
    local key = P .. 'conversation:' .. conversation(command, person)
    local place = call('LPOS', key, id, 'MAXLEN', SEARCH_MAX)
    if place then ahead = math.max(ahead or 0, place + 1) end
  end
  tell('conversation_ahead', ahead)
end

local function tell_worker(command)
  local worker, token = string.match(command.mark, '^(.*)#(%d+)$')
  if not worker then return end
  tell('worker', worker)
  tell('worker_info', call('HGET', P .. 'workers:info', worker))
  tell('worker_beat', call('ZSCORE', P .. 'beats', worker))
  local entry = call('HGET', P .. 'taken:' .. worker, token)
  if not entry then return end
  tell('begun', string.sub(entry, 1, 1) == 'b' and 1 or 0)
  tell('taken_at', string.match(entry, '^%l(%d+)'))
end

local function tell_broadcast()
  local broadcast, number = string.match(id, '^(.+):(%d+)$')
  if not broadcast then return end
  local facts = call('HMGET', P .. 'broadcast:' .. broadcast, 'head', 'state', 'added', 'taken')
  local page, class = string.match(facts[1] or '', '^([^|]*)|([^|]*)|')
  if not (page and facts[2] and tonumber(facts[3]) and tonumber(facts[4])) then return end
  tell('broadcast', facts)
  local place = tonumber(number) - tonumber(facts[4])
  if place < 0 or tonumber(number) >= tonumber(facts[3]) then return end
  local lane = page .. '/' .. class .. '/b/' .. broadcast
  tell('lane_position', place)
  tell_lane(page, class, 'b', lane)
end

local time = call('TIME')
tell('now', int(time[1] * 1000 + math.floor(time[2] / 1000)))
tell('outcome', call('GET', P .. 'outcome:' .. id))
tell('dead', call('ZSCORE', P .. 'dead', id))
tell('letter', call('HGET', P .. 'dead:records', id))
tell('history', call('LRANGE', P .. 'history:' .. id, 0, -1))
local record = call('HGET', P .. 'commands', id)
tell('record', record)
local command = record and parse(record)
if command then
  local lane = lane_of(command)
  tell('due', call('ZSCORE', P .. 'later', id))
  tell_lane(command.page, command.class, command.priority, lane)
  if command.state == 'L' then
    tell('lane_position', call('LPOS', P .. 'lane:' .. lane, id, 'MAXLEN', SEARCH_MAX))
  elseif command.state == 'W' then
    tell_conversation(command)
  elseif command.state == 'T' then
    tell_worker(command)
  end
elseif not record and call('EXISTS', P .. 'outcome:' .. id) == 0 then
  tell_broadcast()
end
return answer
