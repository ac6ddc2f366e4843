-- digest of a URL, process, limit and ceiling per second (0: none), burst (ms), tokens wanted, tokens
-- not spent. All by the clock of Redis, in microseconds. `due` is when the next token is.
local bucket, process = k('rate', args[1]), args[2]
local burst, most, unused = tonumber(args[5]) * 1000, tonumber(args[6]), tonumber(args[7])
local time = call('TIME')
local now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])
local ahead = 100000       -- what is granted is spent so soon
local wish_lasts = 2000000

call('HSET', bucket, 'of ' .. process, number(now_us + wish_lasts) .. ' ' .. args[3] .. ' ' .. args[4])
local limit, ceiling, processes, is_limited = 0, 0, 0, true
local all = call('HGETALL', bucket)
local due, last_interval = now_us, nil
for i = 1, #all, 2 do
  if all[i] == 'due' then
    due = tonumber(all[i + 1])
  elseif all[i] == 'interval' then
    last_interval = tonumber(all[i + 1])
  else
    local ends, wished, learnt = string.match(all[i + 1], '^(%S+) (%S+) (%S+)$')
    wished, learnt = tonumber(wished), tonumber(learnt)
    if tonumber(ends) <= now_us then
      call('HDEL', bucket, all[i])
    else
      processes = processes + 1
      if wished == 0 then is_limited = false end
      limit = math.max(limit, wished)
      if learnt > 0 and (ceiling == 0 or learnt < ceiling) then ceiling = learnt end
    end
  end
end
local rate = is_limited and limit or 0
if ceiling > 0 and (rate == 0 or ceiling < rate) then rate = ceiling end
if rate == 0 then return done(number(most), '0', '0', number(processes - 1)) end

local interval = 1000000 / rate
-- What is waited for already becomes shorter or longer in proportion.
if last_interval and last_interval ~= interval and due > now_us then
  due = now_us + (due - now_us) * interval / last_interval
end
-- What comes back was not due yet. What nobody asked for may be made up for by half of the burst; the
-- other half is for those who spend late.
if unused > 0 then due = math.max(due - unused * interval, math.min(due, now_us)) end
due = math.max(due, now_us - burst / 2)
local ready = due > now_us + ahead and 0 or math.floor((now_us + ahead - due) / interval) + 1
-- Whoever asks first leaves the others their share.
local count = math.min(most, math.ceil(ready / processes))
local wait = count > 0 and due - now_us or due - ahead - now_us
due = due + count * interval
call('HSET', bucket, 'due', number(due), 'interval', interval)
call('PEXPIRE', bucket, slack)
return done(number(count), number(math.max(wait, 0)), number(interval), number(processes - 1))
