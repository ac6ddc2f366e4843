-- session; also one whose time is over but whose job still runs
if call('EXISTS', k('session', args[1])) == 0 then return no_such('session') end
local files = {}
local all = call('HGETALL', k('files', args[1]))
for i = 1, #all, 2 do
  files[#files + 1] = all[i]
  files[#files + 1] = number(cmsgpack.unpack(all[i + 1]).bytes)
end
for _, packed in ipairs(call('HVALS', k('results', args[1]))) do
  for _, result in ipairs(cmsgpack.unpack(packed)) do
    files[#files + 1] = result[2]
    files[#files + 1] = result[3]
  end
end
return done(files)
