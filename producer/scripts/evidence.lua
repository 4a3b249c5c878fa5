-- evidence.lua: proof that a command was sent although its attempt was not settled so: a late answer of Graph, or an
-- echo. Needs lanes.lua, ending.lua.

-- Success turns what waits, or ended `unknown`, into `sent`, and changes nothing else. Answers 1 when it did.
local function prove_sent(id, detail, now, policy)
  local record = call('HGET', P .. 'commands', id)
  local command = record and parse(record)
  if command then
    if command.state == 'T' or command.attempts == 0 then return 0 end
    flag(command, 'r')
    call('ZREM', P .. 'later', id)
    finish(id, command, 'sent', detail, false, now, policy)
    return 1
  end
  local outcome = call('GET', P .. 'outcome:' .. id)
  local attempts, flags, page, kind = string.match(outcome or '', '^unknown|(%d+)|%d+|(%l*)|([^|]*)|([^|]*)|')
  if not attempts then return 0 end
  local ended = { attempts = tonumber(attempts), flags = flags, page = page, type = kind }
  write_outcome(id, ended, 'sent', detail, now, policy)
  call('ZREM', P .. 'dead', id)
  call('HDEL', P .. 'dead:records', id)
  for _, key in ipairs({ 'counts', 'counts:' .. page }) do
    call('HINCRBY', P .. key, 'unknown', -1)
    call('HINCRBY', P .. key, 'sent', 1)
  end
  return 1
end
