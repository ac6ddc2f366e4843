-- name, document, how many are kept; answers whether the name was free
if call('HSETNX', k('backups'), args[1], args[2]) == 0 then return done(0) end
local names = call('HKEYS', k('backups'))
table.sort(names)
for i = 1, #names - tonumber(args[3]) do call('HDEL', k('backups'), names[i]) end
return done(1)
