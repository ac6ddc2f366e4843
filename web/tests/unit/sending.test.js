import { expect, test } from 'vitest'
import { Refused } from '../../src/api/client.js'
import { makeSender } from '../../src/api/sending.js'
import { objection, speed, total } from '../../src/state/sending.js'

const limits = { maxFileBytes: 1000, maxFiles: 2, freeBytes: 500 }
const none = { names: [], count: 0 }

test('what speaks against a file is found before it is sent', () => {
  expect(objection({ name: 'a.csv', size: 100 }, limits, none)).toBe('')
  expect(objection({ name: 'a.csv', size: 0 }, limits, none)).toBe('empty')
  expect(objection({ name: 'A.XLSX', size: 10 }, limits, none)).toBe('kind')
  expect(objection({ name: 'a.csv', size: 1001 }, limits, none)).toBe('large')
  expect(objection({ name: 'a.csv', size: 501 }, limits, none)).toBe('full')
  expect(objection({ name: 'a.csv', size: 1 }, limits, { names: [], count: 2 })).toBe('many')
  expect(objection({ name: 'a.csv', size: 1 }, limits, { names: [{ name: 'a.csv', size: 1 }], count: 1 })).toBe('twice')
})

test('no limit is none', () => {
  expect(objection({ name: 'a.csv', size: 1e12 }, { maxFileBytes: 0, maxFiles: 0, freeBytes: Infinity }, { names: [], count: 99 })).toBe('')
})

test('the speed is that of the last samples, and none without two', () => {
  expect(speed([])).toBe(0)
  expect(speed([{ at: 0, sent: 0 }, { at: 100, sent: 50 }])).toBe(0)
  expect(speed([{ at: 0, sent: 0 }, { at: 2000, sent: 500 }])).toBe(250)
})

/** A service that keeps what it is sent, and is cut when told. */
function fakeService() {
  /** @type {Map<string, {length: number, text: string}>} */
  const files = new Map()
  /** @type {string[]} */
  const log = []
  let busy = 0
  const service = {
    files,
    log,
    most: 0,
    /** @type {((path: string) => Promise<void>) | null} */
    before: null,
    /** @type {import('../../src/api/tus.js').Transport['ask']} */
    async ask(path, { method = 'GET', headers }) {
      log.push(`${method} ${path}`)
      const sent = new Headers(headers)
      if (method === 'POST') {
        const place = `/api/tus/f${files.size + 1}`
        files.set(place, { length: Number(sent.get('Upload-Length')), text: '' })
        return new Response(null, { status: 201, headers: { Location: place, 'Upload-Id': 'u1' } })
      }
      if (method === 'DELETE') {
        files.delete(path)
        return new Response(null, { status: 204 })
      }
      const file = files.get(path)
      return file ? new Response(null, { headers: { 'Upload-Offset': String(file.text.length) } }) : new Response(null, { status: 404 })
    },
    /** @type {import('../../src/api/tus.js').Patch} */
    async patch({ path, from, body, progress, signal }) {
      log.push(`PATCH ${path} ${from}`)
      busy += 1
      service.most = Math.max(service.most, busy)
      try {
        const text = await body.text()
        const file = /** @type {{text: string}} */ (files.get(path))
        file.text += text.slice(0, 3)
        progress(from + 3)
        await service.before?.(path)
        if (signal.aborted) throw new DOMException('', 'AbortError')
        file.text += text.slice(3)
        progress(from + text.length)
        return { status: 204, text: '' }
      } finally {
        busy -= 1
      }
    },
  }
  return service
}

/** @param {ReturnType<typeof fakeService>} service */
function senderTo(service) {
  /** @type {{done: number, rows: import('../../src/state/sending.js').Row[], uploads: string[]}} */
  const seen = { done: 0, rows: [], uploads: [] }
  /** @type {(() => void)[]} */
  const later = []
  const sender = makeSender({ transport: service, after: (work) => later.push(work) })
  /** @type {(() => void)[]} */
  let waiting = []
  const check = () => {
    const now = waiting
    waiting = []
    for (const resolve of now) resolve()
  }
  sender.listen({
    rows: (rows) => {
      seen.rows = rows
      check()
    },
    upload: (_, upload) => seen.uploads.push(upload),
    done: async () => {
      seen.done += 1
      check()
    },
  })
  /** @param {() => boolean} isSo */
  const until = async (isSo) => {
    while (!isSo()) await new Promise((resolve) => waiting.push(() => resolve(null)))
  }
  return { sender, seen, later, until }
}

const file = (/** @type {string} */ name, text = 'abcdefgh') => new File([text], name)

