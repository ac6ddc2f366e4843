-- session, file, "reserve" | "offset" | "complete", bytes, facts, limits of a file, of a session, of all
local sid, fid, step, bytes = args[1], args[2], args[3], tonumber(args[4])
local refusal = without_session(sid)
if refusal then return refusal end
local file = file_of(sid, fid)
if not file or file.state ~= 0 then return no_such('unfinished file') end
refusal = reserve(sid, file, bytes, {tonumber(args[6]), tonumber(args[7]), tonumber(args[8])})
if refusal then return refusal end
file.updated = now
if step == 'offset' then file.offset = bytes end
if step == 'complete' then
  -- What was reserved and not needed is free again.
  count('bytes', sid, bytes - file.bytes)
  file.state, file.bytes, file.offset, file.facts = 1, bytes, bytes, args[5]
  prolong_upload(sid, file.upload)
end
put_file(sid, fid, file)
return done()
