-- session, "people" | "company", document, how many are kept
local refusal = without_session(args[1])
if refusal then return refusal end
local headers = k('headers', args[2])
call('ZADD', headers, now, args[1] .. '/' .. args[3])
call('ZREMRANGEBYRANK', headers, 0, -tonumber(args[4]) - 1)
call('PEXPIRE', headers, session_ttl + slack)
return done()
