// The first screen: which files, what their rows stand for, who is left out.
import { wordsOf } from '../api/client.js'
import { headOf } from '../api/head.js'
import { component } from './component.js'
import { bytes, duration } from '../show/numbers.js'
import { say } from '../show/words.js'
import { moved, suggestedTable } from '../state/draft.js'
import { objection, speed, total } from '../state/sending.js'
import { textTable } from '../state/pasted.js'

const megabyte = 1024 * 1024
const speedWindowMs = 5000
// Smaller files are there before anybody could look at their head.
const lookAboveBytes = 2 * megabyte
const lookedRows = 5

/** @typedef {import('../state/sending.js').Row} Row @typedef {import('../api/messages.js').SourceFile} SourceFile */

/**
 * @param {object} parts
 * @param {import('../work.js').Work} parts.work
 * @param {import('../navigation.js').Navigation} parts.navigation
 * @param {import('../api/client.js').Client} parts.client
 * @param {import('../api/sending.js').Sender} parts.sender
 * @param {EventTarget} parts.signals
 */
export const files = ({ work, navigation, client, sender, signals }) => () => component({
  /** @type {Row[]} */
  rows: [],
  /** @type {{at: number, sent: number}[]} */
  samples: [],
  /** @type {string[]} */
  open: [],
  /** What the heads of files hold that are on their way, by row. @type {Record<string, SourceFile & {about: number}>} */
  heads: {},
  problem: '',
  pastedSoFar: 0,

  init() {
    sender.listen({
      rows: (rows) => {
        this.rows = rows
        const now = Date.now()
        const kept = this.samples.filter(({ at }) => now - at < speedWindowMs)
        this.samples = [...kept, { at: now, sent: total(rows).sent }]
      },
      upload: (list, upload) => work.change(list === 'files' ? { upload } : { suppression: upload }),
      done: () => work.refreshAll(),
    })
    signals.addEventListener('given', (event) => {
      const { list, files, text } = /** @type {CustomEvent} */ (event).detail
      this.take(list, files)
      if (files.length === 0 && text) this.takeText(text)
    })
    signals.addEventListener('forgotten', () => this.forgetRows())
    this.$watch('$store.work.draft', () => this.useUploads())
    this.$watch('$store.work.session', () => this.useUploads())
    this.useUploads()
  },

  // Where the next files go, and what an earlier page left half-way.
  useUploads() {
    const lists = /** @type {const} */ ([['files', work.draft.upload], ['suppression', work.draft.suppression]])
    for (const [list, upload] of lists) {
      sender.use(list, upload)
      sender.setAbsent(list, work.filesOf(upload).filter(({ status }) => status === 'receiving'))
    }
  },
  forgetRows() {
    sender.clear()
    Object.assign(this, { samples: [], open: [], heads: {} })
  },

  /** @param {Event} event */
  picked(event) {
    const input = /** @type {HTMLInputElement} */ (event.target)
    this.take(input.dataset.list === 'suppression' ? 'suppression' : 'files', [...(input.files ?? [])])
    input.value = ''
  },
  /** @param {Event} event */
  browse(event) {
    const name = /** @type {HTMLElement} */ (event.currentTarget).dataset.input ?? ''
    this.$refs[name].click()
  },
  /** @param {'files' | 'suppression'} list @param {File[]} given */
  take(list, given) {
    for (const file of given) {
      const objection = this.objectionTo(list, file)
      const key = sender.add(list, file, objection)
      if (!objection && file.size > lookAboveBytes) void this.lookAhead(key, file)
    }
  },
  // A large file shows what it holds while it is sent.
  /** @param {string} key @param {File} file */
  async lookAhead(key, file) {
    try {
      const { head, isPlain } = await headOf(file)
      const found = await client.lookAtHead(file.name, head)
      const about = isPlain ? Math.round(((found.records ?? 0) * file.size) / head.size) : 0
      if (Object.keys(this.heads).length === 0) this.open = [...this.open, key]
      this.heads = { ...this.heads, [key]: { ...found, about, preview: found.preview?.slice(0, lookedRows) } }
    } catch {
      // What is wrong with the file is said when all of it was read.
    }
  },
  /** @param {string} text */
  takeText(text) {
    const table = textTable(text)
    if (!table) {
      this.problem = say.pastedNothing
      return
    }
    this.pastedSoFar += 1
    this.take('files', [new File([table], say.pasted(this.pastedSoFar), { type: 'text/csv' })])
  },
  /** @param {'files' | 'suppression'} list @param {File} file */
  objectionTo(list, file) {
    if (!work.session) return ''
    const { limits, storage_limit_mb, storage_used_mb, uploads } = work.session
    const onTheWay = this.rows.filter(({ phase }) => !['refused', 'absent'].includes(phase))
    const there = work.filesOf(list === 'files' ? work.draft.upload : work.draft.suppression)
    const known = [
      ...there.filter(({ status }) => status === 'complete').map(({ filename, size }) => ({ name: filename, size })),
      ...onTheWay.filter((row) => row.list === list),
    ]
    const count = uploads.reduce((sum, upload) => sum + upload.files.length, 0) + onTheWay.filter(({ place }) => !place).length
    const free = storage_limit_mb > 0 ? (storage_limit_mb - storage_used_mb) * megabyte : Infinity
    const most = limits.max_file_size_mb * megabyte
    switch (objection(file, { maxFileBytes: most, maxFiles: limits.max_files, freeBytes: free }, { names: known, count })) {
      case 'empty':
        return say.objections.empty
      case 'kind':
        return say.objections.kind
      case 'large':
        return say.objections.large(most)
      case 'many':
        return say.objections.many(limits.max_files)
      case 'full':
        return say.objections.full(free)
      case 'twice':
        return say.objections.twice
      default:
        return ''
    }
  },

  /** @param {'files' | 'suppression'} list */
  rowsOf(list) {
    return this.rows.filter((row) => row.list === list)
  },
  get fileRows() {
    return this.rowsOf('files')
  },
  get suppressionRows() {
    return this.rowsOf('suppression')
  },
  get isEmpty() {
    return work.files.length === 0 && this.fileRows.length === 0
  },
  get hasSome() {
    return !this.isEmpty
  },
  get dropClass() {
    return this.isEmpty ? 'py-14' : 'py-5'
  },
  get dropFlow() {
    return this.isEmpty ? 'flex-col' : ''
  },
  get chooseClass() {
    return this.isEmpty ? 'button-primary' : ''
  },

  // ---- On the way
  /** @param {Row} row */
  phaseWords(row) {
    return say.phases[row.phase]
  },
  /** @param {Row} row */
  phaseClass(row) {
    return { failed: 'badge-warn', refused: 'badge-bad', absent: 'badge-warn', sending: 'badge-accent', reading: 'badge-accent' }[/** @type {string} */ (row.phase)] ?? ''
  },
  /** @param {Row} row */
  rowBar(row) {
    return { width: `${row.size > 0 ? (100 * row.sent) / row.size : 0}%` }
  },
  /** @param {Row} row */
  rowPercent(row) {
    return row.size > 0 ? Math.floor((100 * row.sent) / row.size) : 0
  },
  /** @param {Row} row */
  rowSize(row) {
    return row.sent > 0 && row.sent < row.size ? say.progress(bytes(row.sent), bytes(row.size), '') : bytes(row.size)
  },
  /** @param {Row} row */
  hasHead(row) {
    return row.key in this.heads && row.phase !== 'refused'
  },
  /** @param {Row} row */
  headPlatform(row) {
    return this.heads[row.key]?.platform ?? ''
  },
  /** @param {Row} row */
  headSpelling(row) {
    return this.hasHead(row) ? this.spelling(this.heads[row.key]) : ''
  },
  /** @param {Row} row */
  headColumns(row) {
    return this.heads[row.key]?.headers ?? []
  },
  /** @param {Row} row */
  headRows(row) {
    return this.heads[row.key]?.preview ?? []
  },
  /** @param {Row} row */
  headFacts(row) {
    const head = this.heads[row.key]
    if (!head) return ''
    return [head.about > 0 ? say.aboutRows(head.about) : '', say.columns(head.headers?.length ?? 0)].filter(Boolean).join(' \u00b7 ')
  },
  /** @param {Row} row */
  isHeadOpen(row) {
    return this.hasHead(row) && this.open.includes(row.key)
  },
  /** @param {Row} row */
  toggleHead({ key }) {
    this.open = this.open.includes(key) ? this.open.filter((id) => id !== key) : [...this.open, key]
  },
  /** @param {Row} row */
  showsBar(row) {
    return row.phase !== 'refused'
  },
  /** @param {Row} row */
  canPause(row) {
    return row.phase === 'sending' || row.phase === 'waiting'
  },
  /** @param {Row} row */
  canResume(row) {
    return row.phase === 'paused' || row.phase === 'failed'
  },
  words: { pause: say.pause, resume: say.resume },
  /** @param {Row} row */
  pickerOf(row) {
    return row.list === 'files' ? 'picker' : 'suppressionPicker'
  },
  /** @param {Row} row */
  problemClass(row) {
    return row.phase === 'refused' ? 'text-bad' : 'text-warn'
  },
  /** @param {Row} row */
  needsFile(row) {
    return row.phase === 'absent'
  },
  /** @param {Row} row */
  pause(row) {
    sender.pause(row.key)
  },
  /** @param {Row} row */
  resume(row) {
    sender.resume(row.key)
  },
  /** @param {Row} row */
  discard(row) {
    sender.remove(row.key)
    void work.refreshAll()
  },
  get total() {
    return total(this.rows)
  },
  get isSending() {
    return this.total.count > 0
  },
  get totalWords() {
    const { sent, size } = this.total
    const rate = speed(this.samples)
    return say.progress(bytes(sent), bytes(size), rate > 0 ? duration((size - sent) / rate) : '')
  },
  get totalBar() {
    return { width: `${this.total.percent}%` }
  },
  get isAnyMoving() {
    return this.rows.some((/** @type {Row} */ row) => this.canPause(row))
  },
  get isAnyHeld() {
    return this.rows.some((/** @type {Row} */ row) => this.canResume(row))
  },
  pauseAll() {
    for (const row of this.rows) if (this.canPause(row)) sender.pause(row.key)
  },
  resumeAll() {
    for (const row of this.rows) if (this.canResume(row)) sender.resume(row.key)
  },

  // ---- There
  /** @param {SourceFile} file */
  facts(file) {
    return [bytes(file.size), say.rows(file.records ?? 0), say.columns(file.headers?.length ?? 0)].join(' \u00b7 ')
  },
  /** @param {SourceFile} file */
  spelling(file) {
    const delimiter = file.dialect?.delimiter ?? ''
    const words = /** @type {Record<string, string>} */ (say.delimiters)[delimiter] ?? delimiter
    return [words, file.encoding?.toUpperCase()].filter(Boolean).join(' \u00b7 ')
  },
  /** @param {SourceFile} file */
  spellingClass(file) {
    return work.draft.reading[file.file_id] ? 'badge-accent' : ''
  },
  delimiters: say.delimiterChoices,
  encodings: say.encodingChoices,
  /** @param {SourceFile} file @param {{value: string}} choice */
  isDelimiter(file, { value }) {
    return (work.draft.reading[file.file_id]?.delimiter ?? '') === value
  },
  /** @param {SourceFile} file @param {{value: string}} choice */
  isEncoding(file, { value }) {
    return (work.draft.reading[file.file_id]?.encoding ?? '') === value
  },
  /** @param {SourceFile} file @param {Event} event */
  setDelimiter(file, event) {
    return this.readAs(file, 'delimiter', /** @type {HTMLSelectElement} */ (event.target).value)
  },
  /** @param {SourceFile} file @param {Event} event */
  setEncoding(file, event) {
    return this.readAs(file, 'encoding', /** @type {HTMLSelectElement} */ (event.target).value)
  },
  /** @param {SourceFile} file @param {'delimiter' | 'encoding'} what @param {string} value */
  async readAs(file, what, value) {
    const { [what]: _, ...rest } = work.draft.reading[file.file_id] ?? {}
    try {
      await work.readAs(file.file_id, value ? { ...rest, [what]: value } : rest)
      this.problem = ''
    } catch (failure) {
      this.problem = wordsOf(failure)
    }
  },
  /** @param {SourceFile} file */
  warningWords(file) {
    return say.warnings(file.warnings?.length ?? 0)
  },
  /** @param {SourceFile} file */
  hasWarnings(file) {
    return (file.warnings?.length ?? 0) > 0
  },
  /** @param {SourceFile} file */
  isOpen(file) {
    return this.open.includes(file.file_id)
  },
  /** @param {SourceFile} file */
  toggle(file) {
    this.open = this.isOpen(file) ? this.open.filter((id) => id !== file.file_id) : [...this.open, file.file_id]
  },
  /** @param {SourceFile} file */
  isFirst(file) {
    return work.files[0]?.file_id === file.file_id
  },
  /** @param {SourceFile} file */
  isLast(file) {
    return work.files.at(-1)?.file_id === file.file_id
  },
  /** @param {SourceFile} file */
  placeOf(file) {
    return work.files.findIndex(({ file_id }) => file_id === file.file_id) + 1
  },
  /** @param {SourceFile} file */
  moveUp(file) {
    this.move(file, -1)
  },
  /** @param {SourceFile} file */
  moveDown(file) {
    this.move(file, 1)
  },
  /** @param {SourceFile} file @param {number} by */
  move(file, by) {
    const order = work.files.map(({ file_id }) => file_id)
    work.change({ order: moved(order, file.file_id, by) })
    this.say(say.moved(file.filename, this.placeOf(file)))
  },
  /** @param {SourceFile} file */
  remove(file) {
    return this.removeFrom(work.draft.upload, file)
  },
  /** @param {SourceFile} file */
  removeSuppression(file) {
    return this.removeFrom(work.draft.suppression, file)
  },
  /** @param {string} upload @param {SourceFile} file */
  async removeFrom(upload, file) {
    try {
      await client.removeFile(upload, file.file_id)
      this.say(say.removed(file.filename))
    } catch (failure) {
      this.problem = wordsOf(failure)
    }
    await work.refreshAll()
  },
  async clear() {
    for (const { key } of this.fileRows) sender.remove(key)
    for (const file of [...work.files]) await this.removeFrom(work.draft.upload, file)
  },

  // ---- What the rows stand for
  get suggestion() {
    return work.files.length > 0 ? suggestedTable(work.files) : ''
  },
  get suggestsPeople() {
    return this.suggestion === 'people'
  },
  get suggestsCompany() {
    return this.suggestion === 'company'
  },
  get isPeople() {
    return work.table === 'people'
  },
  get isCompany() {
    return work.table === 'company'
  },
  /** @param {Event} event */
  chooseTable(event) {
    const value = /** @type {HTMLInputElement} */ (event.target).value
    work.change({ table: value === 'company' ? 'company' : 'people', mapping: {} })
  },

  // ---- On
  // A job begins with whole files only.
  get isUnderWay() {
    return this.rows.some((/** @type {Row} */ { phase }) => phase !== 'refused')
  },
  get summary() {
    if (work.files.length === 0) return this.isUnderWay ? say.stillSending : say.needFiles
    const words = say.summary(say.files(work.files.length), say.rows(work.records))
    return this.isUnderWay ? `${words}. ${say.stillSending}` : words
  },
  get canGoOn() {
    return work.files.length > 0 && !this.isUnderWay
  },
  get cannotGoOn() {
    return !this.canGoOn
  },
  goOn() {
    navigation.go('columns')
  },
  dismiss() {
    this.problem = ''
  },
  /** @param {string} words */
  say(words) {
    signals.dispatchEvent(new CustomEvent('say', { detail: words }))
  },
})
