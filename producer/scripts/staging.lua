-- uses: lanes accepting
-- staging.lua: batches of more parts than a script may touch. They are put aside in rounds, accepted in one step, and then
-- enter the queue in rounds: by their producer, or by the timer where that one is gone.
--
-- `staged:<ticket>` is a hash: number of the part, from 0 on → "id\nfixed line\ndue|expires\nbody"; and once it is accepted
-- `next`, the number of the first part that has not entered, and `total`. Until then it ends by itself after ALONE_MS,
-- as does what is left of it at the end, by which a repeat is known. `+<ticket>` stands in `later` while parts are left.

local ALONE_MS = 15 * 60000

local function staged(ticket)
  return P .. 'staged:' .. ticket
end

-- Lets the next parts of an accepted batch enter; returns how many are left. They count for the depth already.
local function enter_staged(ticket, now)
  local key = staged(ticket)
  local at = call('HMGET', key, 'next', 'total')
  local first, total = tonumber(at[1] or '0'), tonumber(at[2] or '0')
  local past = math.min(first + TOUCHED_MAX, total)
  if first >= past then return 0 end
  local numbers, asked, page = {}, {}, nil
  for number = first, past - 1 do numbers[#numbers + 1] = int(number) end
  for _, part in ipairs(call('HMGET', key, unpack(numbers))) do
    local id, fixed, due, expires, body = string.match(part or '', '^([^\n]*)\n([^\n]*)\n([^|\n]*)|([^\n]*)\n(.*)$')
    if id then
      for _, each in ipairs({ id, fixed, due, expires, body }) do asked[#asked + 1] = each end
      page = string.match(fixed, '^[^|]+')
    end
  end
  if page then call('HINCRBY', P .. 'depth', page, -#numbers) end
  accept(asked, 1, now, NEVER_MS)
  call('HDEL', key, unpack(numbers))
  call('HSET', key, 'next', int(past))
  if past < total then
    later('+' .. ticket, now)
  else
    call('PEXPIRE', key, ALONE_MS)
    call('ZREM', P .. 'later', '+' .. ticket)
  end
  return total - past
end
