-- uses: lanes ending
-- evidence.lua: proof that a command was sent although its attempt was not settled so: a late answer of Graph, or an
-- echo.

-- The broadcast of a command that has ended: its record tells, while it is a dead letter; else its id, <broadcast>:<n>.
local function broadcast_of(id)
  local letter = call('HGET', P .. 'dead:records', id)
  local command = letter and parse(letter)
  if command then return command.broadcast end
  local broadcast = string.match(id, '^(.+):%d+$')
  return broadcast and call('EXISTS', P .. 'counts:broadcast:' .. broadcast) == 1 and broadcast or ''
end

-- Success turns what waits, or ended in doubt (`unknown`; or `expired` or `cancelled` after an attempt that may have
-- arrived), into `sent`, and changes nothing else. Answers 1 when it did.
local function prove_sent(id, detail, now, policy)
  local record = call('HGET', P .. 'commands', id)
  local command = record and parse(record)
  if command then
    if command.state == 'T' or command.attempts == 0 then return 0 end
    flag(command, REPEATED)
    call('ZREM', P .. 'later', id)
    finish(id, command, 'sent', detail, false, now, policy)
    return 1
  end
  local outcome = call('GET', P .. 'outcome:' .. id)
  local was, attempts, flags, page, kind = string.match(outcome or '', '^(%l+)|(%d+)|%d+|(%l*)|([^|]*)|([^|]*)|')
  local doubtful = was == 'unknown' or ((was == 'expired' or was == 'cancelled') and has(flags, REPEATED))
  if not doubtful then return 0 end
  local ended = { attempts = tonumber(attempts), flags = flags, page = page, type = kind }
  local counted, broadcast = { 'counts', 'counts:' .. page }, broadcast_of(id)
  if broadcast ~= '' then counted[3] = 'counts:broadcast:' .. broadcast end
  write_outcome(id, ended, 'sent', detail, now, policy)
  call('ZREM', P .. 'dead', id)
  call('HDEL', P .. 'dead:records', id)
  call('DEL', P .. 'blob:' .. id)
  forget_later(id, policy.outcome_ms) -- it was kept for as long as the letter
  for _, key in ipairs(counted) do
    call('HINCRBY', P .. key, was, -1)
    call('HINCRBY', P .. key, 'sent', 1)
  end
  return 1
end
