-- May this call be made now? KEYS: the hold, where the chat has moved to, whether it is parked, then windows. ARGV:
-- for each window how many calls, within how many milliseconds. Answers the milliseconds to wait and what the second
-- and third key hold; with 0 and nothing there the call is counted in every window, else in none.
-- A window is a list of the moments of its last calls: exact, where a bucket lets its burst and its rate through.
local moved, parked = redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3])
if moved or parked then
  return { 0, moved, parked }
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local wait = math.max(0, redis.call('PTTL', KEYS[1]))
for i = 4, #KEYS do
  local most, span = tonumber(ARGV[2 * i - 7]), tonumber(ARGV[2 * i - 6])
  local oldest = redis.call('LINDEX', KEYS[i], most - 1)
  if oldest then
    wait = math.max(wait, tonumber(oldest) + span - now)
  end
end
if wait > 0 then
  return { wait, false, false }
end
for i = 4, #KEYS do
  local most, span = tonumber(ARGV[2 * i - 7]), tonumber(ARGV[2 * i - 6])
  redis.call('LPUSH', KEYS[i], string.format('%.0f', now))
  redis.call('LTRIM', KEYS[i], 0, most - 1)
  redis.call('PEXPIRE', KEYS[i], span)
end
return { 0, false, false }
