-- May this call be made now? KEYS: the hold, then windows. ARGV: for each window how many calls, within how many
-- milliseconds. Answers 0 and counts the call in every window, or the milliseconds to wait and counts nothing.
-- A window is a list of the moments of its last calls: exact, where a bucket lets its burst and its rate through.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local wait = math.max(0, redis.call('PTTL', KEYS[1]))
for i = 2, #KEYS do
  local most, span = tonumber(ARGV[2 * i - 3]), tonumber(ARGV[2 * i - 2])
  local oldest = redis.call('LINDEX', KEYS[i], most - 1)
  if oldest then
    wait = math.max(wait, tonumber(oldest) + span - now)
  end
end
if wait > 0 then
  return wait
end
for i = 2, #KEYS do
  local most, span = tonumber(ARGV[2 * i - 3]), tonumber(ARGV[2 * i - 2])
  redis.call('LPUSH', KEYS[i], string.format('%.0f', now))
  redis.call('LTRIM', KEYS[i], 0, most - 1)
  redis.call('PEXPIRE', KEYS[i], span)
end
return 0
