-- uses: lanes ending budgets held sendable people
-- loading.lua: puts what a lane has ready into a chunk: a table that take.lua makes, with all that parts ask of it:
--   of the take: now, policy, digest (of what the worker knows), types (those it knows), limit, mark (worker#token)
--   of what it holds: ids, chosen (a set of them), answer, updates (of records), paid, has_media (nil while it is empty),
--   closed (nothing fits in any more), touched (entries), elsewhere (only another worker can go on)

local function pay(chunk, page, name, rate, calls)
  chunk.paid[#chunk.paid + 1] = spend(page, name, rate, calls, chunk.now)
end

-- A bucket is a limit of its own beside the lane's: private replies of a Page, menus of one user. A command is charged
-- to none, or to one or more: "private_reply", or of linked parts "private_reply*3,user_menu:7". What is more than a
-- bucket ever holds goes when that is full, and leaves a debt.
local function bucket_opens_at(chunk, command, rates)
  if command.bucket == '' then return nil end
  local opens, charged = nil, {}
  for name, calls in string.gmatch(command.bucket, '([^,*]+)%*?(%d?%d?)') do
    local rate = rates[string.match(name, '^[%w_]+')]
    if rate and rate.kind ~= 'off' then
      calls = tonumber(calls) or 1
      local free, at = budget(command.page, name, rate, calls, chunk.now)
      if free < math.min(calls, rate.kind == 'w' and rate.a or rate.b) then opens = math.max(opens or 0, at) end
      charged[#charged + 1] = { name, rate, calls }
    end
  end
  for _, each in ipairs(opens and {} or charged) do pay(chunk, command.page, each[1], each[2], each[3]) end
  return opens
end

-- Puts a command into the chunk; `taken` is its record from now on.
local function put_in(chunk, id, record, taken)
  local answer, updates = chunk.answer, chunk.updates
  chunk.ids[#chunk.ids + 1] = id
  chunk.chosen[id] = true
  answer[#answer + 1] = id
  answer[#answer + 1] = record
  updates[#updates + 1] = id
  updates[#updates + 1] = taken
end

-- What to do with one popped id: 'skip', 'take', or a reason to stop here.
local function look(chunk, id, record, lane, rates, free)
  if not record and string.sub(id, 1, 1) == '@' then end_person(lane) end
  if not record or chunk.chosen[id] then return 'skip' end
  local command, cost, others = fit_to_send(id, record, lane, chunk)
  if not command then return cost end
  local alone = has(command.options, ALONE) or has(command.flags, SUSPECT)
  if alone and #chunk.ids > 0 then return 'close' end
  if cost > free then return 'short', cost end
  local opens = bucket_opens_at(chunk, command, rates)
  if opens then
    command.state = 'R'
    keep(id, command)
    later(id, opens)
    return 'skip'
  end
  local is_fresh = command.attempts == 0 and command.reaps == 0 and command.flags == ''
  command.state, command.mark = 'T', chunk.mark
  put_in(chunk, id, record, is_fresh and first_taken(chunk.mark) .. command.rest or record_of(command))
  if alone then chunk.closed = true end
  for class, calls in pairs(others) do pay(chunk, command.page, class, rates[class], calls) end
  return 'take', cost
end

-- Takes a plain command (record.lua) without parsing it; false leaves it to `look`. `head` is how such a record of the
-- lane begins, `fresh` its state line once it is taken; who is `gone` is looked at.
local known_kinds = {}
local function take_plain(chunk, id, record, head, fresh, gone)
  if string.find(record, head, 1, true) ~= 1 or chunk.chosen[id] then return false end
  if gone and gone[string.match(record, '^[^|\n]*', #head + 1)] then return false end
  local kind = string.match(record, PLAIN_IN_LANE, #head + 1)
  if not kind then return false end
  if known_kinds[kind] == nil then
    local name = kind == '' and COMMONEST or kind
    known_kinds[kind] = string.find(chunk.types, ',' .. name .. ',', 1, true) ~= nil
  end
  if not known_kinds[kind] then return false end
  put_in(chunk, id, record, fresh .. string.sub(record, 2))
  return true
end

-- Takes from one lane. Answers true when it stays in turn, nil when it is empty or was put to sleep.
local function take_from(chunk, lane, page, priority, rates, lane_turn)
  local MEDIA_MAX = 10 -- media by URL is slow at Graph: few share a request
  local QUANTUM_MS = 250 -- bulk gathers this long for a fuller batch once its burst is spent
  local now, class = chunk.now, class_of(lane)
  local is_media = class == MEDIA
  local rate = rates[class]
  local key = P .. 'lane:' .. lane
  after_a_hold(lane, page, rates, { class }, now)
  local wanted = 1
  if priority == 'b' and rate and rate.kind == 'g' then
    wanted = math.max(1, math.min(call('LLEN', key), math.floor(QUANTUM_MS / rate.a), rate.b))
  end
  local free, at = budget(page, class, rate, wanted, now)
  local opens = priority == 'b' and rate and rate.kind ~= 'off' and gathers_until(page, class, now)
  if opens or free < wanted then
    if priority == 'i' then gather(page, class, at) end
    put_to_sleep(lane, math.max(opens or at, at, now + 1), lane_turn)
    return nil
  end
  -- what costs more than a whole burst cannot be split: it goes when the burst is full, and leaves a debt
  local full = rate and rate.kind ~= 'off' and free >= (rate.kind == 'g' and rate.b or rate.a)
  local room = math.min(chunk.limit, is_media and MEDIA_MAX or chunk.limit) - #chunk.ids
  local head, fresh = IN_LANE .. fixed_head(lane), first_taken(chunk.mark)
  local spent, stop = 0, nil
  while room > 0 and not stop and not chunk.closed and chunk.touched < TOUCHED_MAX and free > spent do
    local popped = call('LPOP', key, math.min(room, free - spent, TOUCHED_MAX - chunk.touched))
    if not popped then break end
    local ids_of, records, broadcast_key, cancelled = made_of(lane, popped)
    local gone = not cancelled and gone_among(page, head, records)
    local used = 0
    for i, id in ipairs(ids_of) do
      chunk.touched = chunk.touched + 1
      local what, cost = 'close', nil
      local ended = cancelled and records[i] and parse(records[i])
      if ended and ended.state == 'L' then
        finish(id, ended, 'cancelled', '{"reason":"its broadcast was cancelled"}', false, now, chunk.policy)
        what = 'skip'
      elseif not chunk.closed and free > spent then
        if records[i] and not cancelled and take_plain(chunk, id, records[i], head, fresh, gone) then
          what, cost = 'take', 1
        else
          what, cost = look(chunk, id, records[i], lane, rates, (full and spent == 0) and 1000000 or free - spent)
        end
      end
      if what == 'take' then
        spent = spent + cost
        room = room - 1
        chunk.has_media = is_media
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
  pay(chunk, page, class, rate, spent)
  if priority == 'i' and spent > 0 and rate and rate.kind ~= 'off' then gathered(page, class) end
  if is_media and #chunk.ids >= MEDIA_MAX then chunk.closed = true end
  if call('EXISTS', key) == 0 then return nil end
  if stop == 'elsewhere' then chunk.elsewhere = true end
  if stop == 'close' then chunk.closed = true end
  if stop == 'short' or free <= spent then
    local _, opens_at = budget(page, class, rate, wanted, now)
    if priority == 'i' then gather(page, class, opens_at) end
    put_to_sleep(lane, math.max(opens_at, now + 1), spent > 0 and turn() or lane_turn)
    return nil
  end
  return true
end
