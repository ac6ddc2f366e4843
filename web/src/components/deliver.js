// The fourth screen: download, or where to and how fast. `#deliver/j12` sends the result of job j12.
import { wordsOf } from '../api/client.js'
import { component, onceDrawn } from './component.js'
import { bytes, count, duration } from '../show/numbers.js'
import { page, say } from '../show/words.js'
import * as delivery from '../state/delivery.js'
import { fromRecipe } from '../state/recipe.js'
import { hasEnded } from '../state/jobs.js'

/**
 * @typedef {import('../api/messages.js').Trial} Trial
 * @typedef {import('../state/delivery.js').SetUp} SetUp
 */

/** @type {SetUp} */
const nothingSetUp = { url: '', further: [], rate: 10, headers: [], secret: '', canary: null, failAbove: null, quota: null, quotaUsed: null, others: {} }

/**
 * @param {object} parts
 * @param {import('../work.js').Work} parts.work
 * @param {import('../navigation.js').Navigation} parts.navigation
 * @param {import('../api/client.js').Client} parts.client
 * @param {EventTarget} parts.signals
 */
export const deliver = ({ work, navigation, client, signals }) => () => component({
  /** @type {'download' | 'webhook'} */
  mode: 'download',
  setUp: { ...nothingSetUp },
  isRateChosen: false,
  rateTyped: '',
  /** The secret that was entered before a reload is to be entered again. */
  wasSigned: false,
  /** @type {import('../api/messages.js').Destinations} */
  known: { destinations: [], rates: [], default_rate: 10 },
  /** @type {Trial | null} */
  shown: null,
  /** @type {Trial | null} */
  answer: null,
  command: '',
  recipe: '',
  problem: '',
  notice: '',
  isBusy: false,
  isTesting: false,
  looked: '',

  init() {
    this.$watch('$store.navigation.screen', () => this.look())
    this.$watch('$store.navigation.detail', () => this.look())
    this.$watch('$store.work.draft', () => this.look())
    this.$watch('$store.work.session', () => this.look())
    this.$watch('$store.work.jobsById', () => this.look())
    signals.addEventListener('forgotten', () => Object.assign(this, { mode: 'download', setUp: { ...nothingSetUp }, wasSigned: false, shown: null, answer: null, looked: '' }))
    this.recall()
    this.$watch('setUp', () => this.keep())
    this.$watch('mode', () => this.keep())
    this.look()
  },
  recall() {
    const kept = work.keptTarget()
    const { setUp, signed } = delivery.fromKept(kept?.setUp, { ...nothingSetUp })
    Object.assign(this, { setUp, wasSigned: signed, mode: kept?.mode === 'webhook' ? 'webhook' : 'download', isRateChosen: kept !== null })
  },
  keep() {
    work.keepTarget({ mode: this.isOfDraft ? this.mode : work.keptTarget()?.mode, setUp: { ...delivery.toKeep(this.setUp), signed: this.setUp.secret !== '' || this.wasSigned } })
  },
  // What is shown of the draft or of the job follows it.
  look() {
    if (navigation.screen !== 'deliver' || !work.session) return
    if (this.known.destinations.length === 0) void this.learn()
    if (this.ofJob) this.mode = 'webhook'
    if (this.ofJob) void work.account(this.ofJob)
    const of = this.ofJob ?? (work.isTried && work.trial && hasEnded(work.trial) ? work.trial.job_id : '')
    const wishes = JSON.stringify([of, work.request])
    if (wishes === this.looked || (!of && work.files.length === 0)) return
    this.looked = wishes
    void this.show(of)
  },
  async learn() {
    try {
      this.known = await client.destinations()
      if (!this.isRateChosen) this.setUp.rate = this.known.default_rate
    } catch (failure) {
      this.problem = wordsOf(failure)
    }
  },
  /** @param {string} job */
  async show(job) {
    this.shown = null
    this.command = ''
    try {
      this.shown = await client.tryWebhook({ ...this.sample, send: false })
      if (!job) return
      const { command, recipe } = await client.recipe(job)
      this.command = command
      this.recipe = JSON.stringify(recipe, null, 2)
    } catch (failure) {
      this.problem = wordsOf(failure)
    }
  },
  /** Which record is shown and tried. */
  get sample() {
    const job = this.ofJob ?? (work.isTried && work.trial?.progress.download_available ? work.trial.job_id : null)
    if (!job) return work.request
    const table = work.jobsById[job]?.table_type ?? work.table
    return { table_type: table, job_id: job }
  },
  /** The job whose result is sent; null: the draft's. */
  get ofJob() {
    return navigation.screen === 'deliver' && navigation.detail ? navigation.detail : null
  },
  get isOfDraft() {
    return this.ofJob === null
  },
  get isEmpty() {
    return this.isOfDraft && work.files.length === 0
  },
  get isReady() {
    return !this.isEmpty
  },
  get showsSettings() {
    return this.isReady && this.isOfDraft
  },

  // ---- Download or webhook
  get isDownload() {
    return this.mode === 'download'
  },
  get isWebhook() {
    return this.mode === 'webhook'
  },
  get showsWebhook() {
    return this.isReady && this.isWebhook
  },
  /** @param {Event} event */
  setMode(event) {
    this.mode = /** @type {HTMLInputElement} */ (event.target).value === 'webhook' ? 'webhook' : 'download'
  },
  get isExcelSafe() {
    return work.draft.options.excel_safe === true
  },
  get isProvenance() {
    return work.draft.options.provenance === true
  },
  get isDropEmpty() {
    return work.draft.options.drop_empty === true
  },
  /** @param {Event} event */
  setOption(event) {
    const { name, checked } = /** @type {HTMLInputElement} */ (event.target)
    const { [name]: _, ...rest } = work.draft.options
    work.change({ options: checked ? { ...rest, [name]: true } : rest })
  },

  // ---- Where to
  /** @param {Event} event */
  typed(event) {
    const { name, value } = /** @type {HTMLInputElement} */ (event.target)
    this.setUp = { ...this.setUp, [name]: value }
    this.answer = null
    const preset = this.preset
    if (name === 'url' && preset && !this.isRateChosen) this.setUp.rate = preset.rate_limit
  },
  /** @param {Event} event */
  typedNumber(event) {
    const { name, value, validity } = /** @type {HTMLInputElement} */ (event.target)
    if (validity.badInput) return // on the way to a number
    this.setUp = { ...this.setUp, [name]: value === '' ? null : Math.max(0, Number(value)) }
  },
  /** What a recipe said that has no box here. */
  get otherWords() {
    const others = Object.entries(this.setUp.others ?? {})
    return others.length > 0 ? say.alsoSaid(others.map(([name, value]) => `${name.replace(/^webhook_/, '')} ${value}`).join(', ')) : ''
  },
  dropOthers() {
    this.setUp = { ...this.setUp, others: {} }
  },
  get preset() {
    return delivery.recognised(this.known.destinations, this.setUp.url)
  },
  get presetName() {
    const name = this.preset?.name
    return name ? (/** @type {Record<string, string>} */ (say.presets)[name] ?? name) : ''
  },
  get presetFacts() {
    const preset = this.preset
    if (!preset) return ''
    return say.presetFacts(preset.rate_limit, preset.max_record_bytes, preset.quota)
  },
  get headers() {
    return this.setUp.headers.map((/** @type {{name: string, value: string}} */ header, /** @type {number} */ at) => ({ ...header, at, label: say.headerNumber(at + 1), valueLabel: say.headerValue(at + 1) }))
  },
  get furtherUrls() {
    return this.setUp.further.map((/** @type {string} */ url, /** @type {number} */ at) => ({ url, at, id: `further-${at}`, label: say.furtherUrl(at + 2) }))
  },
  addUrl() {
    this.setUp = { ...this.setUp, further: [...this.setUp.further, ''] }
    onceDrawn(() => document.getElementById(`further-${this.setUp.further.length - 1}`)?.focus())
  },
  /** @param {{at: number}} url @param {Event} event */
  fillUrl({ at }, event) {
    this.setUp = { ...this.setUp, further: this.setUp.further.with(at, /** @type {HTMLInputElement} */ (event.target).value) }
  },
  /** @param {{at: number}} url */
  dropUrl({ at }) {
    this.setUp = { ...this.setUp, further: this.setUp.further.toSpliced(at, 1) }
  },
  /** What has to be entered again after a reload. */
  get missingWords() {
    const missing = [...delivery.withoutValue(this.setUp), ...(this.wasSigned && this.setUp.secret === '' ? [page.deliver.secret_name] : [])]
    return missing.length > 0 ? say.enterAgain(missing.join(', ')) : ''
  },
  addHeader() {
    this.setUp = { ...this.setUp, headers: [...this.setUp.headers, { name: '', value: '' }] }
    onceDrawn(() => document.getElementById(`header-${this.setUp.headers.length - 1}`)?.focus())
  },
  /** @param {{at: number}} header @param {Event} event */
  nameHeader({ at }, event) {
    this.changeHeader(at, { name: /** @type {HTMLInputElement} */ (event.target).value })
  },
  /** @param {{at: number}} header @param {Event} event */
  fillHeader({ at }, event) {
    this.changeHeader(at, { value: /** @type {HTMLInputElement} */ (event.target).value })
  },
  /** @param {number} at @param {Partial<{name: string, value: string}>} change */
  changeHeader(at, change) {
    this.setUp = { ...this.setUp, headers: this.setUp.headers.with(at, { ...this.setUp.headers[at], ...change }) }
  },
  /** @param {{at: number}} header */
  dropHeader({ at }) {
    this.setUp = { ...this.setUp, headers: this.setUp.headers.toSpliced(at, 1) }
  },
  /** @param {{at: number}} header */
  headerId({ at }) {
    return `header-${at}`
  },
  /** @param {{at: number}} header */
  headerValueId({ at }) {
    return `header-value-${at}`
  },

  // ---- How fast
  get rate() {
    return this.setUp.rate
  },
  /** As it was typed: `1.` and `1.0` are the way to 1.05. */
  get rateShown() {
    return this.rateTyped !== '' && Number(this.rateTyped) === this.setUp.rate ? this.rateTyped : String(this.setUp.rate)
  },
  get rateStep() {
    return delivery.toStep(this.setUp.rate)
  },
  get rateWords() {
    return say.rate(this.setUp.rate)
  },
  get rates() {
    return this.known.rates.map((/** @type {number} */ rate) => ({ rate, words: rate === 0 ? say.noLimit : count(rate), isChosen: rate === this.setUp.rate }))
  },
  /** @param {Event} event */
  slideRate(event) {
    this.setRate(delivery.fromStep(Number(/** @type {HTMLInputElement} */ (event.target).value)))
  },
  /** @param {Event} event */
  typeRate(event) {
    const input = /** @type {HTMLInputElement} */ (event.target)
    if (input.value !== '' && Number(input.value) >= 0) {
      this.rateTyped = input.value
      this.setRate(Number(input.value))
    } else if (event.type === 'change') input.value = this.rateShown
  },
  /** @param {{rate: number}} preset */
  pickRate({ rate }) {
    this.setRate(rate)
  },
  /** @param {number} rate */
  setRate(rate) {
    this.isRateChosen = true
    this.setUp = { ...this.setUp, rate }
  },
  /** How many records there will be; `sure` when they were counted. */
  get records() {
    const job = this.ofJob ?? (work.isTried ? work.draft.trial.job : '')
    const records = work.recordsOf(job)
    return records === null ? { most: work.records, sure: false } : { most: records, sure: true }
  },
  /** Of each URL. */
  get quota() {
    return this.setUp.quota ?? this.preset?.quota ?? null
  },
  get quotaHint() {
    return this.preset?.quota ? count(this.preset.quota) : ''
  },
  get forecast() {
    return delivery.forecast(this.records.most, this.setUp, this.quota)
  },
  get forecastWords() {
    const { most, sure } = this.records
    const found = this.forecast
    return say.forecast(found.sent, sure, this.setUp.rate, found.seconds === null ? '' : duration(found.seconds))
  },
  get quotaWords() {
    const quota = this.quota
    if (!quota) return ''
    const { left } = this.forecast
    const urls = 1 + this.setUp.further.length
    return left > 0 ? say.quotaExceeded(quota, urls, left) : say.quotaEnough(quota, urls)
  },
  get quotaClass() {
    return this.forecast.left > 0 ? 'text-warn' : 'hint'
  },

  // ---- One record
  get payload() {
    const found = this.answer ?? this.shown
    return found ? JSON.stringify(found.payload, null, 2) : ''
  },
  get payloadFacts() {
    const found = this.answer ?? this.shown
    return found ? say.payloadSize(bytes(found.payload_bytes)) : ''
  },
  get canTest() {
    return this.setUp.url.trim() !== '' && !this.isTesting
  },
  get cannotTest() {
    return !this.canTest
  },
  async test() {
    this.isTesting = true
    this.problem = ''
    this.answer = null
    const { webhook_canary: _, webhook_fail_above_percent: __, webhook_roll_over_urls: ___, record_limit: ____, ...target } = /** @type {Record<string, unknown>} */ (delivery.toRequest(this.setUp))
    try {
      this.answer = await client.tryWebhook({ ...this.sample, ...target })
    } catch (failure) {
      this.problem = wordsOf(failure)
    }
    this.isTesting = false
  },
  get answerWords() {
    return this.answer?.detail ?? ''
  },
  get answerClass() {
    return this.answer?.delivered ? 'notice-ok' : 'notice-bad'
  },
  get answerIcon() {
    return this.answer?.delivered ? '#i-check' : '#i-alert'
  },
  get answerBody() {
    return this.answer?.response ?? ''
  },

  // ---- The same elsewhere
  get hasCommand() {
    return this.command !== ''
  },
  get hasNoCommand() {
    return this.command === ''
  },
  async copyCommand() {
    try {
      await navigator.clipboard.writeText(this.command)
      this.notice = say.copied
    } catch {
      this.problem = say.notCopied
    }
  },
  get recipeHref() {
    return this.recipe ? `data:application/json;charset=utf-8,${encodeURIComponent(this.recipe)}` : null
  },
  pickRecipe() {
    this.$refs.recipe.click()
  },
  /** @param {Event} event */
  async loadRecipe(event) {
    const input = /** @type {HTMLInputElement} */ (event.target)
    const file = input.files?.[0]
    input.value = ''
    if (!file) return
    const { change, destination, problem } = fromRecipe(await file.text(), work.files)
    if (problem) {
      this.problem = say.recipeProblems[problem]
      return
    }
    work.change(change)
    if (destination) this.takeDestination(destination)
    const needsUrl = destination !== null && this.setUp.url === ''
    this.notice = [say.recipeLoaded(file.name), needsUrl ? say.recipeUrl(destination.host) : ''].filter(Boolean).join(' ')
  },

  /** The URLs stay if they are of the recipe's host. @param {NonNullable<ReturnType<typeof fromRecipe>['destination']>} destination */
  takeDestination({ host, signed, setUp }) {
    const isSame = URL.canParse(this.setUp.url) && new URL(this.setUp.url).hostname === host
    const { url, further, secret } = isSame ? this.setUp : nothingSetUp
    const valueOf = (/** @type {string} */ name) => (isSame ? this.setUp.headers.find((one) => one.name === name)?.value : '') ?? ''
    Object.assign(this, { mode: 'webhook', wasSigned: signed, isRateChosen: true, answer: null })
    this.setUp = { ...setUp, headers: setUp.headers.map(({ name }) => ({ name, value: valueOf(name) })), url, further, secret: signed ? secret : '' }
  },

  // ---- On
  get summary() {
    if (this.isEmpty) return say.needFiles
    if (this.isWebhook) return this.forecastWords
    const { most, sure } = this.records
    return sure ? say.records(most) : say.atMostRecords(most)
  },
  get startWords() {
    return this.isWebhook ? page.deliver.send : page.deliver.make
  },
  get cannotStart() {
    return this.isEmpty || this.isBusy || (this.isWebhook && this.setUp.url.trim() === '')
  },
  async start() {
    if (this.isWebhook && this.missingWords) {
      const at = this.setUp.headers.findIndex(({ name, value }) => name.trim() !== '' && value === '')
      document.getElementById(at < 0 ? 'webhook-secret' : `header-value-${at}`)?.focus()
      return
    }
    this.isBusy = true
    this.problem = ''
    try {
      navigation.go('job', await this.begin())
    } catch (failure) {
      this.problem = wordsOf(failure)
      const { $root } = this
      onceDrawn(() => requestAnimationFrame(() => $root.querySelector('[role=alert]')?.scrollIntoView({ block: 'center' })))
    }
    this.isBusy = false
  },
  /** @returns {Promise<string>} the job that does it */
  async begin() {
    const target = this.isWebhook ? delivery.toRequest(this.setUp) : {}
    // What was tried is the result, or will be when it has ended.
    const status = work.isTried ? work.trial?.status : undefined
    const isUsable = status === 'completed' || (this.isDownload && (status === 'queued' || status === 'processing'))
    const job = this.ofJob ?? (isUsable ? work.draft.trial.job : null)
    if (!job) {
      if (this.isWebhook) await work.dropTrial()
      return work.begin(this.isWebhook ? { mode: 'webhook', ...target } : {})
    }
    if (this.isWebhook) await client.deliver(job, target)
    if (this.isOfDraft) work.adoptTrial()
    work.takeJobs([await client.job(job)])
    return job
  },
  goBack() {
    if (this.ofJob) navigation.go('job', this.ofJob)
    else navigation.go('duplicates')
  },
  get backWords() {
    return this.ofJob ? page.deliver.back_job : page.deliver.back
  },
  dismiss() {
    this.problem = ''
  },
  dismissNotice() {
    this.notice = ''
  },
})
