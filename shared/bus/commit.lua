-- One fenced commit, for one or many units.
--
-- KEYS: for each partition its lease key ("" when not fenced) and its stream key ("" when nothing of it is
-- acknowledged)
-- ARGV: group, stop at conflict (0|1), number of partitions, their lease values, number of units, then for each unit
--   number of parts, then for each: number of its partition, number of ids, ids ...
--   number of expectations, then for each: key, field ("" = string key), present (0|1), value
--   number of commands, then for each: number of arguments, arguments ...
--
-- Answers one code for each unit: 1 done, 0 was not pending (somebody else has done it), -1 an expectation was
-- not met, -2 a lease is lost, -3 not reached because an earlier unit conflicted.
-- The acknowledgement comes first: an entry that is no longer pending has no effect at all, nor have those of its
-- unit. Lua has no rollback, so everything that can refuse comes before the first write.
-- Arguments stay where they are in ARGV: a batch has thousands of them.
local group, stop = ARGV[1], ARGV[2] == '1'
local at = 3
local codes = {}

local function number()
  at = at + 1
  return tonumber(ARGV[at - 1])
end

local fenced = false
for p = 1, number() do
  local lease = KEYS[2 * p - 1]
  if lease ~= '' and redis.call('GET', lease) ~= ARGV[at] then fenced = true end
  at = at + 1
end
local units = number()
if fenced then
  for u = 1, units do codes[u] = -2 end
  return codes
end

-- Entries of one stream, those from place `first` to `last`.
local function take_part()
  local stream, ids = KEYS[2 * number()], number()
  at = at + ids
  return { stream = stream, first = at - ids, last = at - 1 }
end

local function is_pending(stream, id)
  return #redis.call('XPENDING', stream, group, id, id, 1) > 0
end

-- Whether all entries of a part are pending. What lies between them in the stream is mostly just them; where it
-- is not, each is looked up.
local function pending(part)
  local known = {}
  local first, last = ARGV[part.first], ARGV[part.last]
  local found = redis.call('XPENDING', part.stream, group, first, last, part.last - part.first + 1)
  for _, one in ipairs(found) do known[one[1]] = true end
  for i = part.first, part.last do
    if not known[ARGV[i]] and not is_pending(part.stream, ARGV[i]) then return false end
  end
  return true
end

local function all_pending(parts)
  if #parts == 1 and parts[1].first == parts[1].last then return true end -- XACK itself tells for a single entry
  for _, part in ipairs(parts) do
    if not pending(part) then return false end
  end
  return true
end

local function acknowledged(parts)
  for _, part in ipairs(parts) do
    if redis.call('XACK', part.stream, group, unpack(ARGV, part.first, part.last)) == 0 then return false end
  end
  return true
end

local function holds(key, field, present, value)
  local found
  if field == '' then found = redis.call('GET', key) else found = redis.call('HGET', key, field) end
  if present == '1' then return found == value end
  return not found
end

local halted = false
for u = 1, units do
  local parts = {}
  for i = 1, number() do parts[i] = take_part() end
  local met = true
  for _ = 1, number() do
    met = met and (halted or holds(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]))
    at = at + 4
  end

  local code = 1
  if halted then
    code = -3
  elseif not met then
    -- A conflict of an entry that is done already is no conflict.
    local done = parts[1] and not is_pending(parts[1].stream, ARGV[parts[1].first])
    code = done and 0 or -1
    halted = code == -1 and stop
  elseif not all_pending(parts) or not acknowledged(parts) then
    code = 0
  end

  for _ = 1, number() do
    local size = number()
    if code == 1 then redis.call(unpack(ARGV, at, at + size - 1)) end
    at = at + size
  end
  codes[u] = code
end
return codes
