local counts = call('HMGET', k('totals'), 'files', 'bytes', 'waiting')
return done({number(call('ZCARD', k('sessions'))), number(call('ZCARD', k('upload_expiry'))), counts[1] or '0',
             counts[2] or '0', number(call('ZCARD', k('job_expiry'))),
             number(call('ZCOUNT', k('job_expiry'), 'inf', 'inf')), counts[3] or '0',
             number(call('ZCARD', leases_of(0)) + call('ZCARD', leases_of(1)))})
