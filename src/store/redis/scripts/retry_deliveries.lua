-- session, job, time as six bytes, then records (none: all)
local job, refusal = job_of(args[1], args[2])
if refusal then return refusal end
if job.state ~= completed and job.state ~= failed then return not_now(job.state, 'retry') end
if call('EXISTS', k('ledger', job.id)) == 0 or job.phase ~= 1 then return not_now(job.state, 'nothing_sent') end

local fresh = struct.pack('>BHH', 1, 0, 0) .. args[3] .. '\0'
local is_open = {[3] = true, [4] = true, [5] = true} -- rejected, failed, maybe
local moved = {0, 0, 0, 0, 0, 0}
local reopened = 0

local function reopen(chunk, head, index, state)
  call('SETRANGE', chunk, (index + 1) * entry_bytes, fresh)
  head[state], head[1] = head[state] - 1, head[1] + 1
  moved[state], moved[1] = moved[state] - 1, moved[1] + 1
  reopened = reopened + 1
end
local function put_head(chunk, head) call('SETRANGE', chunk, 0, struct.pack('>HHHHHH', unpack(head))) end

if #args > 3 then
  for i = 4, #args do
    local record = tonumber(args[i])
    local chunk = k('ledger', job.id .. ':' .. number(math.floor(record / chunk_entries)))
    local index = record % chunk_entries
    local at = (index + 1) * entry_bytes
    local state = string.byte(call('GETRANGE', chunk, at, at)) or 0
    if is_open[state] then
      local head = head_of(chunk)
      reopen(chunk, head, index, state)
      put_head(chunk, head)
      call('HDEL', k('ledger', job.id .. ':text'), args[i])
    end
  end
else
  local gone = {}
  for n = 0, tonumber(call('HGET', k('ledger', job.id), 'last')) do
    local chunk = k('ledger', job.id .. ':' .. n)
    local head = head_of(chunk)
    if head[3] + head[4] + head[5] > 0 then
      local entries = call('GET', chunk)
      for index = 0, chunk_entries - 1 do
        local state = string.byte(entries, (index + 1) * entry_bytes + 1) or 0
        if is_open[state] then
          reopen(chunk, head, index, state)
          gone[#gone + 1] = number(n * chunk_entries + index)
          if #gone == 1000 then
            call('HDEL', k('ledger', job.id .. ':text'), unpack(gone))
            gone = {}
          end
        end
      end
      put_head(chunk, head)
    end
  end
  if #gone > 0 then call('HDEL', k('ledger', job.id .. ':text'), unpack(gone)) end
end
if reopened > 0 then
  for state, by in ipairs(moved) do call('HINCRBY', k('ledger', job.id), states[state], by) end
  enqueue(job, queued, 1)
end
return done(number(reopened))
