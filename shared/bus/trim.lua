-- KEYS[1] stream; ARGV: how long entries are kept for readers without a group (milliseconds), then the groups that
-- must have acknowledged. Removes what is acknowledged by all of them and older than that; answers how many,
-- or -1 when a group does not exist yet, so that nothing is lost to a service that has never started.
-- An entry's id is Redis's time, so its age is told by Redis's clock and by no other.
local function before(a, b)
  local am, as = a:match('(%d+)-(%d+)')
  local bm, bs = b:match('(%d+)-(%d+)')
  am, as, bm, bs = tonumber(am), tonumber(as), tonumber(bm), tonumber(bs)
  return am < bm or (am == bm and as < bs)
end

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local found = {}
for _, info in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for i = 1, #info, 2 do group[info[i]] = info[i + 1] end
  found[group['name']] = group
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local oldest = string.format('%.0f-0', math.max(0, now - ARGV[1]))
for i = 2, #ARGV do
  local group = found[ARGV[i]]
  if not group then return -1 end
  local safe
  if group['pending'] > 0 then
    safe = redis.call('XPENDING', KEYS[1], ARGV[i])[2]
  else
    local ms, seq = group['last-delivered-id']:match('(%d+)-(%d+)')
    safe = ms .. '-' .. string.format('%.0f', tonumber(seq) + 1)
  end
  if before(safe, oldest) then oldest = safe end
end
return redis.call('XTRIM', KEYS[1], 'MINID', oldest)
