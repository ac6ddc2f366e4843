-- session, file
local sid, fid = args[1], args[2]
local refusal = without_session(sid)
if refusal then return refusal end
local file = file_of(sid, fid)
if not file then return no_such('file') end
if is_needed(sid, file.upload) then return {'file_needed', file.name} end
call('HDEL', k('files', sid), fid)
count('files', sid, -1)
count('bytes', sid, -file.bytes)
return done()
