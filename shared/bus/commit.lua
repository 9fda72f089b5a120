-- One fenced commit, for one or many units.
--
-- KEYS[1] lease key ("" when not fenced), KEYS[2] stream key ("" when nothing is acknowledged)
-- ARGV: lease value, group, stop at conflict (0|1), number of units, then for each unit
--   number of ids, ids ...
--   number of expectations, then for each: key, field ("" = string key), present (0|1), value
--   number of commands, then for each: number of arguments, arguments ...
--
-- Answers one code for each unit: 1 done, 0 was not pending (somebody else has done it), -1 an expectation was
-- not met, -2 fenced, -3 not reached because an earlier unit conflicted.
-- The acknowledgement comes first: an entry that is no longer pending has no effect at all. Lua has no rollback,
-- so everything that can refuse comes before the first write.
-- Arguments stay where they are in ARGV: a batch has thousands of them.
local lease, group, stop, units = ARGV[1], ARGV[2], ARGV[3] == '1', tonumber(ARGV[4])
local at = 5
local codes = {}

if lease ~= '' and redis.call('GET', KEYS[1]) ~= lease then
  for u = 1, units do codes[u] = -2 end
  return codes
end

local function number()
  at = at + 1
  return tonumber(ARGV[at - 1])
end

local function is_pending(id)
  return #redis.call('XPENDING', KEYS[2], group, id, id, 1) > 0
end

-- Whether all entries from place `first` to `last` are pending. What lies between them in the stream is mostly
-- just them; where it is not, each is looked up.
local function pending(first, last)
  if first == last then return true end -- XACK itself tells for a single entry
  local known = {}
  local found = redis.call('XPENDING', KEYS[2], group, ARGV[first], ARGV[last], last - first + 1)
  for _, one in ipairs(found) do known[one[1]] = true end
  for i = first, last do
    if not known[ARGV[i]] and not is_pending(ARGV[i]) then return false end
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
  local ids = number()
  local first, last = at, at + ids - 1
  at = at + ids
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
    code = (ids > 0 and not is_pending(ARGV[first])) and 0 or -1
    halted = code == -1 and stop
  elseif ids > 0 and not pending(first, last) then
    code = 0
  elseif ids > 0 and redis.call('XACK', KEYS[2], group, unpack(ARGV, first, last)) == 0 then
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
