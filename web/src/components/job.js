// One job, live: its stages, where its rows went, and its deliveries. `#job/j12` shows job j12.
import { wordsOf } from '../api/client.js'
import { component } from './component.js'
import { jobTitle, statusOf } from './jobs.js'
import { count, duration } from '../show/numbers.js'
import { say } from '../show/words.js'
import * as delivery from '../state/delivery.js'
import { hasEnded, isMerging, ledger, pace, stages } from '../state/jobs.js'

const rateSettleMs = 250
const failuresMs = 1500

/** @typedef {import('../api/messages.js').Job} Job @typedef {import('../api/messages.js').FailureGroup} FailureGroup */

/**
 * @param {object} parts
 * @param {import('../work.js').Work} parts.work
 * @param {import('../navigation.js').Navigation} parts.navigation
 * @param {import('../api/client.js').Client} parts.client
 * @param {import('../api/live.js').Live} parts.live
 * @param {EventTarget} parts.signals
 */
export const job = ({ work, navigation, client, live, signals }) => () => component({
  /** @type {Job | null} */
  job: null,
  problem: '',
  isMissing: false,
  speed: 0,
  /** @type {{at: number, stage: string, processed: number} | null} */
  before: null,
  /** @type {number | null} a rate on its way to the service */
  wishedRate: null,
  /** @type {any} */
  rateTimer: null,
  /** @type {number[]} */
  rates: [],
  /** @type {FailureGroup[]} */
  failures: [],
  failuresAt: 0,
  failuresOf: '',
  /** @type {any} */
  failuresTimer: null,
  announcedTenth: -1,

  init() {
    this.$watch('$store.navigation.detail', () => this.look())
    this.$watch('$store.navigation.screen', () => this.look())
    this.$watch('$store.work.jobsById', () => this.look())
    this.$watch('$store.work.session', () => this.look())
    live.on('state', (state) => state === 'live' && this.reread())
    signals.addEventListener('forgotten', () => this.take(null))
    this.look()
  },
  look() {
    if (navigation.screen !== 'job' || !work.session) return
    const known = work.jobsById[navigation.detail]
    this.isMissing = !known
    if (known !== this.job) this.take(known ?? null)
  },
  // What was missed while the connection was away.
  async reread() {
    if (navigation.screen !== 'job' || !navigation.detail) return
    try {
      work.takeJobs([await client.job(navigation.detail)])
    } catch {
      // It is gone, or the service is; the list of jobs tells.
    }
  },
  /** @param {Job | null} job */
  take(job) {
    const isOther = job?.job_id !== this.job?.job_id
    if (isOther) Object.assign(this, { speed: 0, before: null, wishedRate: null, failures: [], failuresOf: '', problem: '', announcedTenth: -1 })
    this.job = job
    if (!job) return
    if (isOther && this.rates.length === 0) void this.learn()
    const now = { at: Date.now(), stage: job.progress.stage, processed: job.progress.processed }
    if (this.before && now.at - this.before.at > 400) {
      this.speed = pace(this.before, now)
      this.before = now
    }
    this.before ??= now
    if (job.progress.download_available) void work.account(job.job_id)
    this.announce(job)
    this.askFailures(job)
    this.$dispatch('job-moved', job)
  },
  async learn() {
    try {
      this.rates = (await client.destinations()).rates
    } catch {
      // The slider does without.
    }
  },
  /** Tells screen readers each tenth, and the end. @param {Job} job */
  announce(job) {
    const tenth = hasEnded(job) ? 11 : Math.floor(job.progress.percentage / 10)
    if (tenth === this.announcedTenth) return
    const isFirst = this.announcedTenth < 0
    this.announcedTenth = tenth
    if (!isFirst) this.say(hasEnded(job) ? statusOf(job).words : say.percentDone(tenth * 10))
  },

  get isShown() {
    return this.job !== null
  },
  get title() {
    return this.job ? jobTitle(this.job) : ''
  },
  get status() {
    return this.job ? statusOf(this.job) : { words: '', look: '' }
  },
  get error() {
    return this.job?.error ?? ''
  },

  // ---- Steering
  get canPause() {
    return this.job?.status === 'sending'
  },
  get canResume() {
    return this.job?.status === 'paused' && !this.waitsForGoOn
  },
  get canCancel() {
    return this.job !== null && !hasEnded(this.job)
  },
  get waitsForGoOn() {
    return this.job?.progress.waits_for_go_on ?? false
  },
  get canaryWords() {
    const { delivered = 0, rejected = 0, failed = 0, maybe = 0 } = this.job?.progress.deliveries ?? {}
    return say.canarySent(delivered, rejected + failed + maybe)
  },
  pause() {
    return this.steer('pause')
  },
  resume() {
    return this.steer('resume')
  },
  cancel() {
    return this.steer('cancel')
  },
  /** @param {'pause' | 'resume' | 'cancel'} how */
  async steer(how) {
    if (!this.job) return
    await this.attempt(async (id) => {
      await client.steer(id, how)
      work.takeJobs([await client.job(id)])
    })
  },
  /** @param {(id: string) => Promise<void>} act */
  async attempt(act) {
    if (!this.job) return
    try {
      this.problem = ''
      await act(this.job.job_id)
    } catch (failure) {
      this.problem = wordsOf(failure)
    }
  },

  // ---- Stages
  get stages() {
    if (!this.job) return []
    return stages(this.job).map((stage) => ({
      ...stage,
      words: say.stages[stage.name],
      percentWords: stage.state === 'done' ? '\u2713' : stage.state === 'runs' ? `${Math.floor(stage.percent)} %` : '',
      bar: { width: `${stage.percent}%` },
      look: stage.state === 'waits' ? 'text-muted' : '',
      now: Math.floor(stage.percent),
    }))
  },
  get isRunning() {
    return this.job !== null && !hasEnded(this.job)
  },
  get paceWords() {
    const job = this.job
    if (!job || hasEnded(job) || job.status === 'paused' || job.status === 'queued') return ''
    const { progress } = job
    const seconds = progress.eta_seconds
    const left = seconds === null ? '' : say.timeLeft(duration(seconds))
    const speed = isMerging(job) ? (this.speed > 0 ? say.rowsPerSecond(count(Math.round(this.speed))) : '') : say.perSecond(progress.current_rate)
    return [speed, left].filter(Boolean).join(', ')
  },

  // ---- Where the rows went
  get report() {
    return this.job ? work.reports[this.job.job_id] ?? null : null
  },
  get hasReport() {
    return this.report !== null
  },
  get ledger() {
    if (!this.report) return []
    const { read, parts } = ledger(this.report.counts)
    return [
      { key: 'read', name: say.parts.read, value: count(read), look: 'font-semibold', sign: '' },
      ...parts.map(({ name, count: rows }, at) => ({ key: name, name: say.parts[name], value: count(rows), look: '', sign: at === 0 ? '=' : '+' })),
    ]
  },
  get furtherCounts() {
    if (!this.report) return []
    return /** @type {const} */ (['possible_duplicates', 'fields_merged', 'conflicts', 'warnings']).map((name) => ({
      name: say.further[name],
      value: count(this.report?.counts[name] ?? 0),
      key: name,
    }))
  },
  get cleaning() {
    return Object.entries(this.report?.cleaning ?? {})
      .filter(([, changed]) => changed > 0)
      .map(([rule, changed]) => ({ rule, name: /** @type {Record<string, string>} */ (say.rules)[rule] ?? rule, value: count(changed) }))
  },
  get hasCleaning() {
    return this.cleaning.length > 0
  },
  get hasNoCleaning() {
    return !this.hasCleaning
  },

  // ---- Downloads
  get canDownload() {
    return this.job?.progress.download_available ?? false
  },
  // One primary button a screen.
  get downloadLook() {
    return this.job?.status === 'paused' ? '' : 'button-primary'
  },
  get downloadUrl() {
    return this.job?.progress.download_url ?? null
  },
  get parts() {
    const url = this.downloadUrl
    if (!this.job || !url) return []
    /** @type {(keyof typeof say.downloadParts)[]} */
    const names = ['duplicates', 'possible', 'rejected', 'report', ...(this.job.progress.parts.includes('provenance') ? /** @type {const} */ (['provenance']) : []), ...(this.job.webhook ? /** @type {const} */ (['receipt', 'failed']) : [])]
    return names.map((part) => ({
      part,
      href: `${url}?part=${part}`,
      words: say.downloadParts[part],
    }))
  },
  get canSend() {
    return this.canDownload && this.job !== null && hasEnded(this.job)
  },
  send() {
    navigation.go('deliver', this.job?.job_id)
  },

  // ---- Deliveries
  get counts() {
    return this.job?.progress.deliveries ?? null
  },
  get sends() {
    return this.job?.webhook !== null && this.counts !== null
  },
  get target() {
    const webhook = this.job?.webhook
    if (!webhook) return ''
    const preset = webhook.preset ? /** @type {Record<string, string>} */ (say.presets)[webhook.preset] ?? webhook.preset : ''
    return [preset, webhook.url, webhook.roll_over_urls > 0 ? say.moreUrls(webhook.roll_over_urls) : ''].filter(Boolean).join(' \u00b7 ')
  },
  get segments() {
    return this.counts ? delivery.segments(this.counts).map((one) => ({ ...one, size: { width: `${one.percent}%` }, look: `seg-${one.word}` })) : []
  },
  get legend() {
    const counts = this.counts
    if (!counts) return []
    return delivery.words
      .filter((word) => counts[word] > 0 || word === 'delivered' || word === 'pending')
      .map((word) => ({ word, name: say.deliveryWords[word], value: count(counts[word]), look: `seg-${word}`, title: say.deliveryMeanings[word] }))
  },
  get deliveredWords() {
    const counts = this.counts
    return counts ? say.deliveredOf(counts.delivered, delivery.totalOf(counts)) : ''
  },
  get heldBy() {
    const held = this.isRunning ? this.job?.progress.held_by : null
    return held ? say.heldBy(held) : ''
  },
  get inFlight() {
    const flying = this.job?.progress.in_flight ?? 0
    return flying > 0 ? say.inFlight(flying) : ''
  },
  get learntWords() {
    const { effective_rate_limit: learnt, rate_limit: set } = this.job?.progress ?? { effective_rate_limit: 0, rate_limit: 0 }
    return this.isRunning && learnt > 0 && (set === 0 || learnt < set) ? say.learntRate(learnt) : ''
  },

  // ---- Rate
  get rate() {
    return this.wishedRate ?? this.job?.progress.rate_limit ?? 0
  },
  get rateStep() {
    return delivery.toStep(this.rate)
  },
  get rateWords() {
    return say.rate(this.rate)
  },
  get ratePresets() {
    return this.rates.map((/** @type {number} */ rate) => ({ rate, words: rate === 0 ? say.noLimit : count(rate), isChosen: rate === this.rate }))
  },
  /** @param {Event} event */
  slideRate(event) {
    this.wishRate(delivery.fromStep(Number(/** @type {HTMLInputElement} */ (event.target).value)))
  },
  /** @param {Event} event */
  typeRate(event) {
    const { value } = /** @type {HTMLInputElement} */ (event.target)
    if (value !== '' && Number(value) >= 0) this.wishRate(Number(value))
  },
  /** @param {{rate: number}} preset */
  pickRate({ rate }) {
    this.wishRate(rate)
  },
  /** @param {number} rate */
  wishRate(rate) {
    this.wishedRate = rate
    clearTimeout(this.rateTimer)
    this.rateTimer = setTimeout(() => this.setRate(rate), rateSettleMs)
  },
  /** @param {number} rate */
  async setRate(rate) {
    await this.attempt(async (id) => {
      await client.setRate(id, rate)
      work.takeJobs([await client.job(id)])
      this.say(say.rate(rate))
    })
    if (this.wishedRate === rate) this.wishedRate = null
  },

  // ---- Failures
  /** @param {Job} job */
  askFailures(job) {
    const counts = job.progress.deliveries
    if (!counts) return
    const wanted = `${job.job_id} ${counts.rejected} ${counts.failed} ${counts.maybe}`
    if (wanted === this.failuresOf || this.failuresTimer) return
    const wait = Math.max(0, this.failuresAt + failuresMs - Date.now())
    this.failuresTimer = setTimeout(async () => {
      this.failuresTimer = null
      this.failuresAt = Date.now()
      this.failuresOf = wanted
      try {
        const { failures } = await client.failures(job.job_id)
        if (job.job_id === this.job?.job_id) this.failures = failures
      } catch {
        this.failuresOf = ''
      }
      if (this.job) this.askFailures(this.job)
    }, wait)
  },
  get failureGroups() {
    return this.failures.map((/** @type {FailureGroup} */ group, /** @type {number} */ at) => ({
      ...group,
      key: at,
      countWords: say.records(group.count),
      title: say.failureTitle(group.state, group.http_status),
      look: group.state === 'maybe' ? 'badge-warn' : 'badge-bad',
      againLabel: say.againLabel(group.count, group.http_status),
    }))
  },
  get hasFailures() {
    return this.failures.length > 0
  },
  get cannotSendAgain() {
    return this.job === null || !hasEnded(this.job)
  },
  /** @param {FailureGroup} group */
  sendAgain({ state, http_status }) {
    return this.again({ state, http_status })
  },
  sendAllAgain() {
    return this.again({})
  },
  /** @param {object} which */
  async again(which) {
    await this.attempt(async (id) => {
      const { queued } = await client.sendAgain(id, which)
      work.takeJobs([await client.job(id)])
      this.say(say.queuedAgain(queued))
    })
  },

  dismiss() {
    this.problem = ''
  },
  toJobs() {
    navigation.go('jobs')
  },
  /** @param {string} words */
  say(words) {
    signals.dispatchEvent(new CustomEvent('say', { detail: words }))
  },
})
