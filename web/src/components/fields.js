// The mapping configuration: as names, as JSON; tried, saved, backed up, restored.
import { Refused, wordsOf } from '../api/client.js'
import { component } from './component.js'
import { bytes, localTime } from '../show/numbers.js'
import { say } from '../show/words.js'
import * as state from '../state/fields.js'

/**
 * @typedef {'people' | 'company'} Table
 * @typedef {{header: string, now: string | null, then: string | null}} Change
 * @typedef {{table_type: string, headers: string[], changed: Change[]}} Recent
 */

/**
 * @param {object} parts
 * @param {import('../work.js').Work} parts.work
 * @param {import('../navigation.js').Navigation} parts.navigation
 * @param {import('../api/client.js').Client} parts.client
 * @param {import('../api/live.js').Live} parts.live
 */
export const fields = ({ work, navigation, client, live }) => () => component({
  isLoaded: false,
  /** @type {state.Configuration} */
  configuration: {},
  saved: '',
  tag: '',
  text: '',
  /** @type {{line: number, detail: string}[]} */
  mistakes: [],
  /** @type {string[]} */
  warnings: [],
  fileProblem: '',
  problem: '',
  notice: '',
  isElsewhere: false,
  isChanging: false,
  heard: '',
  needsToken: false,
  /** @type {Table} */
  table: 'people',
  isJson: false,
  /** @type {{name: string, size: number}[]} */
  backups: [],
  /** @type {Recent[] | null} */
  trial: null,

  init() {
    this.$watch('$store.navigation.screen', () => this.look())
    live.on('config_changed', ({ tag }) => this.changedElsewhere(tag))
    this.look()
  },
  look() {
    if (navigation.screen === 'fields' && !this.isLoaded) void this.load()
  },
  async load() {
    await this.attempt(async () => {
      const isFirst = !this.isLoaded
      this.take(await client.fields())
      if (isFirst) this.table = work.table
      this.backups = (await client.backups()).backups
    })
  },
  /** @param {{configuration: state.Configuration, warnings: string[], problem: string | null, tag: string}} current */
  take(current) {
    this.configuration = current.configuration
    this.saved = JSON.stringify(current.configuration)
    this.text = state.toText(current.configuration)
    this.tag = current.tag
    this.warnings = current.warnings
    this.fileProblem = current.problem ? say.fileProblem(current.problem) : ''
    this.mistakes = []
    this.trial = null
    this.isElsewhere = false
    this.isLoaded = true
  },
  /** @param {string} tag */
  async changedElsewhere(tag) {
    // Of our own change the news may come before the answer.
    this.heard = this.isChanging ? tag : ''
    if (this.isChanging || !this.isLoaded || this.tag === `"${tag}"`) return
    if (this.isDirty) {
      this.isElsewhere = true
      return
    }
    await this.attempt(async () => {
      const current = await client.fields()
      // Somebody may have begun to edit meanwhile.
      this.isElsewhere = this.isDirty
      if (this.isElsewhere) return
      this.take(current)
      this.backups = (await client.backups()).backups
      if (navigation.screen === 'fields') this.notice = say.elsewhereLoaded
    })
  },

  /** Does something that the service may refuse. @param {() => Promise<void>} work */
  async attempt(work) {
    this.problem = ''
    try {
      await work()
      return true
    } catch (failure) {
      this.failed(failure)
      return false
    }
  },
  /** ... that changes the configuration. @param {() => Promise<void>} work */
  async attemptChange(work) {
    this.isChanging = true
    const done = await this.attempt(work)
    this.isChanging = false
    if (this.heard) await this.changedElsewhere(this.heard)
    return done
  },
  /** @param {unknown} failure */
  failed(failure) {
    // What went wrong is said at the top.
    document.documentElement.scrollTop = 0
    if (!(failure instanceof Refused)) {
      this.problem = wordsOf(failure)
      return
    }
    this.needsToken ||= failure.status === 401
    this.isElsewhere ||= failure.status === 412
    if (failure.status === 412) return
    this.problem = failure.errors.length > 0 ? say.notSaved : failure.message
    this.mistakes = failure.errors.map(({ field, detail }) => ({
      line: state.lineOf(this.text, field),
      detail: field ? `${field}: ${detail}` : detail,
    }))
  },

  // ---- As names
  get rows() {
    const twice = state.conflicts(this.configuration, this.table)
    return state.fieldsOf(this.configuration, this.table).map(([name, aliases], index, all) => ({
      name,
      id: `field-${index}`,
      isFirst: index === 0,
      isLast: index === all.length - 1,
      isTwice: twice.has(state.spelling(name)),
      aliases: aliases.map((alias) => ({ alias, isTwice: twice.has(state.spelling(alias)) })),
    }))
  },
  get conflicts() {
    const written = state.fieldsOf(this.configuration, this.table).flatMap(([field, aliases]) => [field, ...aliases])
    return [...state.conflicts(this.configuration, this.table)].map(([word, names]) => ({
      word,
      words: say.conflictWords(written.find((name) => state.spelling(name) === word) ?? word, names.join(', ')),
    }))
  },
  /** @param {{isTwice: boolean}} name */
  chipClass({ isTwice }) {
    return isTwice ? 'border-bad text-bad' : ''
  },
  /** @param {state.Configuration} configuration */
  become(configuration) {
    this.configuration = configuration
    this.text = state.toText(configuration)
    this.mistakes = []
    this.trial = null
    this.notice = ''
  },
  /** @param {{name: string, aliases: {alias: string}[]}} row @param {Event} event */
  addAlias(row, event) {
    const input = /** @type {HTMLInputElement} */ (event.target)
    const names = state.namesIn(input.value)
    input.value = ''
    if (names.length > 0) this.become(state.setAliases(this.configuration, this.table, row.name, [...new Set([...row.aliases.map(({ alias }) => alias), ...names])]))
  },
  /** @param {{name: string, aliases: {alias: string}[]}} row @param {string} alias */
  removeAlias(row, alias) {
    const others = row.aliases.map((one) => one.alias).filter((other) => other !== alias)
    this.become(state.setAliases(this.configuration, this.table, row.name, others))
  },
  /** @param {{name: string}} row @param {Event} event */
  rename(row, event) {
    const input = /** @type {HTMLInputElement} */ (event.target)
    this.become(state.renameField(this.configuration, this.table, row.name, input.value.trim()))
  },
  /** @param {{name: string}} row */
  removeField(row) {
    this.become(state.removeField(this.configuration, this.table, row.name))
  },
  /** @param {{name: string}} row */
  up(row) {
    this.become(state.moveField(this.configuration, this.table, row.name, -1))
  },
  /** @param {{name: string}} row */
  down(row) {
    this.become(state.moveField(this.configuration, this.table, row.name, 1))
  },
  /** @param {Event} event */
  addField(event) {
    const form = /** @type {HTMLFormElement} */ (event.target)
    const input = /** @type {HTMLInputElement} */ (form.elements.namedItem('name'))
    for (const name of state.namesIn(input.value)) this.become(state.addField(this.configuration, this.table, name))
    input.value = ''
  },

  // ---- As JSON
  /** @param {Event} event */
  typed(event) {
    this.text = /** @type {HTMLTextAreaElement} */ (event.target).value
    const { value, error } = state.fromText(this.text)
    this.mistakes = error ? [error] : []
    this.trial = null
    this.notice = ''
    this.problem = ''
    if (value) this.configuration = value
  },
  get lines() {
    const wrong = this.mistakes.map((/** @type {{line: number}} */ { line }) => line)
    return String(this.text).split('\n').map((_, index) => ({ number: index + 1, sign: wrong.includes(index + 1) ? 'text-bad font-bold' : '' }))
  },
  get isBroken() {
    return this.mistakes.length > 0
  },
  /** @param {{line: number, detail: string}} mistake */
  mistakeWords({ line, detail }) {
    return say.atLine(this.isJson ? line : 0, detail)
  },

  // ---- Views
  viewNames() {
    if (!this.cannotShowNames) this.isJson = false
  },
  viewJson() {
    this.isJson = true
  },
  get isNames() {
    return !this.isJson
  },
  showPeople() {
    this.table = 'people'
  },
  showCompanies() {
    this.table = 'company'
  },
  get isPeople() {
    return this.table === 'people'
  },
  get isCompanies() {
    return this.table === 'company'
  },

  // ---- Saving
  get isDirty() {
    return this.isLoaded && (JSON.stringify(this.configuration) !== this.saved || state.fromText(this.text).error !== null)
  },
  get isClean() {
    return !this.isDirty
  },
  get cannotSave() {
    return this.isClean || state.fromText(this.text).error !== null
  },
  get summary() {
    return this.isDirty ? say.unsaved : say.upToDate
  },
  async save() {
    const { configuration, text } = this
    const done = await this.attemptChange(async () => {
      const current = await client.saveFields(configuration, this.tag, work.token)
      if (this.configuration === configuration && this.text === text) this.take(current)
      // What was edited meanwhile stays, to be saved next.
      else Object.assign(this, { saved: JSON.stringify(current.configuration), tag: current.tag, isElsewhere: false })
    })
    if (done) this.said(say.saved)
  },
  /** @param {string} words */
  said(words) {
    this.notice = words
    this.needsToken = false
  },
  discard() {
    this.become(JSON.parse(this.saved))
  },
  async loadTheirs() {
    await this.load()
  },
  async keepMine() {
    this.tag = ''
    this.isElsewhere = false
    await this.save()
  },
  /** @param {Event} event */
  setToken(event) {
    work.token = /** @type {HTMLInputElement} */ (event.target).value
  },
  async tryOut() {
    await this.attempt(async () => {
      this.mistakes = []
      this.trial = (await client.tryFields(this.configuration)).recent
    })
  },
  get trialRows() {
    return /** @type {Recent[]} */ (this.trial ?? [])
      .filter(({ changed }) => changed.length > 0)
      .map(({ headers, changed }, index) => ({
        key: index,
        headers: headers.join(', '),
        changes: changed.map(({ header, now, then }) => say.trialChange(header, now, then)),
      }))
  },
  get trialWords() {
    if (this.trial === null) return ''
    if (this.trial.length === 0) return say.trialNoFiles
    return this.trialRows.length === 0 ? say.trialNothing : ''
  },
  async backUp() {
    const done = await this.attempt(async () => {
      await client.backUp(work.token)
      this.backups = (await client.backups()).backups
    })
    if (done) this.said(say.backedUp)
  },
  /** @param {{name: string}} backup */
  whenOf({ name }) {
    const moment = state.momentOf(name)
    return moment ? localTime(moment) : name
  },
  /** @param {{size: number}} backup */
  sizeOf({ size }) {
    return bytes(size)
  },
  /** @param {{name: string}} backup */
  async restore(backup) {
    const done = await this.attemptChange(async () => {
      await client.restore(backup.name, work.token)
      this.take(await client.fields())
      this.backups = (await client.backups()).backups
    })
    if (done) this.said(say.restored(this.whenOf(backup)))
  },
  async reset() {
    const done = await this.attemptChange(async () => {
      await client.backUp(work.token)
      // What a document does not mention is as built in.
      this.take(await client.saveFields({}, this.tag, work.token))
      this.backups = (await client.backups()).backups
    })
    if (done) this.said(say.reset)
  },
  words: { elsewhere: say.elsewhereWaiting },
  get cannotShowNames() {
    return this.isJson && (state.fromText(this.text).error !== null || !state.isShaped(this.configuration))
  },
  get hasConflicts() {
    return this.conflicts.length > 0
  },
  get hasWarnings() {
    return this.warnings.length > 0
  },
  get hasBackups() {
    return this.backups.length > 0
  },
  get hasNoBackups() {
    return this.backups.length === 0
  },
  dismiss() {
    this.problem = ''
    this.mistakes = []
  },
  dismissNotice() {
    this.notice = ''
  },
})
