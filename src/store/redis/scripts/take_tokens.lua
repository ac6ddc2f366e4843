-- digest of a URL, process, limit and ceiling per second (0: none), burst (ms), tokens wanted, tokens
-- not spent and when the one after them would have been due. All by the clock of Redis, in
-- microseconds. `due` is when the next token is; it only ever moves on, or back over tokens that
-- nobody has got: so any two that were granted are as far apart as the rate then said.
local bucket, process = k('rate', args[1]), args[2]
local burst, most, unused, unused_before = tonumber(args[5]) * 1000, tonumber(args[6]), tonumber(args[7]), tonumber(args[8])
local time = call('TIME')
local now_us = tonumber(time[1]) * 1000000 + tonumber(time[2])
local ahead = 100000       -- what is granted is spent so soon
local free_for = 200000    -- so long whoever hears of no limit heeds none
local wish_lasts = 2000000

call('HSET', bucket, 'of ' .. process, number(now_us + wish_lasts) .. ' ' .. args[3] .. ' ' .. args[4])
call('PEXPIRE', bucket, slack)
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
if rate == 0 then
  call('HSET', bucket, 'due', number(now_us + free_for))
  call('HDEL', bucket, 'interval')
  return done(number(most), number(now_us), number(now_us), '0', '0')
end

local interval = 1000000 / rate
-- Where others were given later ones, what comes back is lost.
if unused > 0 and unused_before == due and last_interval then due = due - unused * last_interval end
-- What is waited for already becomes longer in proportion, or shorter: one interval after the last.
if last_interval and last_interval ~= interval then
  local last = due - last_interval
  if due > now_us then due = now_us + (due - now_us) * interval / last_interval end
  due = math.max(due, last + interval)
end
-- What nobody asked for may be made up for by half of the burst; the rest is for those who spend late.
due = math.max(due, now_us - burst / 2)
local ready = due > now_us + ahead and 0 or math.floor((now_us + ahead - due) / interval) + 1
-- Whoever asks first leaves the others their share.
local count = math.min(most, math.ceil(ready / processes))
local first = count > 0 and due or math.max(due - ahead, now_us)
due = due + count * interval
call('HSET', bucket, 'due', number(due), 'interval', interval)
return done(number(count), number(now_us), number(first), number(interval), number(due))
