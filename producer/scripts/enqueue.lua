-- uses: lanes accepting
-- enqueue.lua: accepts commands, all or none. Safe to repeat with the same ids: what is known already is left alone.
--
-- ARGV[1]  now_ms, for tests only, else ''
-- ARGV[2]  most commands that may wait for one Page
-- ARGV[3…] five for each command: see accepting.lua
-- Answers {accepted, known already}, {-1, page, waiting} when a Page's queue is full, or {-4, id} when a command's bytes
-- are not there: then nothing was accepted.

return accept(ARGV, 3, clock(ARGV[1]), tonumber(ARGV[2]))
