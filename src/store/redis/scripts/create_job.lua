-- session, job, upload, suppression upload (empty: none), mode, then names and values of fields
local sid, jid, uid, suppression, mode = args[1], args[2], args[3], args[4], args[5]
local refusal = without_session(sid)
if refusal then return refusal end
for _, needed in ipairs({uid, suppression}) do
  if needed ~= '' then
    if not upload_of(sid, needed) then return no_such('upload') end
    local files, unfinished = 0, 0
    for _, packed in ipairs(call('HVALS', k('files', sid))) do
      local file = cmsgpack.unpack(packed)
      if file.upload == needed then
        files = files + 1
        if file.state == 0 then unfinished = unfinished + 1 end
      end
    end
    if files == 0 then return {'upload_empty'} end
    if unfinished > 0 then return {'upload_unfinished'} end
  end
end
if uid == '' then return no_such('upload') end
local seq = call('INCR', k('numbers'))
local job = {id = jid, key = k('job', jid), session = sid, seq = seq, phase = 0, place = 0, turn = ''}
call('HSET', job.key, 'session', sid, 'seq', seq, 'upload', uid, 'suppression', suppression, 'mode', mode,
     'state', queued, 'phase', 0, 'place', 0, 'turn', '', 'token', 0, 'worker', '', 'lease', '', 'attempts', 0,
     'cancel', 0, 'created', now, 'updated', now, 'expires', now + retention, 'started', '', 'ended', '',
     'error', '', 'downloads', 0, unpack(args, 6))
changed[1], changed[2] = sid, jid
call('ZADD', k('jobs', sid), seq, jid)
prolong_upload(sid, uid)
if suppression ~= '' then prolong_upload(sid, suppression) end
if mode == '1' then new_ledger(jid) end
local is_first = call('SCARD', k('active', sid)) == 0
call('SADD', k('active', sid), jid)
call('ZADD', k('job_expiry'), 'inf', sid .. '/' .. jid)
-- Nothing of a session that was busy already would be dropped by Redis.
if is_first then keep(sid) end
local busy = tonumber(call('HGET', k('session', sid), busy_with(0)) or 0)
if (at_once == 0 or busy < at_once) and call('EXISTS', waiting_of(sid, 0)) == 0 then
  set_place(job, 2)
else
  set_place(job, 1)
  line_up(sid)
end
return done(job_reply(sid, jid))