test('a file is created, sent, and gone from the rows when it is there', async () => {
  const service = fakeService()
  const { sender, seen, until } = senderTo(service)
  sender.add('files', file('a.csv'), '')
  await until(() => seen.done === 1 && seen.rows.length === 0)
  expect(service.log).toEqual(['POST /api/tus', 'PATCH /api/tus/f1 0'])
  expect(service.files.get('/api/tus/f1')?.text).toBe('abcdefgh')
  expect(seen.uploads).toEqual(['u1'])
})

test('two are sent at once, and the first of a list alone makes its upload', async () => {
  const service = fakeService()
  const { sender, seen, until } = senderTo(service)
  for (const name of ['a', 'b', 'c', 'd']) sender.add('files', file(`${name}.csv`), '')
  await until(() => seen.done === 4 && seen.rows.length === 0)
  expect(service.most).toBe(2)
  expect(service.log.slice(0, 2)).toEqual(['POST /api/tus', expect.stringMatching(/^(PATCH|POST)/)])
})

test('after a cut it goes on by itself where the service stands', async () => {
  const service = fakeService()
  const { sender, seen, later, until } = senderTo(service)
  service.before = () => Promise.reject(new Refused(0, 'cut'))
  sender.add('files', file('a.csv'), '')
  await until(() => seen.rows[0]?.phase === 'failed')
  expect(seen.rows[0].problem).toBe('cut')
  service.before = null
  later[0]()
  await until(() => seen.done === 1 && seen.rows.length === 0)
  expect(service.log.slice(2)).toEqual(['HEAD /api/tus/f1', 'PATCH /api/tus/f1 3'])
  expect(service.files.get('/api/tus/f1')?.text).toBe('abcdefgh')
})

test('a paused file stays where it is until it is told to go on', async () => {
  const service = fakeService()
  const { sender, seen, until } = senderTo(service)
  /** @type {() => void} */
  let release = () => {}
  service.before = () => new Promise((resolve) => (release = resolve))
  sender.add('files', file('a.csv'), '')
  await until(() => seen.rows[0]?.sent === 3)
  const { key } = seen.rows[0]
  sender.pause(key)
  release()
  await until(() => seen.rows[0]?.phase === 'paused')
  service.before = null
  sender.resume(key)
  await until(() => seen.done === 1 && seen.rows.length === 0)
  expect(service.files.get('/api/tus/f1')?.text).toBe('abcdefgh')
})

test('a file that the service refuses is not tried again', async () => {
  const service = fakeService()
  const { sender, seen, later, until } = senderTo(service)
  service.before = () => Promise.reject(new Refused(422, 'is no CSV'))
  sender.add('files', file('a.csv'), '')
  await until(() => seen.rows[0]?.phase === 'refused')
  expect(seen.rows[0]).toMatchObject({ problem: 'is no CSV', place: '' })
  expect(later).toEqual([])
})

test('what an earlier page began goes on when the file is chosen again', async () => {
  const service = fakeService()
  service.files.set('/api/tus/f1', { length: 8, text: 'abcde' })
  const { sender, seen, until } = senderTo(service)
  sender.setAbsent('files', [{ file_id: 'f1', filename: 'a.csv', size: 8, status: 'receiving', offset: 5 }])
  expect(seen.rows[0]).toMatchObject({ phase: 'absent', sent: 5 })
  sender.add('files', file('a.csv'), '')
  await until(() => seen.done === 1 && seen.rows.length === 0)
  expect(service.log).toEqual(['HEAD /api/tus/f1', 'PATCH /api/tus/f1 5'])
})

test('what another tab was sending is gone from the rows when it is there', () => {
  const { sender, seen } = senderTo(fakeService())
  sender.setAbsent('files', [{ file_id: 'f1', filename: 'a.csv', size: 8, status: 'receiving', offset: 5 }])
  const { key } = seen.rows[0]
  sender.setAbsent('files', [{ file_id: 'f1', filename: 'a.csv', size: 8, status: 'receiving', offset: 7 }])
  expect(seen.rows).toMatchObject([{ key, sent: 7 }])
  sender.setAbsent('suppression', [])
  expect(seen.rows.length).toBe(1)
  sender.setAbsent('files', [])
  expect(seen.rows).toEqual([])
})

test('what is removed half-way is given up at the service too', async () => {
  const service = fakeService()
  const { sender, seen, until } = senderTo(service)
  service.before = () => Promise.reject(new Refused(0, 'cut'))
  sender.add('files', file('a.csv'), '')
  await until(() => seen.rows[0]?.phase === 'failed')
  sender.remove(seen.rows[0].key)
  expect(service.log.at(-1)).toBe('DELETE /api/tus/f1')
  expect(total(seen.rows)).toMatchObject({ count: 0, size: 0 })
})
