// The second screen: which columns feed which fields, what that gives, and changes to it.
import { wordsOf } from '../api/client.js'
import { component, onceDrawn } from './component.js'
import { count } from '../show/numbers.js'
import { say } from '../show/words.js'
import * as mapping from '../state/mapping.js'

const settleMs = 120
const shownRows = 15
const samplesShown = 2

/**
 * @typedef {import('../state/mapping.js').MappedFile} MappedFile
 * @typedef {import('../state/mapping.js').MappedColumn} MappedColumn
 */

/**
 * @param {object} parts
 * @param {import('../work.js').Work} parts.work
 * @param {import('../navigation.js').Navigation} parts.navigation
 * @param {import('../api/client.js').Client} parts.client
 * @param {EventTarget} parts.signals
 */
export const columns = ({ work, navigation, client, signals }) => () => component({
  /** @type {import('../api/messages.js').MappingPreview | null} */
  preview: null,
  words: { reading: say.reading },
  problem: '',
  notice: '',
  isBusy: false,
  asked: 0,
  askedFor: '',
  /** @type {any} */
  timer: null,
  /** @type {'' | 'field' | 'column'} */
  view: '',
  shownFile: '',
  /** @type {import('../state/mapping.js').Wishes[]} */
  history: [],
  /** @type {string[]} */
  seen: [],
  onlyUncertain: false,

  init() {
    this.$watch('$store.navigation.screen', () => this.look())
    this.$watch('$store.work.draft', () => this.look())
    this.$watch('$store.work.session', () => this.look())
    signals.addEventListener('forgotten', () => Object.assign(this, { preview: null, askedFor: '', history: [], seen: [] }))
    this.look()
  },

  // Asks the service when this is shown and something changed.
  look() {
    if (navigation.screen !== 'columns' || work.files.length === 0) return
    const wishes = { ...work.request, rows: shownRows }
    if (JSON.stringify(wishes) === this.askedFor) return
    this.askedFor = JSON.stringify(wishes)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.ask(wishes), this.preview ? settleMs : 0)
  },
  /** @param {object} wishes */
  async ask(wishes) {
    this.asked += 1
    const mine = this.asked
    this.isBusy = true
    try {
      const preview = await client.mapping(wishes)
      if (mine !== this.asked) return
      this.preview = preview
      this.problem = ''
    } catch (failure) {
      if (mine !== this.asked) return
      this.problem = wordsOf(failure)
      this.askedFor = ''
    }
    this.isBusy = false
  },
  retry() {
    this.askedFor = ''
    this.look()
  },

  /** @returns {MappedFile[]} */
  get files() {
    const files = this.preview?.files ?? []
    const there = work.files.map(({ file_id }) => file_id)
    return files.filter(({ file_id }) => there.includes(file_id)).sort((a, b) => there.indexOf(a.file_id) - there.indexOf(b.file_id))
  },
  /** @returns {string[]} */
  get fields() {
    return this.preview?.fields ?? []
  },
  get isEmpty() {
    return work.files.length === 0
  },
  get isReady() {
    return !this.isEmpty && this.preview !== null
  },
  get isFirstLook() {
    return !this.isEmpty && this.preview === null && !this.problem
  },

  // ---- By field: a matrix
  get byField() {
    return this.view ? this.view === 'field' : this.files.length > 1
  },
  get byColumn() {
    return !this.byField
  },
  /** @returns {{heading: string, fields: string[]}[]} */
  get groups() {
    if (work.table !== 'people') return [{ heading: '', fields: this.fields }]
    return mapping.grouped(this.fields, this.preview?.company_fields ?? []).map(({ name, fields }) => ({ heading: say.fieldGroups[name], fields }))
  },
  /** The lines of the matrix: headings of groups, and the fields in them. */
  get lines() {
    const { files, onlyUncertain } = this
    return this.groups.flatMap((/** @type {{heading: string, fields: string[]}} */ { heading, fields }) => {
      const shown = fields.filter((field) => !onlyUncertain || mapping.needsLook(files, field)).map((field) => ({ key: `field ${field}`, field, heading: '' }))
      return shown.length > 0 && heading ? [{ key: heading, field: '', heading }, ...shown] : shown
    })
  },
  get hasNoLines() {
    return this.lines.length === 0
  },
  toggleUncertain() {
    this.onlyUncertain = !this.onlyUncertain
    if (this.onlyUncertain) this.view = 'field'
  },
  /** A heading stands above all files. @param {{heading: string}} line */
  filesOf({ heading }) {
    return heading ? [] : this.files
  },
  get span() {
    return this.files.length + 1
  },
  /** @param {MappedFile} file @param {string} field */
  contestWords(file, field) {
    return mapping.isContested(file, field) ? say.severalColumns(mapping.columnsOf(file, field).length) : ''
  },
  viewField() {
    this.view = 'field'
  },
  viewColumn() {
    this.view = 'column'
  },
  /** @param {MappedFile} file @param {string} field */
  columnsOf(file, field) {
    return mapping.columnsOf(file, field)
  },
  /** @param {MappedFile} file @param {string} field */
  isFree(file, field) {
    return mapping.columnsOf(file, field).length === 0 && mapping.composition(file, field) === null
  },
  /** @param {MappedFile} file @param {string} field */
  compositionOf(file, field) {
    const made = mapping.composition(file, field)
    if (!made) return mapping.columnsOf(file, field).length > 1 ? say.firstFilled : ''
    return say.compositions[/** @type {keyof typeof say.compositions} */ (made.how)](made.headers.join(', '))
  },
  /** @param {MappedFile} file @param {string} field */
  cellLabel(file, field) {
    return `${say.columnsFor(field, file.file)}:${this.isFree(file, field) ? ` ${say.choose}` : ''}`
  },
  /** @param {MappedFile} file @param {string} field */
  cellSamples(file, field) {
    const first = mapping.columnsOf(file, field)[0]
    return first && first.samples.length > 0 ? this.samplesOf(first) : ''
  },
  /** @param {MappedColumn} column */
  samplesOf(column) {
    return column.samples.slice(0, samplesShown).join(' \u00b7 ') || say.noValues
  },
  /** @param {MappedColumn} column */
  levelClass(column) {
    return { sure: 'badge-ok', fair: 'badge-warn', unsure: 'badge-bad' }[mapping.level(column)]
  },
  /** @param {MappedColumn} column */
  dotClass(column) {
    return { sure: 'bg-ok', fair: 'bg-warn', unsure: 'bg-bad' }[mapping.level(column)]
  },
  /** @param {MappedColumn} column */
  levelWords(column) {
    if (!column.field) return say.noField
    const words = say.levels[mapping.level(column)]
    return column.why === 'user' ? say.whys.user : `${words}, ${say.confidence(column.confidence)}`
  },
  /** @param {MappedColumn} column */
  reasonOf(column) {
    return column.reason || say.whys[column.why]
  },
  /** @param {MappedFile} file @param {MappedColumn} column */
  isUnseen(file, column) {
    return mapping.level(column) !== 'sure' && !this.seen.includes(mapping.keyOf(file.file_id, column.header))
  },
  /** @param {string} file @param {string} field */
  cellId(file, field) {
    return `cell-${file}-${this.fields.indexOf(field)}`
  },

  // ---- By column: a list of one file
  get shown() {
    return this.files.find((/** @type {MappedFile} */ { file_id }) => file_id === this.shownFile) ?? this.files[0] ?? null
  },
  get shownColumns() {
    return this.shown?.columns ?? []
  },
  /** @param {Event} event */
  showFile(event) {
    this.shownFile = /** @type {HTMLSelectElement} */ (event.target).value
  },
  /** @param {MappedFile} file */
  isShown(file) {
    return file.file_id === this.shown?.file_id
  },
  /** @param {MappedColumn} column */
  fieldWords(column) {
    return column.field ?? say.noField
  },
  /** @param {MappedColumn} column */
  chooseShownField(column) {
    this.chooseField(this.shown, column)
  },

  // ---- Strip and keys
  get filledWords() {
    return say.fieldsFilled(mapping.filled(this.files, this.fields), this.fields.length)
  },
  get uncertain() {
    return mapping.uncertain(this.files, this.groups.flatMap((/** @type {{fields: string[]}} */ { fields }) => fields), this.seen)
  },
  get uncertainWords() {
    return this.uncertain.length === 0 && this.contested > 0 ? '' : say.toCheck(this.uncertain.length)
  },
  /** Cells in which several columns compete, and nobody said how. */
  get contested() {
    const { files } = this
    return this.fields.reduce((/** @type {number} */ sum, /** @type {string} */ field) => sum + files.filter((file) => mapping.isContested(file, field)).length, 0)
  },
  get contestedWords() {
    return this.contested > 0 ? say.contested(this.contested) : ''
  },
  get uncertainClass() {
    return this.uncertain.length > 0 ? 'badge-warn' : 'badge-ok'
  },
  get isAllSeen() {
    return this.uncertain.length === 0
  },
  nextUncertain() {
    const next = this.uncertain[0]
    if (!next) {
      this.say(say.noMore)
      return
    }
    const wasShown = this.byField
    this.view = 'field'
    const go = () => {
      const cell = document.getElementById(this.cellId(next.file, next.field))
      cell?.scrollIntoView({ block: 'center' })
      cell?.focus()
    }
    onceDrawn(wasShown ? go : () => requestAnimationFrame(go))
    const file = this.files.find(({ file_id }) => file_id === next.file)
    for (const { header } of file ? mapping.columnsOf(file, next.field) : []) this.seen.push(mapping.keyOf(next.file, header))
  },
  /** @param {KeyboardEvent} event */
  pressed(event) {
    const target = /** @type {HTMLElement} */ (event.target)
    if (navigation.screen !== 'columns' || target.closest('input, select, textarea, dialog')) return
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'n') this.nextUncertain()
    if (event.key === 'u') this.undo()
  },

  // ---- Changes
  /** @param {import('../state/mapping.js').Wishes} wishes */
  decide(wishes) {
    this.history = [...this.history, work.draft.mapping]
    work.change({ mapping: wishes })
  },
  get cannotUndo() {
    return this.history.length === 0
  },
  undo() {
    const before = this.history.at(-1)
    if (!before) return
    this.history = this.history.slice(0, -1)
    work.change({ mapping: before })
    this.say(say.undone)
  },
  startOver() {
    this.decide({})
  },
  get decisions() {
    return mapping.decisions(work.draft.mapping, work.files).map((one) => ({
      ...one,
      key: mapping.keyOf(one.file, one.header),
      words: say.changeWords(one.header, one.field),
      cannotRemember: one.field === null,
    }))
  },
  get hasDecisions() {
    return this.decisions.length > 0
  },
  /** @param {{file: string, header: string}} decision */
  takeBack({ file, header }) {
    this.decide(mapping.withoutDecision(work.draft.mapping, file, header))
  },
  /** Makes the heading an alias, for everyone. @param {{header: string, field: string | null}} decision */
  async remember({ header, field }) {
    if (field === null) return
    try {
      const current = await client.fields()
      const document = mapping.withAlias(current.configuration, work.table, field, header)
      await client.saveFields(document, current.tag, work.token)
      this.notice = say.remembered(header, field)
      this.askedFor = ''
      this.look()
    } catch (failure) {
      this.problem = wordsOf(failure)
    }
  },

  // ---- The chooser (components/chooser.js)
  /** @param {MappedFile} file @param {string} field */
  chooseColumns(file, field) {
    this.$dispatch('choose-columns', {
      file,
      field,
      done: (/** @type {string[]} */ headers) => this.decide(mapping.withColumns(work.draft.mapping, file, field, headers)),
    })
  },
  /** @param {MappedFile | null} file @param {MappedColumn} column */
  chooseField(file, column) {
    if (!file) return
    this.$dispatch('choose-field', {
      file,
      column,
      fields: this.fields,
      done: (/** @type {string | null} */ field) => this.decide(mapping.withField(work.draft.mapping, file.file_id, column.header, field)),
    })
  },

  // ---- Tray and result
  /** @param {MappedFile} file */
  unmapped(file) {
    return mapping.unmapped(file)
  },
  get unmappedCount() {
    return count(this.files.reduce((/** @type {number} */ sum, /** @type {MappedFile} */ file) => sum + mapping.unmapped(file).length, 0))
  },
  /** @param {MappedColumn} column */
  trayTitle(column) {
    return `${this.samplesOf(column)} (${column.reason})`
  },
  get table() {
    return this.preview?.table ?? { columns: [], rows: [], read: 0, merged: 0 }
  },
  get tableFacts() {
    return say.previewFacts(this.table.read, this.table.merged)
  },

  get summary() {
    return this.isEmpty ? say.needFiles : [this.filledWords, this.uncertainWords, this.contestedWords].filter(Boolean).join(', ')
  },
  goBack() {
    navigation.go('files')
  },
  goOn() {
    navigation.go('duplicates')
  },
  dismiss() {
    this.problem = ''
  },
  dismissNotice() {
    this.notice = ''
  },
  /** @param {string} words */
  say(words) {
    signals.dispatchEvent(new CustomEvent('say', { detail: words }))
  },
})
