-- Many reads in one call. ARGV: for each read the number of its words, then the words.
-- Answers what each read answers, in order. Reads only: what is written goes through the bus.
local found, at = {}, 1
while at <= #ARGV do
  local count = tonumber(ARGV[at])
  found[#found + 1] = redis.call(unpack(ARGV, at + 1, at + count))
  at = at + count + 1
end
return found
