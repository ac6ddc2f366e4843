// What became of single records: a list of any length, read page by page and drawn as far as it is
// in view. What comes later goes to its end, so that nothing moves under the reader's eyes.
import { wordsOf } from '../api/client.js'
import { component } from './component.js'
import { bytes, clock, count, localTime } from '../show/numbers.js'
import { page, say } from '../show/words.js'
import { hasEnded } from '../state/jobs.js'
import { adviceFor, canBeSentAgain, sameOutcomes, totalOf, words } from '../state/delivery.js'
import { inView, slotOf } from '../state/rows.js'

const rowHeight = 36
const ahead = 80
const pauseMs = 1000

/** @typedef {import('../api/messages.js').Job} Job @typedef {import('../api/messages.js').Delivery} Delivery */

/** @param {Delivery} row @param {number} at */
const shown = (row, at) => ({
  key: slotOf(at),
  number: row.record,
  label: `${say.recordTitle(count(row.record))}: ${page.job.open}`,
  record: count(row.record),
  name: say.deliveryWords[row.state],
  look: `seg-${row.state}`,
  http: row.http_status === null ? '\u2013' : String(row.http_status),
  attempts: say.tries(row.attempts),
  time: row.at ? clock(row.at) : row.next_try ? say.nextTry(clock(row.next_try)) : '',
  excerpt: row.excerpt,
})

/**
 * @param {object} parts
 * @param {import('../work.js').Work} parts.work
 * @param {import('../api/client.js').Client} parts.client
 * @param {EventTarget} parts.signals
 */
