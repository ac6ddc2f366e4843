// The stock clients that pages use, socket.io-client and tus-js-client, against the real service.
// Usage: CSVM_PROGRAM=path CSVM_SAMPLES=folder node --test clients.test.js
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { io } from 'socket.io-client'
import { Upload } from 'tus-js-client'

let folder
let service
let origin

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'csvm_service_'))
  const data = join(folder, 'data')
  service = spawn(process.env.CSVM_PROGRAM, ['serve', '--port', '0', '--data', data], {
    cwd: folder,
    env: { ...process.env, LOG_LEVEL: 'warn' },
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

const session = async () => {
  const answer = await fetch(`${origin}/api/session`)
  return { cookie: answer.headers.get('set-cookie').split(';')[0] }
}

const askJson = async (headers, path, body) => {
  const answer = await fetch(origin + path, {
    headers: { ...headers, 'Content-Type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  assert.ok(answer.ok, `${path}: ${answer.status}`)
  return answer.json()
}

const sample = (name) => readFile(join(process.env.CSVM_SAMPLES, 'people', name))

const uploaded = async (headers) => {
  const form = new FormData()
  for (const name of ['apollo_contacts.csv', 'lusha_contacts.csv']) {
    form.append('files', new Blob([await sample(name)]), name)
  }
  const answer = await fetch(`${origin}/api/upload`, { method: 'POST', headers, body: form })
  assert.equal(answer.status, 200)
  return (await answer.json()).upload_id
}

const next = (socket, name) => new Promise((resolve) => socket.once(name, resolve))

const ways = {
  polling: { transports: ['polling'] },
  websocket: { transports: ['websocket'] },
  upgrade: { transports: ['polling', 'websocket'] },
}

for (const [way, options] of Object.entries(ways)) {
  describe(`socket.io-client by ${way}`, () => {
    const open = (headers) =>
      io(origin, { forceNew: true, reconnection: false, extraHeaders: headers, ...options })

    test('greets with the jobs, acknowledges, and tells of a job to its end', async () => {
      const headers = await session()
      const upload_id = await uploaded(headers)
      const socket = open(headers)
      assert.deepEqual(await next(socket, 'session_jobs'), { jobs: [] })

      const updates = []
      socket.on('job_progress', (status) => updates.push(status))
      const completed = next(socket, 'job_completed')
      const { job_id } = await askJson(headers, '/api/process', { upload_id, table_type: 'people' })
      const answer = await socket.emitWithAck('subscribe', { job_id })
      assert.equal(answer.status, 'success')
      assert.equal(answer.job.job_id, job_id)

      const end = await completed
      assert.equal(end.status, 'completed')
      assert.equal(end.progress.percentage, 100)
      assert.ok(updates.length > 0)
      const numbers = updates.map((status) => status.sequence)
      assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b))
      assert.equal(new Set(numbers).size, numbers.length)
      assert.equal(updates.at(-1).status, 'completed')

      // Who comes again is told how things are now.
      socket.close()
      const again = open(headers)
      const { jobs } = await next(again, 'session_jobs')
      assert.equal(jobs[0].job_id, job_id)
      assert.ok(jobs[0].sequence > numbers.at(-1))
      assert.equal((await again.emitWithAck('unsubscribe', { job_id })).status, 'success')
      assert.equal((await again.emitWithAck('subscribe', { job_id: 'x' })).status, 'error')
      for (const wrong of [null, 'x', {}, { job_id: 5 }, []]) {
        assert.equal((await again.emitWithAck('subscribe', wrong)).status, 'error')
      }
      assert.equal((await again.emitWithAck('no such event', {})).status, 'error')
      again.close()
    })

    test('is not let in without a session', async () => {
      const socket = open({})
      const error = await next(socket, 'connect_error')
      assert.match(error.message, /session/)
      socket.close()
    })
  })
}

const largeTable = (rows) => {
  const lines = ['First Name,Last Name,Email']
  for (let i = 0; i < rows; ++i) lines.push(`Ada,Novak${i},ada${i}@firm${i % 97}.example`)
  return Buffer.from(lines.join('\n') + '\n')
}

test('tus-js-client sends in pieces, is aborted, and goes on where it was', async () => {
  const headers = await session()
  const content = largeTable(50_000)
  const options = {
    endpoint: `${origin}/api/tus`,
    chunkSize: 200_000,
    retryDelays: [0, 100, 1000],
    metadata: { filename: 'large.csv' },
    headers,
  }
  const url = await new Promise((resolve, reject) => {
    const upload = new Upload(content, {
      ...options,
      onError: reject,
      onChunkComplete: async (size, accepted) => {
        if (accepted < content.length / 2) return
        await upload.abort()
        resolve(upload.url)
      },
    })
    upload.start()
  })
  const begun = await new Promise((resolve, reject) => {
    let first
    const upload = new Upload(content, {
      ...options,
      uploadUrl: url,
      onError: reject,
      onProgress: (sent) => (first ??= sent),
      onSuccess: () => resolve(first),
    })
    upload.start()
  })
  assert.ok(begun >= content.length / 2, `went on at ${begun} of ${content.length}`)

  const { uploads } = await askJson(headers, '/api/session')
  assert.equal(uploads[0].files[0].filename, 'large.csv')
  assert.equal(uploads[0].files[0].size, content.length)
  assert.equal(uploads[0].files[0].records, 50_000)
})

test('tus-js-client is told why a file is refused and can give one up', async () => {
  const headers = await session()
  const refused = new Promise((resolve, reject) => {
    new Upload(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]), {
      endpoint: `${origin}/api/tus`,
      retryDelays: null,
      metadata: { filename: 'picture.png' },
      headers,
      onError: resolve,
      onSuccess: reject,
    }).start()
  })
  assert.equal((await refused).originalResponse.getStatus(), 422)

  const content = largeTable(20_000)
  await new Promise((resolve, reject) => {
    const upload = new Upload(content, {
      endpoint: `${origin}/api/tus`,
      chunkSize: 100_000,
      headers,
      onError: reject,
      onChunkComplete: () => upload.abort(true).then(resolve, reject),
    })
    upload.start()
  })
  const { storage_used_mb } = await askJson(headers, '/api/session')
  assert.equal(storage_used_mb, 0)
})
