-- session, job
local job, refusal = job_of(args[1], args[2])
if refusal then return refusal end
return done(job_reply(args[1], args[2]))
