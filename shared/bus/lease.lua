-- KEYS[1] lease key, KEYS[2] epoch key; ARGV: replica, time to live in milliseconds.
-- Answers the lease's value `replica:token:since`, or false while another holds it. The token only ever grows;
-- `since`, in milliseconds since 1970, is for `dze status`.
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local time = redis.call('TIME')
local since = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local value = ARGV[1] .. ':' .. redis.call('INCR', KEYS[2]) .. ':' .. since
redis.call('SET', KEYS[1], value, 'PX', ARGV[2])
return value
