-- session, job
local job, refusal = job_of(args[1], args[2])
if refusal then return refusal end
if job.state ~= paused then return not_now(job.state, 'resume') end
if not job.has_worker then
  enqueue(job, sending, 1)
else
  call('HSET', job.key, 'state', sending)
  set_place(job, 3)
  touch(job)
end
return done()
