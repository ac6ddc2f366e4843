-- session, job
local job, refusal = job_of(args[1], args[2])
if refusal then return refusal end
call('HINCRBY', job.key, 'downloads', 1)
call('HSET', job.key, 'expires', now + retention)
if has_ended(job.state) then
  call('ZADD', k('job_expiry'), now + retention, job.session .. '/' .. job.id)
  for _, key in ipairs(keys_of_job(job.id)) do call('PEXPIRE', key, retention + slack) end
end
touch(job)
return done()
