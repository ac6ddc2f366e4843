-- job, token, "complete" | "fail" | "cancelled" | "release", progress, error, then part, name and
-- bytes of each result
local job, refusal = leased(args[1], args[2])
if refusal then return refusal end
local verb, why = args[3], args[5]
local sid = job.session

if verb == 'release' then
  if job.cancel then
    end_job(job, cancelled, '')
  elseif job.state == paused then
    call('HSET', job.key, 'attempts', 0)
    drop_lease(job)
    touch(job)
  else
    enqueue(job, job.phase == 0 and queued or sending, job.phase)
  end
  return done()
end

if verb == 'cancelled' and not job.cancel then return {'not_asked'} end
call('HSET', job.key, 'progress', args[4])
if verb == 'fail' then
  end_job(job, failed, why)
  return done(number(failed))
end

-- Results replace by part, in the order of the parts.
if #args > 5 then
  local results = results_of(sid, job.id)
  for i = 6, #args, 3 do
    local before = 0
    for n = #results, 1, -1 do
      if results[n][1] == args[i] then before = tonumber(table.remove(results, n)[3]) end
    end
    results[#results + 1] = {args[i], args[i + 1], args[i + 2]}
    count('bytes', sid, tonumber(args[i + 2]) - before)
  end
  table.sort(results, function(a, b) return a[1] < b[1] end)
  call('HSET', k('results', sid), job.id, cmsgpack.pack(results))
end

if job.cancel then
  end_job(job, cancelled, '')
  return done(number(cancelled))
end
if job.phase == 0 and job.mode == 1 then
  enqueue(job, sending, 1)
  return done(number(sending))
end
end_job(job, completed, '')
return done(number(completed))
