-- KEYS: sets of members (score: when the member expires, milliseconds); ARGV: replica, time to live in milliseconds.
-- Says that the replica is alive and answers the living members of each set, sorted by name.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all = {}
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + ARGV[2], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  redis.call('PEXPIRE', key, ARGV[2] * 10)
  local members = redis.call('ZRANGE', key, 0, -1)
  table.sort(members)
  all[i] = members
end
return all
