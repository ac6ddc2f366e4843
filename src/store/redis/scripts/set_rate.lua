-- session, job, rate
local job, refusal = job_of(args[1], args[2])
if refusal then return refusal end
if job.mode ~= 1 then return not_now(job.state, 'rate') end
if has_ended(job.state) then return not_now(job.state, 'late_rate') end
call('HSET', job.key, 'rate', args[3])
touch(job)
return done(job.rate)
