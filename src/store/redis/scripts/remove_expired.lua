-- "session" | "job" | "upload", session, job or upload. Whether it is still past its time is asked
-- again, as it may have been used meanwhile. Answers names and bytes of files by turns.
local kind, sid, id = args[1], args[2], args[3]
if kind == 'session' then
  local expires = call('ZSCORE', k('sessions'), sid)
  if not expires or tonumber(expires) > now or call('SCARD', k('active', sid)) > 0 then return done(0) end
  erase_session(sid)
  return done(1, {})
end
local expires = call('ZSCORE', k(kind .. '_expiry'), sid .. '/' .. id)
if not expires or tonumber(expires) > now then return done(0) end
if kind == 'upload' then
  if is_needed(sid, id) then return done(0) end
  return done(1, erase_upload(sid, id))
end
local files = {}
for _, result in ipairs(erase_job(sid, id)) do
  files[#files + 1] = result[2]
  files[#files + 1] = result[3]
end
return done(1, files)
