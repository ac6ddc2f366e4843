-- session, upload
local refusal = without_session(args[1])
if refusal then return refusal end
put_upload(args[1], args[2], {created = now, expires = now + retention, seq = call('INCR', k('numbers'))})
keep(args[1])
return done()
