-- Consumers that have nothing and asked for nothing for an hour; their processes are gone.
for phase = 0, 1 do
  local consumers = redis.pcall('XINFO', 'CONSUMERS', line_of(phase), group)
  for _, consumer in ipairs(consumers.err and {} or consumers) do
    local facts = {}
    for i = 1, #consumer, 2 do facts[consumer[i]] = consumer[i + 1] end
    if facts.pending == 0 and facts.idle > 3600000 then
      call('XGROUP', 'DELCONSUMER', line_of(phase), group, facts.name)
    end
  end
end
return done()
