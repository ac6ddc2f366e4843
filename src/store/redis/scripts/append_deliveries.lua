-- job, token, number of runs, number of texts, then for each run chunk, index and entries; for each
-- text record and text (empty: forget); and for each destination its digest and how much it took
local job, refusal = leased(args[1], args[2])
if refusal then return refusal end
local ledger = k('ledger', job.id)
if call('EXISTS', ledger) == 0 then return {'sends_nothing'} end
local runs, texts = tonumber(args[3]), tonumber(args[4])
local moved = {0, 0, 0, 0, 0, 0}
local last = tonumber(call('HGET', ledger, 'last'))
local at = 5
for _ = 1, runs do
  local number_of_chunk, index, entries = tonumber(args[at]), tonumber(args[at + 1]), args[at + 2]
  at = at + 3
  local chunk = k('ledger', job.id .. ':' .. number(number_of_chunk))
  local first_byte = (index + 1) * entry_bytes
  -- The last byte first: so Redis makes the string as long as it will be, and no longer.
  if call('EXISTS', chunk) == 0 then call('SETRANGE', chunk, (chunk_entries + 1) * entry_bytes - 1, '\0') end
  if number_of_chunk > last then last = number_of_chunk end
  local before = call('GETRANGE', chunk, first_byte, first_byte + #entries - 1)
  local head = head_of(chunk)
  for byte = 1, #entries, entry_bytes do
    local old, new = string.byte(before, byte), string.byte(entries, byte)
    -- What was delivered keeps no text of earlier attempts.
    if old > 0 and new == 2 then
      call('HDEL', ledger .. ':text', number(number_of_chunk * chunk_entries + index + (byte - 1) / entry_bytes))
    end
    if old ~= new then
      if old > 0 then head[old], moved[old] = head[old] - 1, moved[old] - 1 end
      head[new], moved[new] = head[new] + 1, moved[new] + 1
    end
  end
  call('SETRANGE', chunk, first_byte, entries)
  call('SETRANGE', chunk, 0, struct.pack('>HHHHHH', unpack(head)))
end
for _ = 1, texts do
  if args[at + 1] == '' then
    call('HDEL', ledger .. ':text', args[at])
  else
    call('HSET', ledger .. ':text', args[at], args[at + 1])
  end
  at = at + 2
end
for i = at, #args, 2 do call('HINCRBY', k('destination', args[i]), 'taken', args[i + 1]) end
for state, by in ipairs(moved) do
  if by ~= 0 then call('HINCRBY', ledger, states[state], by) end
end
call('HSET', ledger, 'last', last)
-- Whoever gets on with its work does not crash because of it.
if job.attempts > 1 then call('HSET', job.key, 'attempts', 1) end
return done()
