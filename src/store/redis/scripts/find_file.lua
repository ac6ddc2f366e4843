-- session, file
local refusal = without_session(args[1])
if refusal then return refusal end
local file = file_of(args[1], args[2])
if not file then return no_such('file') end
if not upload_of(args[1], file.upload) then return no_such('upload') end
return done(file_reply(args[2], file))
