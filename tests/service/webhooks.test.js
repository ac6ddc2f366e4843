// Deliveries as a receiver and a page see them: signatures checked with the npm package
// `standardwebhooks`, live events with the stock `socket.io-client`.
// Usage: CSVM_PROGRAM=path node --test webhooks.test.js
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { io } from 'socket.io-client'
import { Webhook } from 'standardwebhooks'

let folder
let service
let origin

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'csvm_webhooks_'))
  const data = join(folder, 'data')
  service = spawn(process.env.CSVM_PROGRAM, ['serve', '--port', '0', '--data', data], {
    cwd: folder,
    env: { ...process.env, LOG_LEVEL: 'warn', WEBHOOK_ALLOW_PRIVATE: 'true' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(service.stdout), 'line')
  origin = line.replace('csv-merger listens on ', '')
})

after(async () => {
  service.kill('SIGTERM')
  const [code] = await once(service, 'exit')
  assert.equal(code, 0)
  await rm(folder, { recursive: true })
})

const next = (socket, name) => new Promise((resolve) => socket.once(name, resolve))

// A receiver that answers with what `judge` says of a request.
const receiver = async (judge) => {
  const requests = []
  const server = createServer(async (request, response) => {
    const pieces = []
    for await (const piece of request) pieces.push(piece)
    const got = { headers: request.headers, body: Buffer.concat(pieces).toString() }
    requests.push(got)
    response.statusCode = judge(got, requests.length)
    response.end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${server.address().port}/hook`, requests, close }
}

const session = async () => {
  const answer = await fetch(`${origin}/api/session`)
  return { cookie: answer.headers.get('set-cookie').split(';')[0] }
}

const begin = async (headers, records, wishes) => {
  const rows = ['First Name,Last Name,Work Email,Company Name,Notes']
  for (let i = 0; i < records; ++i) rows.push(`Zo\u00eb,Bee${i},z${i}@firm${i}.example,"Firm, ${i}","a ""b"" \u{1f600}"`)
  const form = new FormData()
  form.append('files', new Blob([rows.join('\n') + '\n']), 'people.csv')
  const upload = await fetch(`${origin}/api/upload`, { method: 'POST', headers, body: form })
  const { upload_id } = await upload.json()
  const answer = await fetch(`${origin}/api/process`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      upload_id, table_type: 'people', mode: 'webhook', match: 'none', webhook_rate_limit: 0, ...wishes,
    }),
  })
  assert.equal(answer.status, 202)
  return (await answer.json()).job_id
}

const secrets = {
  'a secret in base64': ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', (secret) => new Webhook(secret)],
  'a plain secret': ['correct horse battery', (secret) => new Webhook(secret, { format: 'raw' })],
}

for (const [name, [secret, verifier]] of Object.entries(secrets)) {
  test(`signatures made with ${name} verify, on every attempt`, async () => {
    const verified = []
    const tried = new Set()
    const webhook = verifier(secret)
    const { url, requests, close } = await receiver(({ headers, body }) => {
      verified.push(webhook.verify(body, headers))
      const isFirst = !tried.has(headers['webhook-id'])
      tried.add(headers['webhook-id'])
      return isFirst && tried.size % 3 === 0 ? 500 : 200
    })
    const headers = await session()
    const socket = io(origin, { forceNew: true, reconnection: false, extraHeaders: headers })
    await next(socket, 'session_jobs')
    const completed = next(socket, 'job_completed')
    await begin(headers, 30, {
      webhook_url: url, webhook_secret: secret, webhook_backoff: [0], webhook_headers: { 'X-Team': 'S\u00fcd' },
    })
    const end = await completed
    assert.equal(end.progress.successful_webhooks, 30)
    assert.equal(requests.length, 40)
    assert.equal(verified.length, 40)
    assert.equal(verified[0].person.first_name, 'Zo\u00eb')
    assert.equal(verified[0].additional_fields.Notes, 'a "b" \u{1f600}')
    const { headers: sent } = requests[0]
    assert.equal(sent['idempotency-key'], sent['webhook-id'])
    assert.equal(sent['content-type'], 'application/json')
    assert.match(sent['user-agent'], /^csv-merger\//)
    assert.equal(Buffer.from(sent['x-team'], 'latin1').toString(), 'S\u00fcd')
    const tampered = { ...requests[0], body: requests[0].body.replace('Zo\u00eb', 'Zoe') }
    assert.throws(() => webhook.verify(tampered.body, tampered.headers))
    socket.close()
    close()
  })
}

test('a page hears of progress and, together, of failures', async () => {
  const { url, close } = await receiver((_, number) => (number % 2 === 0 ? 422 : 200))
  const headers = await session()
  const socket = io(origin, { forceNew: true, reconnection: false, extraHeaders: headers })
  await next(socket, 'session_jobs')
  const failures = []
  const updates = []
  socket.on('webhook_failed', (event) => failures.push(event))
  socket.on('job_progress', (status) => updates.push(status))
  const completed = next(socket, 'job_completed')
  const job_id = await begin(headers, 100, { webhook_url: url })
  const end = await completed
  assert.equal(end.job_id, job_id)
  const { deliveries, failed_webhooks } = end.progress
  assert.equal(deliveries.delivered, 50)
  assert.equal(deliveries.rejected, 50)
  assert.equal(failed_webhooks, 50)
  // What failed last is told before the end is.
  assert.equal(failures.reduce((sum, event) => sum + event.count, 0), 50)
  assert.ok(failures.length < 50)
  assert.equal(failures.at(-1).job_id, job_id)
  assert.equal(failures.at(-1).http_status, 422)
  assert.ok(updates.some((status) => status.progress.stage === 'sending'))
  socket.close()
  close()
})
