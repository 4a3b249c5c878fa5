-- uses: lanes ending others
-- sendable.lua: what of a lane is fit to be sent, and what becomes of the rest: it ends, waits elsewhere, or is put aside.

-- Pages of which some people are remembered as gone, or have opted out.
local gone_pages = {}
local function some_are_gone(page)
  if gone_pages[page] == nil then gone_pages[page] = call('EXISTS', P .. 'gone:' .. page, P .. 'opted:' .. page) > 0 end
  return gone_pages[page]
end

-- Whether a message answers its person, who has written since whatever is remembered of them. A body is JSON, whose
-- texts hold no quote of their own.
local function is_response(command)
  return string.find(command.rest, '"messaging_type":"RESPONSE"', 1, true) ~= nil
end

-- Who of the people of a lane's records is remembered as gone or has opted out, as a set; nil when nobody of the Page is.
local function gone_among(page, head, records)
  if not some_are_gone(page) then return nil end
  local people, found = {}, {}
  for _, record in ipairs(records) do
    if record and string.find(record, head, 1, true) == 1 then
      people[#people + 1] = string.match(record, '^[^|\n]*', #head + 1)
    end
  end
  if #people == 0 then return found end
  for _, key in ipairs({ P .. 'gone:' .. page, P .. 'opted:' .. page }) do
    for i, fact in ipairs(call('HMGET', key, unpack(people))) do
      if fact then found[people[i]] = true end
    end
  end
  return found
end

-- Whether its person does not want it: of what they opted out, `bulk` or `everything`, they are sent no answer either.
local function opted_out(command)
  local scope = call('HGET', P .. 'opted:' .. command.page, command.person)
  return scope and (scope == 'everything' or command.priority == 'b')
end

-- Why a command is not sent although it could be: its recipient is gone or has opted out, or the step before it failed.
local function not_wanted(id, command, now)
  local is_looked_at = some_are_gone(command.page) and has(command.options, SEEN) and command.person ~= ''
  if is_looked_at and opted_out(command) then return 'refused', '{"reason":"the recipient opted out"}' end
  if is_looked_at and not is_response(command) then
    local fact = call('HGET', P .. 'gone:' .. command.page, command.person)
    local until_ms, what = string.match(fact or '', '^(%d+)|(%a+)$')
    if until_ms and tonumber(until_ms) > now then
      return 'refused', '{"reason":"the recipient was ' .. what .. ' when it was last tried","answer":{"row":"recipient-remembered"}}'
    elseif until_ms then
      call('HDEL', P .. 'gone:' .. command.page, command.person)
    end
  end
  if has(command.options, STOPS) then
    local base, step = string.match(id, '^(.*%.)(%d+)$')
    local before = base and call('GET', P .. 'outcome:' .. base .. int(tonumber(step) - 1))
    if before and string.sub(before, 1, 5) ~= 'sent|' then
      return 'cancelled', '{"reason":"the step before it was not sent"}'
    end
  end
  return nil
end

-- What a command costs its lane's class, and what it costs others: "" is one call, "3" are three, "3,t2" are three
-- and two of class t beside. What it costs others cannot be waited for, and leaves a debt there. nil when it is damaged:
-- a number without a bound would stop its lane for ever.
local function cost_of(command)
  if command.cost == '' then return 1, {} end
  local own, rest = string.match(command.cost, '^(%d%d?%d?)([,%l%d]*)$')
  if not own or string.gsub(rest, ',%l%d%d?%d?', '') ~= '' then return nil end
  local others = {}
  for class, calls in string.gmatch(rest, ',(%l)(%d+)') do others[class] = tonumber(calls) end
  return tonumber(own), others
end

-- A command that is to be in another lane is there, unless its record is damaged: then it is in none. So it is held to
-- be where that lane is too long to be searched: an id is in one lane all its life.
local function is_in_none(id, command)
  local SEARCHED_MAX = 10000
  local key = P .. 'lane:' .. lane_of(command)
  return call('LLEN', key) > SEARCHED_MAX or not call('LPOS', key, id)
end

local function park(id, command)
  command.state = 'P'
  keep(id, command)
  call('SADD', P .. 'parked', command.type)
  call('RPUSH', P .. 'parked:' .. command.type, id)
end

-- The command of a record that was found in a lane, what it costs the lane's class, and what others; or nil and what the
-- lane's taker does: 'skip', or 'elsewhere' when only another worker knows its type.
local function fit_to_send(id, record, lane, chunk)
  local now, command = chunk.now, parse(record)
  local function put_aside()
    quarantine(id, record, string.match(lane, '^[^/]+'), now)
    return nil, 'skip'
  end
  if not command then return put_aside() end
  if command.state ~= 'L' then return nil, 'skip' end
  if lane_of(command) ~= lane then
    if is_in_none(id, command) then return put_aside() end
    return nil, 'skip'
  end
  if command.expires_ms ~= '' and tonumber(command.expires_ms) <= now then
    finish(id, command, 'expired', '{"reason":"it was not sent within expires_in"}', false, now, chunk.policy)
    return nil, 'skip'
  end
  local outcome, detail = not_wanted(id, command, now)
  if outcome then
    finish(id, command, outcome, detail, false, now, chunk.policy)
    return nil, 'skip'
  end
  if not string.find(chunk.types, ',' .. command.type .. ',', 1, true) then
    if known_to_another(chunk.digest, command.page, knows_type(command.type)) then return nil, 'elsewhere' end
    if string.find(command.type, '[^%w_]') then return put_aside() end
    park(id, command)
    return nil, 'skip'
  end
  local cost, others = cost_of(command)
  if not cost then return put_aside() end
  return command, cost, others
end
