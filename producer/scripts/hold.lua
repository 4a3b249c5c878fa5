-- uses: lanes holding
-- hold.lua: holds a Page, lane or app by hand, or releases it, whoever holds it.
--
-- ARGV[1]  'hold', 'release', or 'rouse': wakes Pages that may sleep for want of an app that was released
-- ARGV[2]  scope (`holding.lua`)
-- ARGV[3]  how long in ms, '' until it is released; of a release the kind of hold that ends, '' for all
-- ARGV[4]  reason: JSON {reason, …}
-- ARGV[5]  now_ms, for tests only, else ''
-- ARGV[6…] the Pages to rouse; the next take puts those to sleep again that are held otherwise
-- Answers 1, or 0 when there was nothing to release.

free_before_writing()
local now = clock(ARGV[5])
if ARGV[1] == 'release' then
  local there = release(ARGV[2], ARGV[3], now)
  wake()
  return there
end
if ARGV[1] == 'rouse' then
  for i = 6, #ARGV do
    if call('ZSCORE', P .. 'asleep', ARGV[i]) then rouse(ARGV[i]) end
  end
  wake()
  return 1
end
hold(ARGV[2], ARGV[3], '0', 'hand#', ARGV[4], now)
return 1
