-- Lets as many jobs wait in line as the limits of now allow; they may have been others.
for _, sid in ipairs(call('SMEMBERS', k('waiting_sessions'))) do line_up(sid) end
return done()
