-- digest of a token, least time between two notes of use
local sid = call('GET', k('token', args[1]))
if not sid then return no_such('session') end
local refusal = without_session(sid)
if refusal then return refusal end
local session = call('HMGET', k('session', sid), 'created', 'used', 'expires')
if now - tonumber(session[2]) >= tonumber(args[2]) then
  -- Unwritten, the session keeps the time it has; it is as good to its user.
  local written = redis.pcall('HSET', k('session', sid), 'used', now, 'expires', now + session_ttl)
  if type(written) == 'number' then
    call('ZADD', k('sessions'), now + session_ttl, sid)
    keep(sid)
    session = call('HMGET', k('session', sid), 'created', 'used', 'expires')
  end
end
return done(sid, session)
