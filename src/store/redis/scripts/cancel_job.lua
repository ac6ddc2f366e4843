-- session, job
local job, refusal = job_of(args[1], args[2])
if refusal then return refusal end
if has_ended(job.state) then return not_now(job.state, 'cancel') end
if not job.has_worker or job.lease <= now then
  end_job(job, cancelled, '')
  return done(number(cancelled))
end
call('HSET', job.key, 'cancel', 1)
touch(job)
return done(number(job.state))
