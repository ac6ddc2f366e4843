-- session, digest of its token
local sid, token = args[1], args[2]
call('HSET', k('session', sid), 'token', token, 'created', now, 'used', now, 'expires', now + session_ttl)
call('SET', k('token', token), sid)
call('ZADD', k('sessions'), now + session_ttl, sid)
keep(sid)
return done()
