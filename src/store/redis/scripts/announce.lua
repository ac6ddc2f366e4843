-- name, version; by the clock of Redis. Answers names and versions of who announced himself lately.
local seconds = tonumber(call('TIME')[1])
call('HSET', k('processes'), args[1], seconds .. ' ' .. args[2])
call('PEXPIRE', k('processes'), slack)
local alive = {}
local all = call('HGETALL', k('processes'))
for i = 1, #all, 2 do
  local at, version = string.match(all[i + 1], '^(%d+) (.*)$')
  if tonumber(at) + 15 < seconds then
    call('HDEL', k('processes'), all[i])
  else
    alive[#alive + 1] = all[i]
    alive[#alive + 1] = version
  end
end
return done(alive)
