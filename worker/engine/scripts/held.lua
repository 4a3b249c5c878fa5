-- uses: lanes budgets others holding
-- held.lua: what of a Page is held when it is taken from, and how it comes back. The form of holds: holding.lua.

-- The time until which one of the scopes is held, or nil; and whether only this worker's token is. Of several holds the
-- one that ends last counts; one made for another token does not hold this worker.
local any_hold = nil
local function held_until(scopes, fingerprint, now)
  if any_hold == nil then any_hold = call('EXISTS', P .. 'hold') == 1 end
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

-- Puts a Page or lane to sleep for as long as one of its scopes is held. Answers nil when none is; 'elsewhere', when a
-- present worker has another token, which is not held, to which it is left; else 'asleep'. `mended` is where it is noted
-- that a worker that comes with another token frees it.
local function sleep_while_held(member, page, scopes, mended, fingerprint, chunk)
  local held, for_token = held_until(scopes, fingerprint, chunk.now)
  if not held then return nil end
  local function can_go_on(entry)
    local theirs = held_until(scopes, string.match(entry, '^[^;]*;([^;]*);'), chunk.now)
    if theirs then held = math.min(held, theirs) end
    return not theirs
  end
  if for_token and known_to_another(chunk.digest, page, can_go_on) then return 'elsewhere' end
  if for_token then call('SADD', P .. mended, member) end
  call('HSET', P .. 'gentle', member, '1')
  put_to_sleep(member, held)
  return 'asleep'
end

-- Of scopes that are not held, those that an answer of Graph held before: one call tries first. nil when there is none.
local any_probing = nil
local function unproven(scopes, fingerprint)
  if any_probing == nil then any_probing = call('EXISTS', P .. 'probing') == 1 end
  if not any_probing then return nil end
  local found = nil
  for i, made_for in ipairs(call('HMGET', P .. 'probing', unpack(scopes))) do
    if made_for == '' or made_for == fingerprint then
      found = found or {}
      found[#found + 1] = scopes[i]
    end
  end
  return found
end

-- A Page or lane that was held comes back gently: with one call free, not with a burst.
local any_gentle = nil
local function after_a_hold(member, page, rates, classes, now)
  if any_gentle == nil then any_gentle = call('EXISTS', P .. 'gentle') == 1 end
  if not any_gentle or call('HDEL', P .. 'gentle', member) == 0 then return end
  for _, class in ipairs(classes) do
    local rate = rates[class]
    if rate and rate.kind == 'g' then
      fill_at(page, class, math.max(full_at(page, class, now), now + (rate.b - 1) * rate.a), now)
    end
  end
end
