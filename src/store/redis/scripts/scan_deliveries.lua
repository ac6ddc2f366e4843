-- session or empty, job, token (when there is no session), wanted states as bits, first chunk, how many
-- entries are enough, "1": chunks that are wholly finished are told without their entries
local job, refusal
if args[1] == '' then job, refusal = leased(args[2], args[3]) else job, refusal = job_of(args[1], args[2]) end
if refusal then return refusal end
local last = call('HGET', k('ledger', job.id), 'last')
if not last then
  if args[1] == '' then return {'sends_nothing'} end
  return done('-1', {})
end
local wanted, enough, skim = tonumber(args[4]), tonumber(args[6]), args[7] == '1'
local found, chunks = 0, {}
local n = tonumber(args[5])
while n <= tonumber(last) and found < enough and #chunks < 64 do
  local chunk = k('ledger', job.id .. ':' .. n)
  local head = head_of(chunk)
  local here, all = 0, 0
  for state = 1, 6 do
    all = all + head[state]
    if bit.band(wanted, bit.lshift(1, state - 1)) ~= 0 then here = here + head[state] end
  end
  if skim and all == chunk_entries and head[1] == 0 then
    chunks[#chunks + 1] = {number(n), ''}
  elseif here > 0 then
    chunks[#chunks + 1] = {number(n), call('GET', chunk)}
    found = found + here
  end
  n = n + 1
end
return done(n <= tonumber(last) and number(n) or '-1', chunks)
