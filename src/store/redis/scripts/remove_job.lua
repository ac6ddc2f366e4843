-- session, job
local job, refusal = job_of(args[1], args[2])
if refusal then return refusal end
if not has_ended(job.state) then return not_now(job.state, 'remove') end
local results = erase_job(args[1], args[2])
changed = {args[1], args[2]}
return done(results)
