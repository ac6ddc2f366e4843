-- expected revision, document; answers whether it was set, and the revision of now
local current = tonumber(call('HGET', k('configuration'), 'revision') or 0)
if current ~= tonumber(args[1]) then return done(0, number(current)) end
call('HSET', k('configuration'), 'revision', current + 1, 'document', args[2])
call('PUBLISH', k('configured'), origin)
return done(1, number(current + 1))
