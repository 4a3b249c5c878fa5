-- uses: lanes
-- budgets.lua: what a limit leaves free, what calls cost it, and what calls that never were give back.
--
-- A limit of a Page has a name: a lane's class, or a bucket. By its rate it is kept as
--   "g:25:40"      one call every 25 ms with a burst of 40 (GCRA): in the hash `rate`, under <page>/<name>, when the
--                  burst is full again, in ms; of a person's (`user_menu:77`) under `rate:<page>/<name>`, which ends
--                  by itself
--   "w:10:600000"  10 in any 600,000 ms (sliding log): in the list `log:<page>/<name>`, the times of calls; times in
--                  windows to come are a debt
--   "off"          not at all
-- What a chunk paid stands in its entry of `taken:<worker>`: for each limit ";<page>/<name>=" .. "g" and ms, or "w" and
-- a number of calls.

-- Reads "t:g:25:40,m:off,…" into a table of rates by name.
local function rates_of(text, into)
  for name, kind, a, b in string.gmatch(text, '([%w_]+):(%a+):?([%d.]*):?(%d*)') do
    into[name] = { kind = kind, a = tonumber(a), b = tonumber(b) }
  end
  return into
end

-- The key of a sliding log without the calls that are over, and how many are in it.
local function log_of(page, name, rate, now)
  local key = P .. 'log:' .. page .. '/' .. name
  while true do
    local oldest = call('LINDEX', key, 0)
    if not oldest or tonumber(oldest) > now - rate.b then return key, call('LLEN', key) end
    call('LPOP', key)
  end
end

local function is_of_person(name)
  return string.find(name, ':', 1, true) ~= nil
end

-- When the burst is full again.
local function full_at(page, name, now)
  local kept
  if is_of_person(name) then
    kept = call('GET', P .. 'rate:' .. page .. '/' .. name)
  else
    kept = call('HGET', P .. 'rate', page .. '/' .. name)
  end
  return math.max(now, tonumber(kept or '0'))
end

local function fill_at(page, name, at, now)
  local text = string.format('%.3f', at)
  if is_of_person(name) then
    call('SET', P .. 'rate:' .. page .. '/' .. name, text, 'PX', int(math.max(1, math.ceil(at - now))))
  else
    call('HSET', P .. 'rate', page .. '/' .. name, text)
  end
end

-- How many calls are free now, and when `wanted` of them will be.
local function budget(page, name, rate, wanted, now)
  if not rate or rate.kind == 'off' then return 1000000, now end
  if rate.kind == 'w' then
    wanted = math.min(wanted, rate.a)
    local key, used = log_of(page, name, rate, now)
    local free = rate.a - used
    if free >= wanted then return free, now end
    local frees = call('LINDEX', key, math.min(used, wanted - free) - 1)
    return free, frees and tonumber(frees) + rate.b or now + rate.b
  end
  local from = full_at(page, name, now)
  local free = math.floor(rate.b - (from - now) / rate.a + 0.000001) -- exact for a full budget, whatever the time
  return free, math.ceil(from + (math.min(wanted, rate.b) - rate.b) * rate.a)
end

-- Spends budget for calls, and answers what a chunk paid with them. What is over the limit is a debt: it counts as if it
-- were called in the windows that follow.
local function spend(page, name, rate, calls, now)
  if not rate or rate.kind == 'off' or calls == 0 then return '' end
  if rate.kind == 'w' then
    local key, used = log_of(page, name, rate, now)
    for i = used, used + calls - 1 do call('RPUSH', key, int(now + math.floor(i / rate.a) * rate.b)) end
    call('PEXPIRE', key, int(math.ceil((used + calls) / rate.a) * rate.b))
    return ';' .. page .. '/' .. name .. '=w' .. math.max(0, math.min(calls, rate.a - used))
  end
  fill_at(page, name, full_at(page, name, now) + calls * rate.a, now)
  return string.format(';%s/%s=g%.3f', page, name, math.floor(calls * rate.a * 1000) / 1000)
end

-- Gives back what a chunk paid, of which its worker knows that no call was made, and never more than leaves every window
-- within burst + rate * t. The calls that never were have made the others wait at least by their cost less the time
-- since, in which the budget may have filled up without them; in a log they are taken out as they were put in.
local function give_budget_back(paid, taken_ms, now)
  for field, kind, amount in string.gmatch(paid, '([^;=]+)=(%l)([%d.]+)') do
    if kind == 'w' then
      if tonumber(amount) > 0 then call('LREM', P .. 'log:' .. field, amount, taken_ms) end
    else
      local page, name = string.match(field, '^([^/]+)/(.+)$')
      local back = amount - (now - taken_ms)
      local full = page and full_at(page, name, 0) or 0
      if back > 0 and full > 0 then fill_at(page, name, math.ceil((full - back) * 1000) / 1000, now) end
    end
    if string.find(field, '^[^/]+/%l$') then
      for _, priority in ipairs({ '/i', '/b' }) do
        if call('ZSCORE', P .. 'asleep', field .. priority) then rouse(field .. priority) end
      end
    end
  end
end

-- Usage that nears Meta's limit puts a Page's calls further apart: `slow` is a hash, Page → until_ms | factor.
local any_slow = nil
local function slowed(page, rates, now)
  if any_slow == nil then any_slow = call('EXISTS', P .. 'slow') == 1 end
  local entry = any_slow and call('HGET', P .. 'slow', page)
  if not entry then return rates end
  local until_ms, factor = string.match(entry, '^(%d+)|([%d.]+)$')
  if not until_ms or tonumber(until_ms) <= now then
    call('HDEL', P .. 'slow', page)
    return rates
  end
  local slower = {}
  for _, class in ipairs(CLASSES) do
    local rate = rates[class]
    if rate and rate.kind == 'g' then
      slower[class] = { kind = 'g', a = rate.a * tonumber(factor), b = math.max(1, math.floor(rate.b / tonumber(factor))) }
    end
  end
  return setmetatable(slower, { __index = rates })
end

-- What is interactive and waits for budget has it gathered before bulk gets any: until then, and a little longer, for
-- the lane may be held or empty by then.
local function gather(page, class, opens)
  call('HSET', P .. 'gathering', page .. '/' .. class, int(opens))
end

local function gathered(page, class)
  call('HDEL', P .. 'gathering', page .. '/' .. class)
end

local function gathers_until(page, class, now)
  local opens = tonumber(call('HGET', P .. 'gathering', page .. '/' .. class) or '0')
  if opens == 0 then return nil end
  local GATHERED_MS = 500
  if opens + GATHERED_MS > now then return opens end
  gathered(page, class)
  return nil
end
