-- KEYS[1] lease key; ARGV[1] its value. Removes the lease if it is still ours.
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
