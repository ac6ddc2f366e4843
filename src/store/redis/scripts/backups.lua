-- names and bytes by turns, the last name first
local names, found = call('HKEYS', k('backups')), {}
table.sort(names, function(a, b) return a > b end)
for _, name in ipairs(names) do
  found[#found + 1] = name
  found[#found + 1] = call('HSTRLEN', k('backups'), name)
end
return done(found)
