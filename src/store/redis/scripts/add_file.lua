-- session, upload, file, name, bytes, most files, limits of a file, of a session, of all
local sid, uid, fid = args[1], args[2], args[3]
local refusal = without_session(sid)
if refusal then return refusal end
if not upload_of(sid, uid) then return no_such('upload') end
local most = tonumber(args[6])
if most ~= 0 and counted('files', sid) >= most then return {'too_many_files'} end
local file = {upload = uid, name = args[4], state = 0, bytes = 0, offset = 0, facts = '', created = now,
              updated = now}
refusal = reserve(sid, file, tonumber(args[5]), {tonumber(args[7]), tonumber(args[8]), tonumber(args[9])})
if refusal then return refusal end
file.seq = call('INCR', k('numbers'))
put_file(sid, fid, file)
count('files', sid, 1)
prolong_upload(sid, uid)
keep(sid)
return done(file_reply(fid, file))
