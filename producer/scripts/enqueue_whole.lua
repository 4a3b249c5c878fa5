-- uses: lanes accepting staging
-- enqueue_whole.lua: accepts a batch of any number of parts, all or none. Every step is safe to repeat.
--
-- ARGV[1]  what: 'stage', 'accept' or 'enter'
-- ARGV[2]  now_ms, for tests only, else ''
-- ARGV[3]  id of its ticket
-- stage:   ARGV[4] number of the first of these parts, from 0 on, ARGV[5…] five for each: see accepting.lua; all of one
--          Page, without bytes beside them. Answers {how many}; nothing is accepted by it.
-- accept:  ARGV[4] how many parts there are, ARGV[5] most commands that may wait for the Page, ARGV[6] <page>:<key> or '',
--          ARGV[7] digest of what is asked for, ARGV[8] id of its ticket, ARGV[9] for how many ms the key is kept. Answers
--          {how many, left to enter}, {-1, page, waiting} when the Page's queue is full, {-2, id of the first ticket} and
--          {-3, its id} as enqueue_once.lua, or {-5} when not all parts are there: then nothing was accepted.
-- enter:   lets the next parts enter; answers {0, left}.

local what, ticket = ARGV[1], ARGV[3]
local key = staged(ticket)

if what == 'enter' then
  free_before_writing()
  return { 0, enter_staged(ticket, clock(ARGV[2])) }
end

if what == 'stage' then
  if call('HEXISTS', key, 'next') == 1 then return { 0 } end -- a repeat that came late
  local fields, number = {}, tonumber(ARGV[4])
  for i = 5, #ARGV, 5 do
    if not parse(IN_LANE .. ARGV[i + 1] .. '|0|\n') then
      return redis.error_reply('outbound: malformed fixed line of ' .. ARGV[i])
    end
    fields[#fields + 1] = int(number)
    fields[#fields + 1] = ARGV[i] .. '\n' .. ARGV[i + 1] .. '\n' .. ARGV[i + 2] .. '|' .. ARGV[i + 3] .. '\n' .. ARGV[i + 4]
    number = number + 1
  end
  call('HSET', key, unpack(fields))
  call('PEXPIRE', key, ALONE_MS)
  return { #fields / 2 }
end

local total = tonumber(ARGV[4])
local at = call('HMGET', key, 'next', 'total')
if at[1] then return { total, tonumber(at[2]) - tonumber(at[1]) } end -- the answer was lost
local once = ARGV[6] ~= '' and P .. 'idempotent:' .. ARGV[6]
if once then
  local digest, first = string.match(call('GET', once) or '', '^(%x+)|(.*)$')
  if digest then return { digest == ARGV[7] and -2 or -3, first } end
end
if call('HLEN', key) ~= total then return { -5 } end
local page = string.match(call('HGET', key, '0') or '', '^[^\n]*\n([^|]+)')
if not page then return { -5 } end
local waiting = tonumber(call('HGET', P .. 'depth', page) or '0')
if waiting + total > tonumber(ARGV[5]) then return { -1, page, waiting } end
call('HSET', key, 'next', '0', 'total', int(total))
call('PERSIST', key)
call('HINCRBY', P .. 'depth', page, int(total))
if once then call('SET', once, ARGV[7] .. '|' .. ARGV[8], 'PX', ARGV[9]) end
return { total, enter_staged(ticket, clock(ARGV[2])) }
