-- worker (empty: all)
local ended = 0
for phase = 0, 1 do
  for _, lease in ipairs(call('ZRANGEBYSCORE', leases_of(phase), '(' .. now, 'inf')) do
    local jid = id_in(lease)
    if args[1] == '' or call('HGET', k('job', jid), 'worker') == args[1] then
      call('ZADD', leases_of(phase), now, lease)
      call('HSET', k('job', jid), 'lease', now)
      ended = ended + 1
    end
  end
end
return done(number(ended))
