-- known revision; answers revision and document, which is left out if the revision is known
local revision = tonumber(call('HGET', k('configuration'), 'revision') or 0)
if revision == tonumber(args[1]) then return done(number(revision), '') end
return done(number(revision), call('HGET', k('configuration'), 'document') or '')
