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
local lease, group, stop, units = ARGV[1], ARGV[2], ARGV[3] == '1', tonumber(ARGV[4])
local at = 5
local codes = {}

if lease ~= '' and redis.call('GET', KEYS[1]) ~= lease then
  for u = 1, units do codes[u] = -2 end
  return codes
end

local function take(count)
  local part = {}
  for i = 1, count do part[i] = ARGV[at + i - 1] end
  at = at + count
  return part
end

local function number()
  at = at + 1
  return tonumber(ARGV[at - 1])
end

local function pending(ids)
  if #ids == 1 then return true end -- XACK itself tells for a single entry
  for _, id in ipairs(ids) do
    if #redis.call('XPENDING', KEYS[2], group, id, id, 1) == 0 then return false end
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
  local ids = take(number())
  local met = true
  for _ = 1, number() do
    local e = take(4)
    met = met and (halted or holds(e[1], e[2], e[3], e[4]))
  end
  local commands = {}
  for c = 1, number() do commands[c] = take(number()) end

  if halted then
    codes[u] = -3
  elseif not met then
    codes[u] = -1
    -- A conflict of an entry that is done already is no conflict.
    if #ids > 0 and #redis.call('XPENDING', KEYS[2], group, ids[1], ids[1], 1) == 0 then codes[u] = 0 end
    if codes[u] == -1 and stop then halted = true end
  elseif #ids > 0 and not pending(ids) then
    codes[u] = 0
  elseif #ids > 0 and redis.call('XACK', KEYS[2], group, unpack(ids)) == 0 then
    codes[u] = 0
  else
    for _, command in ipairs(commands) do redis.call(unpack(command)) end
    codes[u] = 1
  end
end
return codes
