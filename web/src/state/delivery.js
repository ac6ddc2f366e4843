// Deliveries: what is set up, forecast, and shown while they run. Pure.

/**
 * @typedef {import('../api/messages.js').Destination} Destination
 * @typedef {import('../api/messages.js').Counts} Counts
 * @typedef {import('../api/messages.js').DeliveryWord} DeliveryWord
 * @typedef {{at: number, rate: number, latency: number | null}} Sample  at: seconds since 1970
 * @typedef {object} SetUp
 * @property {string} url
 * @property {string[]} further  URLs that take over, each when the quota of the one before is used up
 * @property {number} rate  a second; 0: no limit
 * @property {{name: string, value: string}[]} headers
 * @property {string} secret
 * @property {number | null} canary
 * @property {number | null} failAbove  percent
 * @property {number | null} quota      of a URL in its lifetime; null: as the preset says
 * @property {number | null} quotaUsed  by others
 * @property {Record<string, unknown>} others  further members of the request, from a recipe
 */

/** How the ends of deliveries are shown, in this order. @type {DeliveryWord[]} */
export const words = ['delivered', 'maybe', 'rejected', 'failed', 'skipped', 'pending']

/**
 * Whose URL it is: a destination whose host is its host or the end of it.
 * @param {Destination[]} destinations @param {string} url
 */
export function recognised(destinations, url) {
  if (!URL.canParse(url)) return null
  const { hostname } = new URL(url)
  return destinations.find(({ hosts }) => hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`))) ?? null
}

/** @param {SetUp} setUp @returns {Record<string, unknown>} members of a request */
export function toRequest({ url, further, rate, headers, secret, canary, failAbove, quota, quotaUsed, others: more }) {
  const others = further.map((one) => one.trim()).filter(Boolean)
  const named = headers.filter(({ name }) => name.trim() !== '')
  return {
    ...more,
    webhook_url: url.trim(),
    webhook_rate_limit: rate,
    ...(named.length > 0 ? { webhook_headers: Object.fromEntries(named.map(({ name, value }) => [name.trim(), value])) } : {}),
    ...(secret ? { webhook_secret: secret } : {}),
    ...(canary ? { webhook_canary: canary } : {}),
    ...(failAbove ? { webhook_fail_above_percent: failAbove } : {}),
    ...(others.length > 0 ? { webhook_roll_over_urls: others } : {}),
    ...(quota ? { webhook_quota: quota } : {}),
    ...(quotaUsed ? { webhook_quota_used: quotaUsed } : {}),
  }
}

/**
 * What of a set-up is kept in the browser: nothing that is secret, of headers the names.
 * @param {SetUp} setUp
 */
export const toKeep = ({ secret, headers, ...rest }) => ({
  ...rest,
  headers: headers.filter(({ name }) => name.trim() !== '').map(({ name }) => name),
  signed: secret !== '',
})

/**
 * A set-up of what was kept, and whether something has to be entered again.
 * @param {any} kept @param {SetUp} otherwise @returns {{setUp: SetUp, signed: boolean}}
 */
export function fromKept(kept, otherwise) {
  if (kept === null || typeof kept !== 'object') return { setUp: otherwise, signed: false }
  const { headers, signed, ...rest } = kept
  const names = Array.isArray(headers) ? headers.filter((name) => typeof name === 'string') : []
  return { setUp: { ...otherwise, ...rest, secret: '', headers: names.map((name) => ({ name, value: '' })) }, signed: signed === true }
}

/** Names of headers without a value. @param {SetUp} setUp */
export const withoutValue = ({ headers }) => headers.filter(({ name, value }) => name.trim() !== '' && value === '').map(({ name }) => name.trim())

/**
 * What will happen: how many records, how long (null: as fast as it goes), how many the quota leaves.
 * @param {number} records @param {SetUp} setUp @param {number | null | undefined} quota  of each URL
 */
export function forecast(records, { rate, further, quotaUsed }, quota) {
  const urls = 1 + further.filter((one) => one.trim() !== '').length
  const room = quota ? urls * Math.max(0, quota - (quotaUsed ?? 0)) : Infinity
  const sent = Math.min(records, room)
  return { sent, left: records - sent, seconds: rate > 0 ? sent / rate : null }
}

// The slider's steps are even in how many times faster they are.
const slowest = 0.5
const fastest = 200
export const sliderSteps = 100

/** @param {number} rate @returns {number} step of the slider; its end is no limit */
export function toStep(rate) {
  if (rate <= 0) return sliderSteps
  const part = Math.log(rate / slowest) / Math.log(fastest / slowest)
  return Math.max(0, Math.min(sliderSteps - 1, Math.round(part * (sliderSteps - 1))))
}
/** @param {number} step @returns {number} */
export function fromStep(step) {
  if (step >= sliderSteps) return 0
  const rate = slowest * (fastest / slowest) ** (step / (sliderSteps - 1))
  return rate < 10 ? Math.round(rate * 2) / 2 : Math.round(rate)
}

/**
 * Parts of the bar in percent, none invisible that is not empty.
 * @param {Counts} counts
 */
export function segments(counts) {
  const all = words.reduce((sum, word) => sum + counts[word], 0)
  return words
    .filter((word) => counts[word] > 0)
    .map((word) => ({ word, count: counts[word], percent: Math.max(0.6, (100 * counts[word]) / all) }))
}

/** @param {import('../api/messages.js').Delivery} delivery */
export const canBeSentAgain = ({ state }) => state === 'rejected' || state === 'failed' || state === 'maybe'

/**
 * What a user can do about a record: the name of an advice.
 * @param {import('../api/messages.js').Delivery} delivery @returns {DeliveryWord | 'unauthorized' | 'gone'}
 */
export function adviceFor({ state, http_status }) {
  if (state !== 'rejected' && state !== 'failed') return state
  if (http_status === 401 || http_status === 403 || http_status === 407) return 'unauthorized'
  return http_status === 404 || http_status === 410 ? 'gone' : state
}

/** Whether as many records ended in each way. @param {Counts | null} a @param {Counts | null} b */
export const sameOutcomes = (a, b) => words.every((word) => word === 'pending' || a?.[word] === b?.[word])

/** @param {Counts} counts */
export const totalOf = (counts) => words.reduce((sum, word) => sum + counts[word], 0)

const chartPoints = 400

/**
 * Samples with one more, one a second at most; of a long time fewer, but always the last.
 * @param {Sample[]} samples @param {Sample} sample
 */
export function withSample(samples, sample) {
  const [before, last] = samples.length > 1 ? samples.slice(-2) : [null, samples[0]]
  if (!last) return [sample]
  if (sample.at - last.at < 1) return samples
  const spacing = (sample.at - samples[0].at) / chartPoints
  const isTooNear = before !== null && last.at - before.at < spacing
  return [...(isTooNear ? samples.slice(0, -1) : samples), sample]
}

/**
 * What the service kept of a delivery, and after it what was seen since.
 * @param {import('../api/messages.js').PacePoint[]} points @param {Sample[]} seen @returns {Sample[]}
 */
export function fromBeginning(points, seen) {
  const kept = points.map(({ at, rate, latency_ms }) => ({ at: Date.parse(at) / 1000, rate, latency: latency_ms }))
  const end = kept.at(-1)?.at ?? 0
  return [...kept, ...seen.filter(({ at }) => at >= end + 1)]
}
