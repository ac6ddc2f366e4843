-- session, job
local job, refusal = job_of(args[1], args[2])
if refusal then return refusal end
if job.phase ~= 1 or (job.state ~= sending and job.state ~= queued) then return not_now(job.state, 'pause') end
-- A paused job takes no place from the others of its session.
call('HSET', job.key, 'state', paused)
set_place(job, 0)
touch(job)
line_up(job.session)
return done()
