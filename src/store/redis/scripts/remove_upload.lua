-- session, upload
local sid, uid = args[1], args[2]
local refusal = without_session(sid)
if refusal then return refusal end
if not upload_of(sid, uid) then return no_such('upload') end
if is_needed(sid, uid) then return {'upload_needed'} end
erase_upload(sid, uid)
return done()
