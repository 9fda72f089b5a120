-- KEYS: lease keys; ARGV: time to live in milliseconds, then the value of each lease.
-- Answers 1 for each lease that is still held, else 0.
local held = {}
for i, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[i + 1] then
    redis.call('PEXPIRE', key, ARGV[1])
    held[i] = 1
  else
    held[i] = 0
  end
end
return held
