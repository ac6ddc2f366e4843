// Deliveries: what is set up, forecast, and shown while they run. Pure.

/**
 * @typedef {import('../api/messages.js').Destination} Destination
 * @typedef {import('../api/messages.js').Counts} Counts
 * @typedef {import('../api/messages.js').DeliveryWord} DeliveryWord
 * @typedef {object} SetUp
 * @property {string} url
 * @property {number} rate  a second; 0: no limit
 * @property {{name: string, value: string}[]} headers
 * @property {string} secret
 * @property {number | null} canary
 * @property {number | null} failAbove  percent
 * @property {number | null} quotaUsed
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
export function toRequest({ url, rate, headers, secret, canary, failAbove, quotaUsed }) {
  const named = headers.filter(({ name }) => name.trim() !== '')
  return {
    webhook_url: url.trim(),
    webhook_rate_limit: rate,
    ...(named.length > 0 ? { webhook_headers: Object.fromEntries(named.map(({ name, value }) => [name.trim(), value])) } : {}),
    ...(secret ? { webhook_secret: secret } : {}),
    ...(canary ? { webhook_canary: canary } : {}),
    ...(failAbove ? { webhook_fail_above_percent: failAbove } : {}),
    ...(quotaUsed ? { webhook_quota_used: quotaUsed } : {}),
  }
}

/**
 * What will happen: how many records, how long (null: as fast as it goes), how many the quota leaves.
 * @param {number} records @param {number} rate @param {{quota: number | null} | null} destination @param {number} used
 */
export function forecast(records, rate, destination, used) {
  const room = destination?.quota ? Math.max(0, destination.quota - used) : Infinity
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

/** @param {Counts} counts */
export const totalOf = (counts) => words.reduce((sum, word) => sum + counts[word], 0)

const chartSeconds = 300

/**
 * Samples of the last five minutes, one a second at most.
 * @param {{at: number, rate: number, latency: number | null}[]} samples
 * @param {{at: number, rate: number, latency: number | null}} sample
 */
export function withSample(samples, sample) {
  const last = samples.at(-1)
  if (last && sample.at - last.at < 1) return samples
  return [...samples.filter(({ at }) => sample.at - at <= chartSeconds), sample]
}
