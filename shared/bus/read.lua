-- KEYS[1] lease key, KEYS[2] stream; ARGV: lease value, group, consumer, most entries, cursor (`>` or an id).
-- Reads for the holder of the lease only: entries that a paused former owner drew after its end would lie with
-- nobody, and be overtaken. Answers -2 when the lease is lost, the entries when there are any, else the id of
-- the newest entry, after which to wait.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -2 end
local found = redis.call(
  'XREADGROUP', 'GROUP', ARGV[2], ARGV[3], 'COUNT', ARGV[4], 'STREAMS', KEYS[2], ARGV[5])
if found then return found[1][2] end
local info = redis.call('XINFO', 'STREAM', KEYS[2])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then return info[i + 1] end
end
