-- uses: lanes
-- explain.lua: everything that is known of one command, in one consistent look. Writes nothing.
--
-- ARGV[1]  id
-- Answers a flat list of names and values: outcome, record, and of a waiting command: lane_position, lane_length,
-- lane_sleeps_until, page_sleeps_until, due, conversation_ahead, hold_page, hold_lane; then history (a list), dead, now.

local id = ARGV[1]
local SEARCH_MAX = 10000
local answer = {}
local function tell(name, value)
  if value then
    answer[#answer + 1] = name
    answer[#answer + 1] = value
  end
end

local time = call('TIME')
tell('now', int(time[1] * 1000 + math.floor(time[2] / 1000)))
tell('outcome', call('GET', P .. 'outcome:' .. id))
tell('dead', call('ZSCORE', P .. 'dead', id))
tell('history', call('LRANGE', P .. 'history:' .. id, 0, -1))
local record = call('HGET', P .. 'commands', id)
tell('record', record)
local command = record and parse(record)
if command then
  local lane = lane_of(command)
  tell('lane', lane)
  tell('lane_length', call('LLEN', P .. 'lane:' .. lane))
  tell('lane_sleeps_until', call('ZSCORE', P .. 'asleep', lane))
  tell('page_sleeps_until', call('ZSCORE', P .. 'asleep', command.page))
  tell('hold_page', call('HGET', P .. 'hold', 'page:' .. command.page))
  tell('hold_lane', call('HGET', P .. 'hold', 'lane:' .. lane))
  tell('due', call('ZSCORE', P .. 'later', id))
  tell('rate', call('HGET', P .. 'rate', command.page .. '/' .. command.class))
  tell('unserved', call('SISMEMBER', P .. 'unserved', command.page))
  if command.state == 'L' then
    tell('lane_position', call('LPOS', P .. 'lane:' .. lane, id, 'MAXLEN', SEARCH_MAX))
  elseif command.state == 'W' then
    for person in string.gmatch(command.people, '[^,]+') do
      local key = P .. 'conversation:' .. conversation(command, person)
      local place = call('LPOS', key, id, 'MAXLEN', SEARCH_MAX)
      if place then
        tell('conversation_ahead', place + 1)
        break
      end
    end
  end
end
return answer
