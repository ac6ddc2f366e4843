-- job, token, lease (ms; empty: only look), progress
local job, refusal = leased(args[1], args[2])
if refusal then return refusal end
if args[3] ~= '' then
  local until_then = now + tonumber(args[3])
  call('HSET', job.key, 'lease', until_then, 'progress', args[4])
  call('ZADD', leases_of(job.phase), until_then, lease_name(job))
  touch(job)
end
return done(job.cancel and 1 or 0, job.state == paused and 1 or 0, job.rate)
