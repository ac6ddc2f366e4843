import { expect, test } from 'vitest'
import { afterJob, ledger, pace, stages } from '../../src/state/jobs.js'
import { inView, slotOf } from '../../src/state/rows.js'

const job = (/** @type {object} */ more, /** @type {object} */ progress = {}) =>
  /** @type {any} */ ({ job_id: 'j', status: 'processing', mode: 'download', updated_at: '1', ...more, progress: { stage: 'reading', processed: 0, total_records: 0, download_available: false, ...progress } })

test('an older message changes nothing', () => {
  const newer = job({ sequence: 5 })
  const known = { j: newer }
  expect(afterJob(known, job({ sequence: 4 }))).toBe(known)
  expect(afterJob(known, job({ sequence: 6, status: 'completed' })).j.status).toBe('completed')
  expect(afterJob(known, job({ updated_at: '0' }))).toBe(known)
})

test('stages before the present one are done, and later ones wait', () => {
  const found = stages(job({ mode: 'webhook' }, { stage: 'matching', processed: 50, total_records: 200 }))
  expect(found.map(({ name, percent, state }) => [name, percent, state])).toEqual([
    ['reading', 100, 'done'], ['matching', 25, 'runs'], ['writing', 0, 'waits'], ['sending', 0, 'waits'],
  ])
})

test('of a job that waits nothing runs, and of one that is done all is', () => {
  expect(stages(job({ status: 'queued' })).map(({ state }) => state)).toEqual(['waits', 'waits', 'waits'])
  expect(stages(job({ status: 'completed' }, { stage: 'writing' })).every(({ state }) => state === 'done')).toBe(true)
})

test('the pace is told within a stage only', () => {
  const before = { at: 1000, stage: 'reading', processed: 100 }
  expect(pace(before, { at: 1500, stage: 'reading', processed: 600 })).toBe(1000)
  expect(pace(before, { at: 1500, stage: 'writing', processed: 600 })).toBe(0)
})

test('the parts of the ledger add up to what was read', () => {
  const { read, parts } = ledger({ total_records: 10, records_out: 6, duplicates_removed: 2, suppressed: 1, rejected: 1 })
  expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(read)
})

test('of 100,000 rows those in view are drawn, and the others keep their room', () => {
  const found = inView({ top: 36 * 50_000, height: 360, rowHeight: 36, count: 100_000 })
  expect(found.to - found.from).toBeLessThan(40)
  expect(found.before + found.after + (found.to - found.from) * 36).toBe(36 * 100_000)
  expect(inView({ top: 5000, height: 360, rowHeight: 36, count: 3 })).toMatchObject({ from: 0, to: 3 })
})

test('rows that are drawn together never share their elements, and one that stays keeps them', () => {
  const drawn = (/** @type {number} */ top) => {
    const { from, to } = inView({ top, height: 900, rowHeight: 36, count: 100_000 })
    return Array.from({ length: to - from }, (_, index) => slotOf(from + index))
  }
  for (const top of [0, 36 * 120, 36 * 99_900]) expect(new Set(drawn(top)).size).toBe(drawn(top).length)
  const before = new Set(drawn(36 * 500))
  expect(drawn(36 * 501).filter((slot) => !before.has(slot)).length).toBe(1)
})
