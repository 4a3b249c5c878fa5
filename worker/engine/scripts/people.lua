-- uses: lanes ending
-- people.lua: what the entries of a broadcast's lane become. Those that begin with `@` are people, until they are taken:
-- then each is a command of its own.

-- Of a lane's entries: their ids, their records or false, and of a broadcast its key and whether it was cancelled.
local function made_of(lane, popped)
  local broadcast = string.match(lane, '^[^/]+/[^/]+/[^/]+/(.+)$')
  if not broadcast then return popped, call('HMGET', P .. 'commands', unpack(popped)), nil end
  local key = P .. 'broadcast:' .. broadcast
  local facts = call('HMGET', key, 'head', 'tail', 'taken', 'state')
  local head, tail, number = fixed_head(lane), facts[2], tonumber(facts[3])
  local is_whole = facts[1] == head and tail and string.find(tail, BROADCAST_TAIL) and number
  local ids_of, records = {}, {}
  for i, entry in ipairs(popped) do
    if string.sub(entry, 1, 1) ~= '@' then
      ids_of[i], records[i] = entry, call('HGET', P .. 'commands', entry)
    elseif is_whole then
      ids_of[i] = broadcast .. ':' .. int(number)
      records[i] = IN_LANE .. head .. string.sub(entry, 2) .. tail
      number = number + 1
    else
      ids_of[i], records[i] = entry, false
    end
  end
  return ids_of, records, key, facts[4] == 'cancelled'
end

-- Of a broadcast whose message is gone nobody can be sent to.
local function end_person(lane)
  local page, broadcast = string.match(lane, '^([^/]+)/[^/]+/[^/]+/(.+)$')
  if not page then return end
  if call('EXISTS', P .. 'broadcast:' .. broadcast) == 0 then broadcast = '' end
  count_many(page, broadcast, 'refused', 1)
end
