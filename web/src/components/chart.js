// Rate and latency of a delivery from its beginning, drawn by uPlot: what the service kept of it,
// and what the job says while this is open.
import { component } from './component.js'
import { clock, count } from '../show/numbers.js'
import { say } from '../show/words.js'
import { fromBeginning, withSample } from '../state/delivery.js'
import { hasEnded } from '../state/jobs.js'

const height = 150
const leastSeconds = 30

/** @typedef {import('../api/messages.js').Job} Job @typedef {import('../state/delivery.js').Sample} Sample */

/**
 * @param {object} parts
 * @param {import('../api/client.js').Client} parts.client
 * @param {import('../api/live.js').Live} parts.live
 */
export const chart = ({ client, live }) => () => component({
  jobId: '',
  hadEnded: false,
  isRecalled: false,
  /** @type {Sample[]} */
  samples: [],
  /** @type {any} not reactive: the library's own object */
  plot: null,
  isLoading: false,
  /** @type {ResizeObserver | null} */
  observer: null,
  /** @type {MutationObserver | null} */
  themes: null,

  init() {
    // What was missed while the connection was away.
    live.on('state', (state) => state === 'live' && void this.recall())
  },
  destroy() {
    this.observer?.disconnect()
    this.themes?.disconnect()
    this.plot?.destroy()
  },
  /** @param {CustomEvent<Job>} event */
  moved({ detail: job }) {
    const isOther = job.job_id !== this.jobId
    const isAnother = isOther || (this.hadEnded && !hasEnded(job))
    this.hadEnded = hasEnded(job)
    if (isAnother) {
      Object.assign(this, { jobId: job.job_id, samples: [], isRecalled: false })
      if (job.webhook) void this.recall()
    }
    if (job.status !== 'sending' && job.status !== 'paused') return
    const { current_rate: rate, latency_ms: latency } = job.progress
    this.show(withSample(this.samples, { at: Date.parse(job.updated_at) / 1000, rate, latency: latency?.p50 ?? null }))
  },
  async recall() {
    const { jobId } = this
    if (!jobId) return
    try {
      const { points } = await client.pace(jobId)
      if (jobId === this.jobId) this.samples = fromBeginning(points, this.samples)
    } catch {
      // The chart then begins now.
    }
    if (jobId !== this.jobId) return
    this.isRecalled = true
    this.show(this.samples)
  },
  /** @param {Sample[]} samples */
  show(samples) {
    this.samples = samples
    if (this.hasChart) void this.draw()
  },
  get hasChart() {
    return this.isRecalled && this.samples.length > 1
  },
  get words() {
    const last = this.samples.at(-1)
    return last ? say.chartNow(clock(new Date(this.samples[0].at * 1000)), last.rate, last.latency) : ''
  },
  async draw() {
    const data = [this.samples.map(({ at }) => at), this.samples.map(({ rate }) => rate), this.samples.map(({ latency }) => latency)]
    if (this.plot) {
      this.plot.setData(data)
      return
    }
    if (this.isLoading) return
    this.isLoading = true
    const { default: Plot } = await import('uplot')
    await this.$nextTick()
    const frame = this.$refs.plot
    this.plot = unwatched(new Plot(look(frame.clientWidth), /** @type {any} */ (data), frame))
    this.observer = new ResizeObserver(() => frame.clientWidth > 0 && this.plot.setSize({ width: frame.clientWidth, height }))
    this.observer.observe(frame)
    this.themes = new MutationObserver(() => this.plot.redraw())
    this.themes.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  },
})

/** Keeps a foreign object out of Alpine's reactivity. @param {any} plot */
const unwatched = (plot) => ({
  setData: (/** @type {any} */ data) => plot.setData(data),
  setSize: (/** @type {any} */ size) => plot.setSize(size),
  redraw: () => plot.redraw(),
  destroy: () => plot.destroy(),
})

const color = (/** @type {string} */ name) => () => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

/** @param {number} width @returns {any} */
const look = (width) => {
  const axis = { stroke: color('muted'), grid: { stroke: color('line'), width: 1 }, ticks: { show: false }, font: '12px system-ui' }
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { range: (/** @type {any} */ _, /** @type {number} */ first, /** @type {number} */ last) => [first, Math.max(last, first + leastSeconds)] }, rate: { range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ most) => [0, Math.max(1, most * 1.15)] }, ms: { range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ most) => [0, Math.max(10, most * 1.15)] } },
    axes: [
      { ...axis, space: 90, size: 26, values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((second) => clock(new Date(second * 1000))) },
      { ...axis, scale: 'rate', size: 52, values: (/** @type {any} */ _, /** @type {number[]} */ all) => all.map((value) => say.axisRate(count(value))) },
      { ...axis, scale: 'ms', side: 1, size: 60, grid: { show: false }, values: (/** @type {any} */ _, /** @type {number[]} */ all) => all.map((value) => say.axisMs(count(value))) },
    ],
    series: [{}, { scale: 'rate', stroke: color('accent-ink'), width: 2, points: { show: false } }, { scale: 'ms', stroke: color('warn'), width: 1.5, dash: [4, 3], spanGaps: true, points: { show: false } }],
  }
}
