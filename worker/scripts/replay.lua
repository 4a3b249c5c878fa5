-- uses: lanes ending
-- replay.lua: puts dead letters back on the queue, or drops them.
--
-- ARGV[1]  'replay', 'replay-doubtful' (also what may have arrived and asked for at most once) or 'drop'
-- ARGV[2]  now_ms, for tests only, else ''
-- ARGV[3…] ids
-- Answers {done, left alone}. A replayed command keeps its id and history, and joins its conversation's tail.

free_before_writing()
local what = ARGV[1]
local now = clock(ARGV[2])
local done, left = 0, 0
for i = 3, #ARGV do
  local id = ARGV[i]
  local record = call('HGET', P .. 'dead:records', id)
  local command = record and parse(record)
  if not record then
    left = left + 1
  elseif what == 'drop' then
    call('HDEL', P .. 'dead:records', id)
    call('ZREM', P .. 'dead', id)
    call('DEL', P .. 'blob:' .. id)
    done = done + 1
  else
    local outcome = call('GET', P .. 'outcome:' .. id) or ''
    local doubtful = string.sub(outcome, 1, 8) == 'unknown|'
    if not command or (doubtful and what ~= 'replay-doubtful') or call('HEXISTS', P .. 'commands', id) == 1 then
      left = left + 1
    else
      call('HDEL', P .. 'dead:records', id)
      call('ZREM', P .. 'dead', id)
      call('DEL', P .. 'outcome:' .. id)
      command.attempts, command.reaps, command.pending, command.mark = 0, 0, 0, ''
      command.flags = (doubtful or has(command.flags, 'r')) and 'r' or ''
      enter(id, command)
      keep(id, command)
      if command.expires_ms ~= '' then
        call('ZADD', P .. 'expiring', command.expires_ms, id)
        alarm(tonumber(command.expires_ms))
      end
      call('HINCRBY', P .. 'depth', command.page, 1)
      done = done + 1
    end
  end
end
if done > 0 then wake() end
return { done, left }
