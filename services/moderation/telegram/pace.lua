-- May this call be made now? KEYS: holds, then buckets. ARGV: number of holds, then for each bucket its
-- interval in milliseconds and its burst. Answers 0 and takes one from every bucket, or answers the
-- milliseconds to wait and takes nothing (generic cell rate algorithm, one number a bucket).
local clock = redis.call('TIME')
local now = clock[1] * 1000 + clock[2] / 1000
local holds = tonumber(ARGV[1])
local wait = 0
for i = 1, holds do
  wait = math.max(wait, redis.call('PTTL', KEYS[i]))
end
local due = {}
for i = holds + 1, #KEYS do
  local interval = tonumber(ARGV[2 * (i - holds)])
  local burst = tonumber(ARGV[2 * (i - holds) + 1])
  local full = math.max(now, tonumber(redis.call('GET', KEYS[i]) or '0'))
  due[i] = full + interval
  wait = math.max(wait, due[i] - now - interval * burst)
end
if wait >= 1 then
  return math.ceil(wait)
end
for i = holds + 1, #KEYS do
  redis.call('SET', KEYS[i], string.format('%.3f', due[i]), 'PX', math.ceil(due[i] - now) + 1000)
end
return 0
