-- record.lua: the form of a command's record, in one place. producer/store/record.py says the same in Python, and
-- tests/laws/test_record.py holds the two together.
--
-- A command lies in the hash `commands` under its id, as a record of three parts:
--   state line   one letter (below), then, unless all are at their defaults,
--                attempts ; reaps ; flags ; mark ; pending
--                mark: worker#token while taken; pending: conversations in which it is not yet the head
--   fixed line   page | class | priority | broadcast | people | type | bucket | cost | options | enqueued_ms | expires_ms
--                class: one of CLASSES; priority: i (interactive) or b (bulk); people: whose conversations it joins,
--                comma-separated; type: '' is send_message; bucket: limits beside its class's (loading.lua);
--                cost: calls of the lane's class ('' is 1), and of others: "3,t2"; expires_ms: '' is never
--   body         the encoded command; never read by a script. Where it is traced, a line `~<traceparent>` before it
-- States: L in its lane, W waiting behind its conversation, S scheduled, R to be tried again later,
--         P parked (no worker knows its type), E awaiting its echo, T taken.
-- S has not joined its conversations yet; L, R, P, E and T are their head.

local STATES = { L = true, W = true, S = true, R = true, P = true, E = true, T = true }
local CLASSES = { 't', 'm', 'p', 'o' } -- text, media, profile, other
local MEDIA = 'm'
local COMMONEST = 'send_message' -- the type that a record leaves out

-- Letters among the options.
local ALONE = 'a' -- it shares its request with no other
local AT_MOST_ONCE = 'm'
local SEEN = 's' -- a person sees it twice if it is repeated
local BLOB = 'k' -- its bytes lie under `blob:<id>`
local SCHEDULED = 'l' -- it was enqueued for later
local UNORDERED = 'u' -- its people are told, and no conversation is joined
local STEP = 'q' -- a step of a sequence: its id ends in its number, from 0 on
local STOPS = 'c' -- a step that ends when the step before it was not sent

-- Letters among the flags.
local REPEATED = 'r' -- it may have arrived by an attempt before
local SUSPECT = 'z' -- it may kill workers, and is taken alone

-- Page, class and priority make a lane's name, which scripts take apart again: a part that is missing would fail there.
local FIXED = '^([^|/\n]+)|(%l)|([ib])|([^|\n]*)|([^|\n]*)|([^|\n]*)|([^|\n]*)|([^|\n]*)|([^|\n]*)|(%d+)|(%d*)\n'
local STATE_LINE = '^%u(%d+);(%d+);(%l*);([^;\n]*);(%d+)\n'

-- Most commands are of the plainest kind: one call of their lane's class, in no bucket, with no time until which they are
-- to be sent, neither alone nor a step, of no blob. The scripts that see each of them read no more than they need, which
-- costs a third; what does not match is parsed.
-- Of nine fields that are to be accepted, and of no broadcast: page, class, priority, person, options.
local PLAIN_ASKED = '^([^|/\n]+)|(%l)|([ib])||([^|,\n]*)|[^|\n]*|[^|\n]*|[^|\n]*|([^' .. BLOB .. '|\n]*)$'
local PLAIN_OPTIONS = AT_MOST_ONCE .. '?' .. SEEN .. '?'
-- Of a fixed line from its people on: the type.
local PLAIN_IN_LANE = '^[^|\n]*|([^|\n]*)|||' .. PLAIN_OPTIONS .. UNORDERED .. '?' .. SCHEDULED .. '?|%d+|\n'
-- Of a fixed line: page, priority, broadcast, person, type, unordered, scheduled, enqueued_ms.
local PLAIN_TAKEN = '^([^|\n]*)|[^|\n]*|(%l)|([^|\n]*)|([^|\n,]*)|([^|\n]*)|||' .. PLAIN_OPTIONS
  .. '(' .. UNORDERED .. '?)(' .. SCHEDULED .. '?)|(%d+)|\n'
-- What follows the person in the fixed line of a broadcast's commands.
local BROADCAST_TAIL = '^|[^|\n]*|[^|\n]*|[^|\n]*|[^|\n]*|%d+|%d*\n$'

local IN_LANE = 'L\n' -- the state line of what was never taken
local BEHIND_ONE = 'W0;0;;;1\n' -- of what waits behind one conversation, and was never taken

-- The state line of what is taken for the first time.
local function first_taken(mark)
  return 'T0;0;;' .. mark .. ';0'
end

-- The fixed line up to its people, of commands of this lane.
local function fixed_head(lane)
  return string.gsub(lane, '/', '|') .. (string.find(lane, '^[^/]+/[^/]+/[^/]+/') and '|' or '||')
end

local function parse(record)
  local cut = string.find(record, '\n', 1, true)
  if not cut then return nil end
  local state = string.sub(record, 1, 1)
  if not STATES[state] then return nil end
  local page, class, priority, broadcast, people, kind, bucket, cost, options, enqueued_ms, expires_ms =
    string.match(record, FIXED, cut + 1)
  if not page then return nil end
  local attempts, reaps, flags, mark, pending = 0, 0, '', '', 0
  if cut > 2 then
    attempts, reaps, flags, mark, pending = string.match(record, STATE_LINE)
    if not attempts then return nil end
    attempts, reaps, pending = tonumber(attempts), tonumber(reaps), tonumber(pending)
  end
  return {
    state = state, attempts = attempts, reaps = reaps, flags = flags, mark = mark, pending = pending,
    page = page, class = class, priority = priority, broadcast = broadcast, person = people,
    people = string.find(options, UNORDERED, 1, true) and '' or people, type = kind == '' and COMMONEST or kind,
    bucket = bucket, cost = cost, options = options, enqueued_ms = enqueued_ms, expires_ms = expires_ms,
    rest = string.sub(record, cut),
  }
end

local function record_of(command)
  if command.attempts == 0 and command.reaps == 0 and command.pending == 0
    and command.flags == '' and command.mark == '' then
    return command.state .. command.rest
  end
  return command.state .. command.attempts .. ';' .. command.reaps .. ';' .. command.flags .. ';'
    .. command.mark .. ';' .. command.pending .. command.rest
end

local function flag(command, letter)
  if not string.find(command.flags, letter, 1, true) then command.flags = command.flags .. letter end
end

local function has(text, letter)
  return string.find(text, letter, 1, true) ~= nil
end

local function lane_of(command)
  local lane = command.page .. '/' .. command.class .. '/' .. command.priority
  if command.broadcast ~= '' then lane = lane .. '/' .. command.broadcast end
  return lane
end

local function class_of(lane)
  return string.match(lane, '^[^/]+/([^/]+)')
end
