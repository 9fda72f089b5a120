-- KEYS[1] lease key, KEYS[2] epoch key; ARGV: replica, time to live in milliseconds.
-- Answers the lease's value `replica:token`, or false while another holds it. The token only ever grows.
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local value = ARGV[1] .. ':' .. redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], value, 'PX', ARGV[2])
return value
