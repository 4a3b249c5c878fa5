-- uses: lanes ending holding
-- returning.lua: how taken commands come back when their worker does not settle them.
--
-- `taken:<worker>` is a hash: token → "w" (no request begun) or "b" (begun) .. when it was taken, in ms .. what it cost
-- (`budgets.lua`) .. "|" .. ids, comma-separated, in order.

-- A request had begun, and nobody knows what became of it: law 8.
local function return_in_doubt(id, command, now, policy)
  command.mark = ''
  command.attempts = command.attempts + 1
  command.reaps = command.reaps + 1
  count(command.page, 'reaped')
  local seen = has(command.options, SEEN)
  if seen and has(command.options, AT_MOST_ONCE) then
    return finish(id, command, 'unknown', '{"reason":"the worker died while the request was open"}', true, now, policy)
  end
  if seen then flag(command, REPEATED) end
  if command.reaps >= 2 then flag(command, SUSPECT) end
  if command.attempts >= policy.attempts_max then
    local detail = '{"reason":"the worker died while the request was open, on every attempt"}'
    return finish(id, command, 'exhausted', detail, true, now, policy)
  end
  command.state = 'L'
  to_lane_head(id, command)
  keep(id, command)
end

-- Puts a chunk back at the head of its lanes, in its order; returns how many commands it held.
local function return_chunk(worker, token, now, policy)
  local entry = call('HGET', P .. 'taken:' .. worker, token)
  if not entry then return 0 end
  call('HDEL', P .. 'taken:' .. worker, token)
  local begun = string.sub(entry, 1, 1) == 'b'
  local mark = worker .. '#' .. token
  end_probe(mark, false, now)
  local ids = {}
  for id in string.gmatch(string.match(entry, '|(.*)'), '[^,]+') do ids[#ids + 1] = id end
  for i = #ids, 1, -1 do
    local record = call('HGET', P .. 'commands', ids[i])
    local command = record and parse(record)
    if command and command.state == 'T' and command.mark == mark then
      if begun then
        return_in_doubt(ids[i], command, now, policy)
      else
        command.state, command.mark = 'L', ''
        to_lane_head(ids[i], command)
        keep(ids[i], command)
      end
    elseif record and not command then
      local detail = '{"reason":"its record in Redis cannot be read, and its worker died"}'
      quarantine(ids[i], record, '?', now, begun and 'unknown' or nil, begun and detail or nil)
    end
  end
  return #ids
end

-- Returns chunks of a worker, newest first, so that the oldest stands at the head; true when none is left.
local function return_all(worker, now, policy)
  local tokens = call('HKEYS', P .. 'taken:' .. worker)
  table.sort(tokens, function(a, b) return tonumber(a) > tonumber(b) end)
  local touched = 0
  for _, token in ipairs(tokens) do
    if touched >= TOUCHED_MAX - 50 then return false, touched end
    touched = touched + return_chunk(worker, token, now, policy)
  end
  return true, touched
end

local function forget_worker(worker)
  call('HDEL', P .. 'workers', worker)
  call('HDEL', P .. 'workers:info', worker)
  call('HDEL', P .. 'tokens', worker)
  call('ZREM', P .. 'beats', worker)
  call('DEL', P .. 'wake:' .. worker)
end
