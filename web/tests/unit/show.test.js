import { expect, test } from 'vitest'
import { bytes, counted, duration } from '../../src/show/numbers.js'
import { afterJob, newestFirst } from '../../src/state/jobs.js'
import { textTable } from '../../src/state/pasted.js'

test('sizes are in the unit that reads best', () => {
  expect([0, 999, 1000, 47086, 5 * 1024 * 1024, 3 * 1024 ** 3].map(bytes)).toEqual(['0 B', '999 B', '1 KB', '46 KB', '5 MB', '3 GB'])
})

test('durations say no more than matters', () => {
  expect([0, 59, 60, 65, 605, 3600, 7500, 172800].map(duration)).toEqual(['0 s', '59 s', '1 min', '1 min 5 s', '10 min', '1 h', '2 h 5 min', '48 h'])
})

test('one is not many', () => {
  expect([counted(1, 'row', 'rows'), counted(0, 'row', 'rows')]).toEqual(['1 row', '0 rows'])
})

const job = (/** @type {object} */ more) => /** @type {any} */ ({ job_id: 'j', updated_at: '2026-01-01T00:00:00.000Z', status: 'processing', ...more })

test('a job never goes back to an older state', () => {
  const later = afterJob({}, job({ sequence: 5, status: 'completed' }))
  expect(afterJob(later, job({ sequence: 4 })).j.status).toBe('completed')
  expect(afterJob(later, job({ sequence: 6, status: 'failed' })).j.status).toBe('failed')
  expect(afterJob(later, job({ updated_at: '2025-12-31T00:00:00.000Z' })).j.status).toBe('completed')
})

test('the newest job comes first', () => {
  const jobs = [job({ job_id: 'a', created_at: '1' }), job({ job_id: 'b', created_at: '2' })]
  expect(newestFirst(jobs).map(({ job_id }) => job_id)).toEqual(['b', 'a'])
})

test('rows from a spreadsheet are a table, prose is none', () => {
  expect(textTable('Name\tMail\nAnn\ta@b.example')).not.toBe(null)
  expect(textTable('a@b.example\nc@d.example')).not.toBe(null)
  expect(textTable('Dear Ann. How are you?\nI am fine. Yours')).toBe(null)
  expect(textTable('only one line')).toBe(null)
})
