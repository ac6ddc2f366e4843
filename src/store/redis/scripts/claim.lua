-- worker, lease (ms), crashes that a job may cost, what is said of one that cost more, whether jobs of
-- lost workers are taken over, then phases
local worker, lease, max_crashes, set_aside = args[1], tonumber(args[2]), tonumber(args[3]), args[4]
local phases = {}
for i = 6, #args do phases[#phases + 1] = tonumber(args[i]) end

-- First those whose lease ran out, the oldest lease first; ends those on the way that are not to be.
local function next_lost()
  while true do
    local lost, lost_at
    for _, phase in ipairs(phases) do
      local first = call('ZRANGEBYSCORE', leases_of(phase), '-inf', now, 'WITHSCORES', 'LIMIT', 0, 1)
      if first[1] and (not lost or tonumber(first[2]) < lost_at) then lost, lost_at = first[1], tonumber(first[2]) end
    end
    if not lost then return nil end
    local job = row_of(id_in(lost))
    if job.cancel then
      end_job(job, cancelled, '')
    elseif job.state == paused then
      drop_lease(job)
    elseif job.attempts >= max_crashes then
      end_job(job, failed, string.format(set_aside, job.attempts))
    else
      if job.turn ~= '' then call('XCLAIM', line_of(job.phase), group, worker, 0, job.turn, 'JUSTID') end
      return job
    end
  end
end

-- The first entry of a line that no worker has got, or nothing.
local function head_of_line(phase)
  local groups = redis.pcall('XINFO', 'GROUPS', line_of(phase))
  if groups.err or #groups == 0 then
    call('XGROUP', 'CREATE', line_of(phase), group, '0', 'MKSTREAM')
    groups = call('XINFO', 'GROUPS', line_of(phase))
  end
  local last
  for i = 1, #groups[1], 2 do
    if groups[1][i] == 'last-delivered-id' then last = groups[1][i + 1] end
  end
  local entry = call('XRANGE', line_of(phase), '(' .. last, '+', 'COUNT', 1)[1]
  return entry and tonumber(string.match(entry[1], '^%d+'))
end

local function next_in_line()
  local first, first_turn
  for _, phase in ipairs(phases) do
    local turn = head_of_line(phase)
    if turn and (not first or turn < first_turn) then first, first_turn = phase, turn end
  end
  if not first then return nil end
  local read = call('XREADGROUP', 'GROUP', group, worker, 'COUNT', 1, 'STREAMS', line_of(first), '>')
  return row_of(read[1][2][1][2][2])
end

local job = args[5] == '1' and next_lost() or next_in_line()
if not job then return done() end
local token = job.token + 1
set_place(job, 3)
call('HSET', job.key, 'state', job.phase == 0 and processing or sending, 'token', token, 'worker', worker,
     'lease', now + lease, 'attempts', job.attempts + 1)
if call('HGET', job.key, 'started') == '' then call('HSET', job.key, 'started', now) end
call('ZADD', leases_of(job.phase), now + lease, lease_name(job))
touch(job)
return done(job_reply(job.session, job.id), number(token))
