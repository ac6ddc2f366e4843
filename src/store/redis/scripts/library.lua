-- Stands before every script. ARGV 1-5 are the same for all: the time (ms), who calls, how many jobs
-- of a session may run at once (0: no limit), how long data and how long sessions are kept (ms).
-- Keys are made here, not passed: this store is no Redis Cluster (docs/adr/0004-redis-store.md).
--
-- A script answers done(...) or a refusal: a table that begins with the kind of the error.
local call = redis.call
local now = tonumber(ARGV[1])
local origin = ARGV[2]
local at_once = tonumber(ARGV[3])
local retention = tonumber(ARGV[4])
local session_ttl = tonumber(ARGV[5])
local args = {}  -- not by unpack, which takes some thousands at most
for i = 6, #ARGV do args[i - 5] = ARGV[i] end

-- Redis itself drops what the clean-up of the service did not for so long.
local slack = 6 * 3600 * 1000

local k = function(name, id) return 'csvm:' .. name .. (id and ':' .. id or '') end
local phase_names = {[0] = 'merge', [1] = 'deliver'}
local line_of = function(phase) return k('line', phase_names[phase]) end
local leases_of = function(phase) return k('leases', phase_names[phase]) end
local group = 'workers'
-- Merging and sending have places of their own: a slow receiver holds up no merge.
local waiting_of = function(sid, phase) return k(phase == 0 and 'waiting' or 'waiting_to_send', sid) end
local busy_with = function(phase) return phase == 0 and 'merging' or 'sending' end

local queued, processing, sending, paused, completed, failed, cancelled = 0, 1, 2, 3, 4, 5, 6
local has_ended = function(state) return state >= completed end
local number = function(value) return string.format('%.0f', value) end

local changed = {}    -- session and job by turns
local is_work = false -- a job came to stand in line

local function done(...)
  for i = 1, #changed, 2 do
    call('PUBLISH', k('changed'), origin .. ' ' .. changed[i] .. ' ' .. changed[i + 1])
  end
  if is_work then call('PUBLISH', k('work'), origin) end
  return {'done', changed, is_work and 1 or 0, ...}
end

local function no_such(what) return {'no_such', what} end
local function not_now(state, why) return {'not_now', number(state), why} end

-- Nothing when the session is there, else the refusal.
local function without_session(sid)
  local expires = call('HGET', k('session', sid), 'expires')
  if not expires or tonumber(expires) <= now then return no_such('session') end
end

-- Redis drops the keys of a session by itself, but not while one of its jobs has not ended.
local function keep(sid)
  local session = call('HMGET', k('session', sid), 'expires', 'token')
  if not session[1] then return end
  local left = math.max(tonumber(session[1]) - now, 0) + slack
  local busy = call('SCARD', k('active', sid)) > 0
  for _, key in ipairs({k('session', sid), k('token', session[2]), k('uploads', sid), k('files', sid),
                        k('jobs', sid), k('results', sid), waiting_of(sid, 0), waiting_of(sid, 1),
                        k('active', sid)}) do
    if busy then call('PERSIST', key) else call('PEXPIRE', key, left) end
  end
end

