-- session, job, then names and values of fields
local job, refusal = job_of(args[1], args[2])
if refusal then return refusal end
if not has_ended(job.state) then return not_now(job.state, 'deliver') end
local has_records = false
for _, result in ipairs(results_of(args[1], args[2])) do has_records = has_records or result[1] == 'csv' end
if not has_records then return not_now(job.state, 'no_result') end
call('HSET', job.key, 'mode', 1, unpack(args, 3))
new_ledger(job.id)
enqueue(job, queued, 1)
return done()
