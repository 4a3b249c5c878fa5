-- uses: lanes
-- enqueue.lua: accepts commands, all or none. Safe to repeat with the same ids: what is known already is left alone.
--
-- ARGV[1]  now_ms, for tests only, else ''
-- ARGV[2]  most commands that may wait for one Page
-- ARGV[3…] five for each command:
--   id
--   the first nine fields of the fixed line (page … options)
--   due: '' at once, '+ms' from now, or the absolute ms
--   expires: '' never, '+ms' from now, or the absolute ms
--   body
-- Answers {accepted, known already}, or {-1, page, waiting} when a Page's queue is full: then nothing was accepted.

local function instant(text, now)
  if text == '' then return nil end
  if string.sub(text, 1, 1) == '+' then return now + tonumber(string.sub(text, 2)) end
  return tonumber(text)
end

local now = clock(ARGV[1])
local depth_max = tonumber(ARGV[2])
local fresh, by_page, known = {}, {}, 0
local seen = {}
for i = 3, #ARGV, 5 do
  local id = ARGV[i]
  if seen[id] or call('HEXISTS', P .. 'commands', id) == 1 or call('EXISTS', P .. 'outcome:' .. id) == 1 then
    known = known + 1
  else
    if not parse('L\n' .. ARGV[i + 1] .. '||\n') then
      return redis.error_reply('outbound: malformed fixed line of ' .. id)
    end
    seen[id] = true
    fresh[#fresh + 1] = i
    local page = string.match(ARGV[i + 1], '^[^|]*')
    by_page[page] = (by_page[page] or 0) + 1
  end
end
for page, number in pairs(by_page) do
  local waiting = tonumber(call('HGET', P .. 'depth', page) or '0')
  if waiting + number > depth_max then return { -1, page, waiting } end
end

for _, i in ipairs(fresh) do
  local id, due, expires = ARGV[i], instant(ARGV[i + 2], now), instant(ARGV[i + 3], now)
  local fixed = ARGV[i + 1] .. '|' .. int(now) .. '|' .. (expires and int(expires) or '')
  local command = parse('L\n' .. fixed .. '\n' .. ARGV[i + 4])
  if due and due > now then
    command.state = 'S'
    later(id, due)
  else
    enter(id, command)
  end
  keep(id, command)
  if expires then
    call('ZADD', P .. 'expiring', int(expires), id)
    alarm(expires)
  end
end
for page, number in pairs(by_page) do call('HINCRBY', P .. 'depth', page, number) end
if #fresh > 0 then wake() end
return { #fresh, known }