local function keys_of_job(jid)
  local keys = {k('job', jid), k('ledger', jid), k('ledger', jid .. ':text')}
  local last = tonumber(call('HGET', k('ledger', jid), 'last') or -1)
  for chunk = 0, last do keys[#keys + 1] = k('ledger', jid .. ':' .. chunk) end
  return keys
end

local function unlink(keys)
  for from = 1, #keys, 1000 do call('UNLINK', unpack(keys, from, math.min(from + 999, #keys))) end
end

-- Bytes and files of a session are counted outside of it, so that they can be taken off when Redis
-- has dropped it.
local function count(what, sid, by)
  if by == 0 then return end
  call('HINCRBY', k(what), sid, by)
  call('HINCRBY', k('totals'), what, by)
end

local function counted(what, sid) return tonumber(call('HGET', k(what), sid) or 0) end

-- Uploads and files.

local function upload_of(sid, uid)
  local packed = call('HGET', k('uploads', sid), uid)
  local upload = packed and cmsgpack.unpack(packed)
  if upload and upload.expires > now then return upload end
end

local function put_upload(sid, uid, upload)
  call('HSET', k('uploads', sid), uid, cmsgpack.pack(upload))
  call('ZADD', k('upload_expiry'), upload.expires, sid .. '/' .. uid)
end

local function prolong_upload(sid, uid)
  local packed = call('HGET', k('uploads', sid), uid)
  if not packed then return end
  local upload = cmsgpack.unpack(packed)
  upload.expires = now + retention
  put_upload(sid, uid, upload)
end

local function file_of(sid, fid)
  local packed = call('HGET', k('files', sid), fid)
  return packed and cmsgpack.unpack(packed)
end

local function put_file(sid, fid, file) call('HSET', k('files', sid), fid, cmsgpack.pack(file)) end

local function file_reply(fid, file)
  return {fid, file.upload, file.name, number(file.state), number(file.bytes), number(file.offset), file.facts,
          number(file.created), number(file.updated)}
end

-- Raises what is set aside for a file to `bytes`; the refusal when a limit forbids it. Limits are of
-- a file, a session, all.
local function reserve(sid, file, bytes, limits)
  if bytes <= file.bytes then return end
  local more = bytes - file.bytes
  local function exceeds(used, limit) return limit ~= 0 and used + more > limit end
  if exceeds(file.bytes, limits[1]) then return {'file_too_large'} end
  if exceeds(counted('bytes', sid), limits[2]) then return {'session_full'} end
  if exceeds(counted('totals', 'bytes'), limits[3]) then return {'service_full'} end
  file.bytes = bytes
  file.updated = now
  count('bytes', sid, more)
end

local function is_needed(sid, uid)
  for _, jid in ipairs(call('SMEMBERS', k('active', sid))) do
    local uses = call('HMGET', k('job', jid), 'upload', 'suppression')
    if uses[1] == uid or uses[2] == uid then return true end
  end
  return false
end

-- Removes an upload with its files and returns their ids and bytes by turns.
local function erase_upload(sid, uid)
  local gone = {}
  local all = call('HGETALL', k('files', sid))
  for i = 1, #all, 2 do
    local file = cmsgpack.unpack(all[i + 1])
    if file.upload == uid then
      call('HDEL', k('files', sid), all[i])
      count('files', sid, -1)
      count('bytes', sid, -file.bytes)
      gone[#gone + 1] = all[i]
      gone[#gone + 1] = number(file.bytes)
    end
  end
  call('HDEL', k('uploads', sid), uid)
  call('ZREM', k('upload_expiry'), sid .. '/' .. uid)
  return gone
end

-- Jobs and their places: 0 none (paused or ended), 1 waits until its session may do one more, 2 in
-- line (`turn` is its entry in the stream), 3 with a worker (the entry is pending there). A job has a
-- worker while `lease` is set.

local function row_of(jid)
  local v = call('HMGET', k('job', jid), 'session', 'seq', 'state', 'phase', 'mode', 'lease', 'cancel', 'rate',
                 'token', 'attempts', 'place', 'turn')
  if not v[1] then return nil end
  return {id = jid, key = k('job', jid), session = v[1], seq = tonumber(v[2]), state = tonumber(v[3]),
          phase = tonumber(v[4]), mode = tonumber(v[5]), has_worker = v[6] ~= '', lease = tonumber(v[6]),
          cancel = v[7] == '1', rate = v[8], token = tonumber(v[9]), attempts = tonumber(v[10]),
          place = tonumber(v[11]), turn = v[12]}
end

-- The job of a session, or the refusal.
local function job_of(sid, jid)
  local refusal = without_session(sid)
  if refusal then return nil, refusal end
  local job = row_of(jid)
  if not job or job.session ~= sid then return nil, no_such('job') end
  return job
end

-- The job that a lease is for, or the refusal when it is no longer the current one.
local function leased(jid, token)
  local job = row_of(jid)
  if not job then return nil, no_such('job') end
  if job.token ~= tonumber(token) or not job.has_worker then return nil, {'taken_over', jid} end
  return job
end

local function touch(job)
  call('HSET', job.key, 'updated', now)
  changed[#changed + 1] = job.session
  changed[#changed + 1] = job.id
end

local function leave_line(job)
  if job.turn == '' then return end
  call('XACK', line_of(job.phase), group, job.turn)
  call('XDEL', line_of(job.phase), job.turn)
  job.turn = ''
end

local function set_place(job, place)
  local old, sid = job.place, job.session
  if old == place then return end
  if old == 1 then
    for phase = 0, 1 do call('ZREM', waiting_of(sid, phase), job.id) end
    if call('EXISTS', waiting_of(sid, 0), waiting_of(sid, 1)) == 0 then call('SREM', k('waiting_sessions'), sid) end
  end
  if place == 1 then
    call('ZADD', waiting_of(sid, job.phase), job.seq, job.id)
    call('SADD', k('waiting_sessions'), sid)
  end
  if old >= 2 and place < 2 then leave_line(job) end
  if place == 2 then
    -- One row of numbers for both lines, so that whoever works on both can tell who came first.
    job.turn = number(call('INCR', k('turns'))) .. '-1'
    call('XADD', line_of(job.phase), job.turn, 'job', job.id)
    is_work = true
  end
  local busy = (place >= 2 and 1 or 0) - (old >= 2 and 1 or 0)
  if busy ~= 0 then call('HINCRBY', k('session', sid), busy_with(job.phase), busy) end
  local waits = ((place == 1 or place == 2) and 1 or 0) - ((old == 1 or old == 2) and 1 or 0)
  if waits ~= 0 then call('HINCRBY', k('totals'), 'waiting', waits) end
  job.place = place
  call('HSET', job.key, 'place', place, 'turn', job.turn)
end

-- As many jobs of a session as it may run at once stand in the one line of all sessions; when one
-- ends, the next of them goes to the end of the line.
local function line_up(sid)
  for phase = 0, 1 do
    local busy = tonumber(call('HGET', k('session', sid), busy_with(phase)) or 0)
    while at_once == 0 or busy < at_once do
      local first = call('ZRANGE', waiting_of(sid, phase), 0, 0)[1]
      if not first then break end
      set_place(row_of(first), 2)
      busy = busy + 1
    end
  end
end

-- Leases that end at the same time are taken up in the order of their jobs.
local function lease_name(job) return string.format('%015.0f:', job.seq) .. job.id end
local function id_in(lease) return string.sub(lease, 17) end

local function drop_lease(job)
  call('ZREM', leases_of(job.phase), lease_name(job))
  call('HSET', job.key, 'lease', '', 'worker', '')
  job.has_worker = false
end

local function enqueue(job, state, phase)
  set_place(job, 0)
  drop_lease(job)
  call('HSET', job.key, 'state', state, 'phase', phase, 'attempts', 0, 'cancel', 0, 'error', '', 'ended', '',
       'expires', now + retention)
  for _, key in ipairs(keys_of_job(job.id)) do call('PERSIST', key) end
  call('SADD', k('active', job.session), job.id)
  call('ZADD', k('job_expiry'), 'inf', job.session .. '/' .. job.id)
  keep(job.session)
  touch(job)
  job.phase = phase
  set_place(job, 1)
  line_up(job.session)
end

local function end_job(job, state, why)
  set_place(job, 0)
  drop_lease(job)
  call('HSET', job.key, 'state', state, 'error', why, 'attempts', 0, 'ended', now, 'expires', now + retention)
  for _, key in ipairs(keys_of_job(job.id)) do call('PEXPIRE', key, retention + slack) end
  call('SREM', k('active', job.session), job.id)
  call('ZADD', k('job_expiry'), now + retention, job.session .. '/' .. job.id)
  touch(job)
  line_up(job.session)
  keep(job.session)
end

local function results_of(sid, jid)
  local packed = call('HGET', k('results', sid), jid)
  return packed and cmsgpack.unpack(packed) or {}
end

local function job_reply(sid, jid) return {call('HGETALL', k('job', jid)), results_of(sid, jid), jid} end

-- Removes a job and returns its results ({part, name, bytes} each).
local function erase_job(sid, jid)
  local results = results_of(sid, jid)
  for _, result in ipairs(results) do count('bytes', sid, -tonumber(result[3])) end
  local job = row_of(jid)
  if job then
    leave_line(job)
    call('ZREM', leases_of(job.phase), lease_name(job))
    if job.place == 1 or job.place == 2 then call('HINCRBY', k('totals'), 'waiting', -1) end
    unlink(keys_of_job(jid))
  end
  call('ZREM', k('job_expiry'), sid .. '/' .. jid)
  call('SREM', k('active', sid), jid)
  call('ZREM', k('jobs', sid), jid)
  for phase = 0, 1 do call('ZREM', waiting_of(sid, phase), jid) end
  call('HDEL', k('results', sid), jid)
  return results
end

local function erase_session(sid)
  for _, jid in ipairs(call('ZRANGE', k('jobs', sid), 0, -1)) do erase_job(sid, jid) end
  for _, uid in ipairs(call('HKEYS', k('uploads', sid))) do call('ZREM', k('upload_expiry'), sid .. '/' .. uid) end
  for _, headers in ipairs({k('headers', 'people'), k('headers', 'company')}) do
    for _, member in ipairs(call('ZRANGE', headers, 0, -1)) do
      if string.sub(member, 1, #sid + 1) == sid .. '/' then call('ZREM', headers, member) end
    end
  end
  local token = call('HGET', k('session', sid), 'token')
  if token then call('UNLINK', k('token', token)) end
  for _, what in ipairs({'bytes', 'files'}) do
    count(what, sid, -counted(what, sid))
    call('HDEL', k(what), sid)
  end
  call('SREM', k('waiting_sessions'), sid)
  call('ZREM', k('sessions'), sid)
  unlink({k('session', sid), k('uploads', sid), k('files', sid), k('jobs', sid), k('results', sid),
          waiting_of(sid, 0), waiting_of(sid, 1), k('active', sid)})
end

local function new_ledger(jid)
  local keys = keys_of_job(jid)
  table.remove(keys, 1)
  unlink(keys)
  call('HSET', k('ledger', jid), 'pending', 0, 'delivered', 0, 'rejected', 0, 'failed', 0, 'maybe', 0,
       'skipped', 0, 'last', -1)
end

-- The ledger: chunks of 1024 entries of 12 bytes behind a head of the same size. An entry begins with
-- 0 (none) or its state + 1; the head counts the entries of each state, two bytes each.
local entry_bytes, chunk_entries = 12, 1024
local states = {'pending', 'delivered', 'rejected', 'failed', 'maybe', 'skipped'}

local function head_of(chunk_key)
  local head = call('GETRANGE', chunk_key, 0, entry_bytes - 1)
  if head == '' then return {0, 0, 0, 0, 0, 0} end
  return {struct.unpack('>HHHHHH', head)}
end
