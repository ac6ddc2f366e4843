-- session
local refusal = without_session(args[1])
if refusal then return refusal end
erase_session(args[1])
return done()
