-- Token buckets shared by all gateways, each one number: the moment up to which its tokens are spent (GCRA).
-- KEYS: one for each bucket. ARGV: milliseconds for a token, tokens in a full bucket, and how many to take of
-- the first one; with 0 nothing is written, and the answer is what is left of each.
-- Redis's own clock, so that the clocks of gateways need not agree. No address, no person: only a number.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local each, burst, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local function spent(key)
  return math.max(tonumber(redis.call('GET', key) or '0'), now)
end
local function room(key)
  return math.floor((now + burst * each - spent(key)) / each + 0.001)
end
if want == 0 then
  local left = {}
  for i, key in ipairs(KEYS) do left[i] = room(key) end
  return left
end
local taken = math.min(want, room(KEYS[1]))
if taken < 1 then
  return {0, math.max(1, math.ceil(spent(KEYS[1]) + each - burst * each - now))}
end
local till = spent(KEYS[1]) + taken * each
redis.call('SET', KEYS[1], string.format('%.3f', till), 'PX', math.ceil(till - now) + 1000)
return {taken, 0}
