-- session
local refusal = without_session(args[1])
if refusal then return refusal end
local jobs = {}
for _, jid in ipairs(call('ZREVRANGE', k('jobs', args[1]), 0, -1)) do
  if call('EXISTS', k('job', jid)) == 1 then jobs[#jobs + 1] = job_reply(args[1], jid) end
end
return done(jobs)
