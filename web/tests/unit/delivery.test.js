import { expect, test } from 'vitest'
import { say } from '../../src/show/words.js'
import { duration } from '../../src/show/numbers.js'
import { forecast, fromStep, recognised, segments, sliderSteps, toRequest, toStep, withSample } from '../../src/state/delivery.js'

const clay = { name: 'clay', rate_limit: 10, burst: 20, max_record_bytes: 100_000, quota: 50_000, hosts: ['clay.com'] }
const setUp = { url: ' https://x.example/h ', rate: 10, headers: [], secret: '', canary: null, failAbove: null, quotaUsed: null }

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

test('the forecast knows rate and quota', () => {
  const { seconds, ...rest } = forecast(24_767, 10, clay, 30_000)
  expect(rest).toEqual({ sent: 20_000, left: 4767 })
  expect(seconds).toBe(2000)
  expect(forecast(24_767, 0, null, 0)).toEqual({ sent: 24_767, left: 0, seconds: null })
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

test('the chart keeps five minutes, a sample a second', () => {
  const at = (/** @type {number} */ second) => ({ at: second, rate: 1, latency: null })
  const samples = [at(0), at(100)]
  expect(withSample(samples, at(100.5))).toBe(samples)
  expect(withSample(samples, at(350)).map((sample) => sample.at)).toEqual([100, 350])
})
