// Sends files, two at a time; each can be paused, goes on where it was cut, and is tried again when
// the network was away. Keeps the browser's files; what is shown of them is `Row`s (state/sending.js).
import { Refused, wordsOf } from './client.js'
import { abandon, create, offsetOf, sendRest } from './tus.js'
import { withRow } from '../state/sending.js'

const atOnce = 2
// After a cut: waits in ms, then the user's turn.
const waits = [1000, 3000, 9000, 20000]

/** @typedef {ReturnType<typeof makeSender>} Sender */

/**
 * @param {object} parts
 * @param {import('./tus.js').Transport} parts.transport
 * @param {(work: () => void, ms: number) => any} [parts.after]
 */
export function makeSender({ transport, after = setTimeout }) {
  /** @type {import('../state/sending.js').Row[]} */
  let rows = []
  /** @type {Map<string, {body: File, stop: AbortController | null, tries: number}>} */
  const held = new Map()
  /** @type {{files: string, suppression: string}} */
  const uploads = { files: '', suppression: '' }
  /** @type {(rows: import('../state/sending.js').Row[]) => void} */
  let tellRows = () => {}
  /** @type {(list: 'files' | 'suppression', upload: string) => void} */
  let tellUpload = () => {}
  /** @type {(list: 'files' | 'suppression') => Promise<void>} */
  let tellDone = async () => {}
  let last = 0

  /** @param {import('../state/sending.js').Row[]} next */
  const become = (next) => {
    rows = next
    tellRows(rows)
  }
  /** @param {string} key @param {Partial<import('../state/sending.js').Row>} change */
  const change = (key, change) => become(withRow(rows, key, change))
  /** @param {string} key */
  const row = (key) => rows.find((row) => row.key === key)

  const next = () => {
    const busy = rows.filter(({ phase }) => phase === 'sending' || phase === 'reading')
    if (busy.length >= atOnce) return
    const waiting = rows.find(
      ({ phase, list, place }) =>
        phase === 'waiting' &&
        // The first file of a list makes its upload; the others wait for its name.
        (place || uploads[list] || !busy.some((other) => other.list === list)),
    )
    if (!waiting) return
    void send(waiting.key)
    next()
  }

  /** @param {string} key */
  async function send(key) {
    const mine = held.get(key)
    const begun = row(key)
    if (!mine || !begun) return
    const stop = new AbortController()
    mine.stop = stop
    change(key, { phase: 'sending', problem: '' })
    try {
      let { place } = begun
      let from = 0
      if (place) {
        from = await offsetOf(transport, place, stop.signal)
      } else {
        const made = await create(transport, { ...begun, upload: uploads[begun.list], signal: stop.signal })
        place = made.place
        uploads[begun.list] = made.upload
        tellUpload(begun.list, made.upload)
      }
      change(key, { place, sent: from })
      next()
      const progress = (/** @type {number} */ sent) =>
        change(key, { sent, phase: sent >= begun.size ? 'reading' : 'sending' })
      await sendRest(transport, { place, body: mine.body, from, progress, signal: stop.signal })
      change(key, { sent: begun.size, phase: 'reading' })
      await tellDone(begun.list)
      held.delete(key)
      become(rows.filter((other) => other.key !== key))
    } catch (failure) {
      fail(key, failure)
    }
    next()
  }

  /** @param {string} key @param {unknown} failure */
  function fail(key, failure) {
    const mine = held.get(key)
    const now = row(key)
    if (!mine || !now || now.phase === 'paused') return
    if (failure instanceof Refused && [404, 410, 413, 415, 422].includes(failure.status)) {
      // Nothing is left at its place; a retry begins anew.
      change(key, { phase: 'refused', problem: wordsOf(failure), place: '', sent: 0 })
      return
    }
    const wait = waits[mine.tries]
    mine.tries += 1
    change(key, { phase: 'failed', problem: wordsOf(failure) })
    if (wait !== undefined) after(() => row(key)?.phase === 'failed' && retry(key), wait)
  }

  /** @param {string} key */
  function retry(key) {
    if (!held.has(key)) return
    change(key, { phase: 'waiting', problem: '' })
    next()
  }

  return {
    /** @param {{rows: typeof tellRows, upload: typeof tellUpload, done: typeof tellDone}} heard */
    listen(heard) {
      tellRows = heard.rows
      tellUpload = heard.upload
      tellDone = heard.done
    },
    /** The upload that a list's next files go to. @param {'files' | 'suppression'} list @param {string} upload */
    use(list, upload) {
      uploads[list] = upload
    },
    /** A file of the user, with what speaks against it; returns the key of its row. @param {'files' | 'suppression'} list @param {File} body @param {string} problem */
    add(list, body, problem) {
      const absent = rows.find(({ phase, name, size }) => phase === 'absent' && name === body.name && size === body.size)
      const key = absent?.key ?? `row${++last}`
      held.set(key, { body, stop: null, tries: 0 })
      if (absent) {
        retry(key)
        return key
      }
      become([
        ...rows,
        { key, list, name: body.name, size: body.size, sent: 0, phase: problem ? 'refused' : 'waiting', problem, place: '' },
      ])
      next()
      return key
    },
    /**
     * Files of a list that are half there and not by this page: begun before it was loaded, or by
     * another tab. @param {'files' | 'suppression'} list @param {import('./messages.js').SourceFile[]} files
     */
    setAbsent(list, files) {
      const placeOf = (/** @type {import('./messages.js').SourceFile} */ { file_id }) => `/api/tus/${file_id}`
      const others = rows.filter((row) => row.phase !== 'absent' || row.list !== list)
      const absent = files.filter((file) => !others.some(({ place }) => place === placeOf(file)))
      if (absent.length === 0 && others.length === rows.length) return
      become([
        ...others,
        ...absent.map((file) => ({
          key: rows.find(({ place }) => place === placeOf(file))?.key ?? `row${++last}`,
          list,
          name: file.filename,
          size: file.size,
          sent: file.offset ?? 0,
          phase: /** @type {const} */ ('absent'),
          problem: '',
          place: placeOf(file),
        })),
      ])
    },
    /** @param {string} key */
    pause(key) {
      change(key, { phase: 'paused' })
      held.get(key)?.stop?.abort()
      next()
    },
    /** Goes on, also after a failure. @param {string} key */
    resume(key) {
      const mine = held.get(key)
      if (mine) mine.tries = 0
      retry(key)
    },
    /** @param {string} key */
    remove(key) {
      const gone = row(key)
      const mine = held.get(key)
      held.delete(key)
      become(rows.filter((row) => row.key !== key))
      mine?.stop?.abort()
      if (gone?.place) void abandon(transport, gone.place).catch(() => {})
      next()
    },
    clear() {
      for (const { key } of rows) this.remove(key)
    },
  }
}
