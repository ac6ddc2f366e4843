// The stock socket.io-client against our server, with each transport alone and with the upgrade.
// Usage: SOCKETIO_ECHO=path node --test socketio_client.test.js
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { io } from 'socket.io-client'

let server
let origin

// Resolves with the arguments of the next event of that name.
const next = (socket, name) =>
  new Promise((resolve, reject) => {
    socket.once(name, (...args) => resolve(args))
    if (name !== 'connect_error') socket.once('connect_error', reject)
  })

before(async () => {
  const options = ['--ping-interval', '300', '--ping-timeout', '2000']
  server = spawn(process.env.SOCKETIO_ECHO, options, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = await once(server.stdout, 'data')
  origin = `http://127.0.0.1:${line.toString().trim()}`
})

after(async () => {
  server.stdin.end()
  const [code] = await once(server, 'exit')
  assert.equal(code, 0)
})

const ways = {
  polling: { transports: ['polling'] },
  websocket: { transports: ['websocket'] },
  upgrade: { transports: ['polling', 'websocket'] },
}

for (const [way, options] of Object.entries(ways)) {
  describe(`by ${way}`, () => {
    const open = (path = '', more = {}) =>
      io(origin + path, { forceNew: true, reconnection: false, ...options, ...more })

    test('connects with auth, echoes and acknowledges, in two namespaces', async () => {
      for (const path of ['', '/custom']) {
        const socket = open(path, { auth: { token: 'abc' } })
        assert.deepEqual(await next(socket, 'auth'), [{ token: 'abc' }])
        const back = next(socket, 'message-back')
        socket.emit('message', 1, '\u00e4"\\', { deep: [true, null] })
        assert.deepEqual(await back, [1, '\u00e4"\\', { deep: [true, null] }])
        const answer = await new Promise((resolve) =>
          socket.emit('message-with-ack', 1, 'two', (...args) => resolve(args)),
        )
        assert.deepEqual(answer, [1, 'two'])
        socket.close()
      }
    })

    test('carries bytes both ways', async () => {
      const socket = open()
      await next(socket, 'connect')
      const back = next(socket, 'message-back')
      socket.emit('message', Buffer.from([0, 1, 255]), { deep: Buffer.from('x') })
      const [first, second] = await back
      assert.deepEqual([...first], [0, 1, 255])
      assert.equal(second.deep.toString(), 'x')
      const [acknowledged] = await new Promise((resolve) =>
        socket.emit('message-with-ack', Buffer.from([7]), (...args) => resolve(args)),
      )
      assert.deepEqual([...acknowledged], [7])
      socket.close()
    })

    test('carries long messages', async () => {
      const socket = open()
      await next(socket, 'connect')
      const back = next(socket, 'message-back')
      socket.emit('message', 'x'.repeat(500_000))
      assert.equal((await back)[0].length, 500_000)
      socket.close()
    })

    test('answers the server and lives through heartbeats', async () => {
      const socket = open()
      await next(socket, 'connect')
      socket.on('question', (value, acknowledge) => acknowledge(value + 1))
      const answered = next(socket, 'answered')
      socket.emit('ask-me', 41)
      assert.deepEqual(await answered, [42])
      for (let pings = 0; pings < 3; ++pings) await next(socket.io, 'ping')
      assert.equal(socket.connected, true)
      socket.close()
    })

    test('sends to the members of a room', async () => {
      const [inside, outside] = [open(), open()]
      await Promise.all([next(inside, 'connect'), next(outside, 'connect')])
      inside.emit('join')
      await new Promise((resolve) => inside.emit('message-with-ack', resolve))
      let leaked = false
      outside.on('room-message', () => (leaked = true))
      const got = next(inside, 'room-message')
      outside.emit('to-room', 'hi')
      assert.deepEqual(await got, ['hi'])
      await new Promise((resolve) => outside.emit('message-with-ack', resolve))
      assert.equal(leaked, false)
      inside.close()
      outside.close()
    })

    test('is told why it may not enter', async () => {
      const refused = open('/closed')
      assert.equal((await next(refused, 'connect_error'))[0].message, 'not you')
      refused.close()
      const unknown = open('/random')
      assert.equal((await next(unknown, 'connect_error'))[0].message, 'Invalid namespace')
      unknown.close()
    })

    test('is disconnected by the server', async () => {
      const socket = open()
      await next(socket, 'connect')
      const gone = next(socket, 'disconnect')
      socket.emit('disconnect-me')
      assert.equal((await gone)[0], 'io server disconnect')
    })

    test('ends on the transport it should', async () => {
      const socket = open()
      await next(socket, 'connect')
      const engine = socket.io.engine
      if (way === 'upgrade' && engine.transport.name === 'polling') await next(engine, 'upgrade')
      assert.equal(engine.transport.name, way === 'polling' ? 'polling' : 'websocket')
      socket.close()
    })
  })
}
