-- session, upload (empty: all, oldest first)
local sid = args[1]
local refusal = without_session(sid)
if refusal then return refusal end
local uploads, by_id = {}, {}
local all = call('HGETALL', k('uploads', sid))
for i = 1, #all, 2 do
  local upload = cmsgpack.unpack(all[i + 1])
  if upload.expires > now and (args[2] == '' or args[2] == all[i]) then
    upload.id, upload.files = all[i], {}
    by_id[upload.id] = upload
    uploads[#uploads + 1] = upload
  end
end
if args[2] ~= '' and #uploads == 0 then return no_such('upload') end
all = call('HGETALL', k('files', sid))
for i = 1, #all, 2 do
  local file = cmsgpack.unpack(all[i + 1])
  local upload = by_id[file.upload]
  if upload then
    file.id = all[i]
    upload.files[#upload.files + 1] = file
  end
end
local function by_seq(a, b) return a.seq < b.seq end
table.sort(uploads, by_seq)
local found = {}
for _, upload in ipairs(uploads) do
  table.sort(upload.files, by_seq)
  local files = {}
  for _, file in ipairs(upload.files) do files[#files + 1] = file_reply(file.id, file) end
  found[#found + 1] = {upload.id, number(upload.created), number(upload.expires), files}
end
return done(found)
