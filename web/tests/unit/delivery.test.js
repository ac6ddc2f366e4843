import { expect, test } from 'vitest'
import { say } from '../../src/show/words.js'
import { duration } from '../../src/show/numbers.js'
import { adviceFor, canBeSentAgain, forecast, fromBeginning, fromKept, fromStep, recognised, sameOutcomes, segments, sliderSteps, toKeep, toRequest, toStep, withoutValue, withSample } from '../../src/state/delivery.js'

const clay = { name: 'clay', rate_limit: 10, burst: 20, max_record_bytes: 100_000, quota: 50_000, hosts: ['clay.com'] }
/** @type {import('../../src/state/delivery.js').SetUp} */
const setUp = { url: ' https://x.example/h ', further: [], rate: 10, headers: [], secret: '', canary: null, failAbove: null, quota: null, quotaUsed: null, others: {} }

test('outcomes are the same whatever still waits, and not when one more was delivered', () => {
  const counts = { pending: 3, delivered: 5, rejected: 2, failed: 0, maybe: 0, skipped: 0 }
  expect(sameOutcomes(counts, { ...counts, pending: 0 })).toBe(true)
  expect(sameOutcomes(counts, { ...counts, delivered: 6, rejected: 1 })).toBe(false)
  expect(sameOutcomes(null, counts)).toBe(false)
})

test('a destination is known by its host or the end of it', () => {
  expect(recognised([clay], 'https://api.clay.com/v1/x')?.name).toBe('clay')
  expect(recognised([clay], 'https://clay.com')?.name).toBe('clay')
  expect(recognised([clay], 'https://notclay.com/clay.com')).toBe(null)
  expect(recognised([clay], 'clay.com')).toBe(null)
})

test('only what was filled in is asked for', () => {
  expect(toRequest(setUp)).toEqual({ webhook_url: 'https://x.example/h', webhook_rate_limit: 10 })
  expect(toRequest({ ...setUp, headers: [{ name: ' X-Key ', value: 'v' }, { name: '', value: 'w' }], secret: 's', canary: 5 })).toEqual({
    webhook_url: 'https://x.example/h', webhook_rate_limit: 10, webhook_headers: { 'X-Key': 'v' }, webhook_secret: 's', webhook_canary: 5,
  })
})

test('further URLs and a quota are asked for as they are filled in', () => {
  const wishes = toRequest({ ...setUp, further: [' https://y.example ', ' '], quota: 100, quotaUsed: 5 })
  expect(wishes).toMatchObject({ webhook_roll_over_urls: ['https://y.example'], webhook_quota: 100, webhook_quota_used: 5 })
})

test('a reload keeps where to and how fast, and no secret', () => {
  const before = { ...setUp, further: ['https://y.example'], rate: 7, headers: [{ name: 'Authorization', value: 'Bearer hidden' }, { name: '', value: '' }], secret: 'whsec_hidden' }
  const text = JSON.stringify(toKeep(before))
  expect(text).not.toContain('hidden')
  const { setUp: after, signed } = fromKept(JSON.parse(text), setUp)
  expect(after).toEqual({ ...before, headers: [{ name: 'Authorization', value: '' }], secret: '' })
  expect(signed).toBe(true)
  expect(withoutValue(after)).toEqual(['Authorization'])
  expect(fromKept(null, setUp)).toEqual({ setUp, signed: false })
})

test('the forecast knows rate, quota and further URLs', () => {
  const { seconds, ...rest } = forecast(24_767, { ...setUp, quotaUsed: 30_000 }, clay.quota)
  expect(rest).toEqual({ sent: 20_000, left: 4767 })
  expect(seconds).toBe(2000)
  expect(forecast(24_767, { ...setUp, quotaUsed: 30_000, further: ['https://y.example', ''] }, clay.quota).left).toBe(0)
  expect(forecast(24_767, { ...setUp, rate: 0 }, null)).toEqual({ sent: 24_767, left: 0, seconds: null })
  expect(say.forecast(24_767, true, 10, duration(2476.7))).toBe('24,767 records at 10/s: 41 min')
})

test('the slider goes from half a record a second to no limit, and back to the same rate', () => {
  expect(fromStep(0)).toBe(0.5)
  expect(fromStep(sliderSteps)).toBe(0)
  expect(toStep(0)).toBe(sliderSteps)
  for (const rate of [0.5, 1, 10, 60, 200]) expect(Math.abs(fromStep(toStep(rate)) - rate)).toBeLessThanOrEqual(rate * 0.04)
})

test('no part of the bar that is not empty is invisible', () => {
  const counts = { delivered: 99_999, maybe: 0, rejected: 1, failed: 0, skipped: 0, pending: 0 }
  expect(segments(counts).map(({ word }) => word)).toEqual(['delivered', 'rejected'])
  expect(segments(counts)[1].percent).toBeGreaterThan(0.5)
})

const at = (/** @type {number} */ second) => ({ at: second, rate: 1, latency: null })

test('the chart has a sample a second at most, also of a long delivery few, and always the first and last', () => {
  const samples = [at(0), at(100)]
  expect(withSample(samples, at(100.5))).toBe(samples)
  /** @type {ReturnType<typeof withSample>} */
  let all = [at(0)]
  for (let second = 5; second <= 36_000; second += 5) all = withSample(all, at(second))
  expect(all.length).toBeLessThan(3000)
  expect(all[0].at).toBe(0)
  expect(all.at(-1)?.at).toBe(36_000)
})

test('the chart goes on where what the service kept ends', () => {
  const points = [{ at: '2024-01-15T10:30:00.000Z', rate: 9, latency_ms: 40 }, { at: '2024-01-15T10:30:02.000Z', rate: 10, latency_ms: null }]
  const end = Date.parse(points[1].at) / 1000
  expect(fromBeginning(points, [at(end - 1), at(end + 0.5), at(end + 3)])).toEqual([
    { at: end - 2, rate: 9, latency: 40 }, { at: end, rate: 10, latency: null }, at(end + 3),
  ])
  expect(fromBeginning([], [at(5)])).toEqual([at(5)])
})

test('what to do about a record depends on how it ended and on the answer', () => {
  const of = (/** @type {any} */ state, /** @type {number | null} */ http_status) => adviceFor(/** @type {any} */ ({ state, http_status }))
  expect([of('rejected', 422), of('rejected', 401), of('failed', 403), of('rejected', 410), of('failed', null), of('failed', 500), of('delivered', 200), of('maybe', null)])
    .toEqual(['rejected', 'unauthorized', 'unauthorized', 'gone', 'failed', 'failed', 'delivered', 'maybe'])
  expect(['delivered', 'rejected', 'failed', 'maybe', 'skipped', 'pending'].filter((state) => canBeSentAgain(/** @type {any} */ ({ state })))).toEqual(['rejected', 'failed', 'maybe'])
})
