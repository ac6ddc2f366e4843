-- how long ago (ms): jobs that have not ended, and those that ended since
local jobs = {}
for _, range in ipairs({{'inf', 'inf'}, {now + retention - tonumber(args[1]), now + retention + 1}}) do
  for _, member in ipairs(call('ZRANGEBYSCORE', k('job_expiry'), range[1], range[2])) do
    local slash = string.find(member, '/', 1, true)
    jobs[#jobs + 1] = string.sub(member, 1, slash - 1)
    jobs[#jobs + 1] = string.sub(member, slash + 1)
  end
end
return done(jobs)
