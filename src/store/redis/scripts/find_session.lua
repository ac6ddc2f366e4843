-- session
local refusal = without_session(args[1])
if refusal then return refusal end
return done(args[1], call('HMGET', k('session', args[1]), 'created', 'used', 'expires'),
            {number(counted('files', args[1])), number(counted('bytes', args[1])),
             number(call('SCARD', k('active', args[1])))})