export const log = ({ work, client, signals }) => () => {
  // Not reactive: of 100,000 rows only those that are drawn cost anything.
  /** @type {Delivery[]} */
  let rows = []
  // The same object for the same row, so that what stays in view is not drawn again.
  /** @type {WeakMap<Delivery, ReturnType<typeof shown>>} */
  const known = new WeakMap()
  return component({
  jobId: '',
  /** @type {import('../api/messages.js').Counts | null} */
  counts: null,
  state: '',
  loaded: 0,
  isLoading: false,
  isComplete: false,
  hadEnded: false,
  isStale: false,
  /** @type {any} */
  timer: null,
  problem: '',
  /** The one whose details are shown. @type {Delivery | import('../api/messages.js').WholeDelivery | null} */
  opened: null,
  openedProblem: '',
  view: { top: 0, height: 360 },

  /** @param {CustomEvent<Job>} event */
  moved({ detail: job }) {
    const isOther = job.job_id !== this.jobId
    this.jobId = job.job_id
    const before = this.counts
    this.counts = job.progress.deliveries
    if (isOther) this.start('')
    // What is sent again stands in the list as it was. A short one may begin and end unseen.
    if (!isOther && this.hadEnded && (!hasEnded(job) || !sameOutcomes(before, this.counts))) this.isStale = true
    this.hadEnded = hasEnded(job)
    if (this.isComplete && this.newCount > 0) this.lookLater()
    // Before the merge had ended there was nothing to be asked for.
    else if (this.loaded === 0) void this.more()
  },
  // Of the end that was reached, what came after it.
  lookLater() {
    this.timer ??= setTimeout(() => {
      this.timer = null
      this.isComplete = false
      void this.more()
    }, pauseMs)
  },
  /** @param {string} state */
  start(state) {
    rows = []
    Object.assign(this, { state, loaded: 0, isComplete: false, isStale: false, problem: '', view: { ...this.view, top: 0 } })
    if (this.$refs.frame) this.$refs.frame.scrollTop = 0
    void this.more()
  },
  async more() {
    if (this.isLoading || this.isComplete || !this.jobId || !this.counts) return
    const { jobId, state } = this
    const list = rows
    this.isLoading = true
    try {
      const found = await client.deliveries(jobId, state, list.at(-1)?.record ?? 0)
      if (list === rows) {
        list.push(...found.deliveries)
        this.loaded = list.length
        this.isComplete = found.next === null
      }
    } catch (failure) {
      this.problem = wordsOf(failure)
      this.isComplete = true
    }
    this.isLoading = false
    if (list !== rows) void this.more()
  },
  refresh() {
    this.start(this.state)
  },

  get isShown() {
    return this.counts !== null
  },
  get filters() {
    const counts = this.counts
    if (!counts) return []
    const one = (/** @type {string} */ state, /** @type {string} */ name, /** @type {number} */ n) => ({ state, name, value: count(n), isChosen: state === this.state })
    return [
      one('', say.allStates, totalOf(counts)),
      ...words.filter((word) => counts[word] > 0 && word !== 'pending').map((word) => one(word, say.deliveryWords[word], counts[word])),
    ]
  },
  /** @param {{state: string}} filter */
  filter({ state }) {
    this.start(state)
  },
  /** Entries there are and that are not in the list. */
  get newCount() {
    const counts = this.counts
    if (!counts) return 0
    const all = this.state ? counts[/** @type {keyof typeof counts} */ (this.state)] : totalOf(counts) - counts.pending
    return Math.max(0, all - this.loaded)
  },
  get hasNew() {
    return this.isStale || (this.isComplete && this.newCount > 0)
  },
  get newWords() {
    return this.isStale ? say.changedEntries : say.newEntries(this.newCount)
  },
  /** @param {Event} event */
  scrolled(event) {
    const frame = /** @type {HTMLElement} */ (event.target)
    const view = { top: frame.scrollTop, height: frame.clientHeight }
    const { from, to } = inView({ ...view, rowHeight, count: this.loaded })
    if (from !== this.window.from || to !== this.window.to) this.view = view
    if (to > this.loaded - ahead) void this.more()
  },
  get window() {
    return inView({ ...this.view, rowHeight, count: this.loaded })
  },
  get roomBefore() {
    return { height: `${this.window.before}px` }
  },
  get roomAfter() {
    return { height: `${this.window.after}px` }
  },
  get drawn() {
    const { from, to } = this.window
    return rows.slice(from, to).map((row, index) => {
      const drawn = known.get(row) ?? shown(row, from + index)
      known.set(row, drawn)
      return drawn
    })
  },
  // ---- One record: in a dialog, so that the list stays where it is
  /** @param {{number: number}} row */
  async open({ number }) {
    const { jobId } = this
    this.opened = rows.find(({ record }) => record === number) ?? null
    this.openedProblem = ''
    this.$refs.dialog.showModal()
    try {
      const whole = await client.delivery(jobId, number)
      if (this.opened?.record === number && this.jobId === jobId) this.opened = whole
    } catch (failure) {
      if (this.opened?.record === number) this.openedProblem = wordsOf(failure)
    }
  },
  close() {
    this.$refs.dialog.close()
  },
  closed() {
    this.opened = null
  },
  get openedTitle() {
    return this.opened ? say.recordTitle(count(this.opened.record)) : ''
  },
  get openedState() {
    const state = /** @type {Delivery | null} */ (this.opened)?.state
    return state ? { words: say.deliveryWords[state], look: `seg-${state}` } : { words: '', look: '' }
  },
  get openedFacts() {
    const one = this.opened
    if (!one) return []
    const time = one.at ? localTime(one.at, 'medium') : one.next_try ? say.nextTry(localTime(one.next_try, 'medium')) : ''
    return [
      { name: page.job.last_answer, value: say.answerWords(one.http_status, one.attempts) },
      { name: page.job.attempts, value: say.triesWords(one.attempts) },
      { name: page.job.time, value: time },
      { name: page.job.webhook_id, value: one.webhook_id },
      { name: page.job.size, value: 'payload_bytes' in one ? bytes(one.payload_bytes) : '' },
    ].filter(({ value }) => value !== '')
  },
  get openedExcerpt() {
    return this.opened?.excerpt ?? ''
  },
  get openedPayload() {
    return this.opened && 'payload' in this.opened ? JSON.stringify(this.opened.payload, null, 2) : ''
  },
  get openedAdvice() {
    const one = this.opened
    if (!one) return ''
    return [say.advice[adviceFor(one)], canBeSentAgain(one) && !this.hadEnded ? say.advicePaused : ''].filter(Boolean).join(' ')
  },
  get canSendAgain() {
    return this.opened !== null && canBeSentAgain(this.opened) && this.hadEnded
  },
  async sendAgain() {
    const { jobId, opened } = this
    if (!opened) return
    try {
      const { queued } = await client.sendAgain(jobId, { records: [opened.record] })
      work.takeJobs([await client.job(jobId)])
      signals.dispatchEvent(new CustomEvent('say', { detail: say.queuedAgain(queued) }))
      this.close()
    } catch (failure) {
      this.openedProblem = wordsOf(failure)
    }
  },

  get isNothing() {
    return this.loaded === 0 && this.isComplete
  },
  get rowCount() {
    return this.loaded + 1
  },
})
}
