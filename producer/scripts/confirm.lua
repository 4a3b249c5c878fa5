-- uses: lanes ending evidence
-- confirm.lua: an echo proves that commands were sent: what waits to be tried again, or ended `unknown`, becomes `sent`.
--
-- ARGV[1]  policy
-- ARGV[2]  now_ms, for tests only, else ''
-- ARGV[3…] two for each command: id; detail (JSON with the reply that the echo stands for)
-- Answers how many it settled.

free_before_writing()
local policy = policy_of(ARGV[1])
local now = clock(ARGV[2])
local proven = 0
for i = 3, #ARGV, 2 do proven = proven + prove_sent(ARGV[i], ARGV[i + 1], now, policy) end
write_counts()
wake()
return proven
