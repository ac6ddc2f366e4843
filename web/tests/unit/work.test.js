import { beforeEach, expect, test, vi } from 'vitest'
import { makeWork } from '../../src/work.js'

const file = { file_id: 'f1', filename: 'a.csv', size: 9, status: 'complete', records: 2 }
const job = (/** @type {string} */ job_id, status = 'completed') => /** @type {any} */ ({ job_id, status, created_at: job_id, updated_at: '1', progress: {} })

/** @type {string[]} */
let asked
/** When the service answers. @type {Promise<void>} */
let answers
/** @type {ReturnType<typeof makeWork>} */
let work
/** @type {Record<string, (body: any) => void>} */
let told
beforeEach(async () => {
  asked = []
  told = {}
  answers = Promise.resolve()
  const client = /** @type {any} */ ({
    session: async () => ({ session_id: 's', jobs: [], uploads: [{ upload_id: 'u', created_at: '1', files: [file] }] }),
    process: async () => ({ job_id: `j${asked.push('process')}` }),
    job: async (/** @type {string} */ id) => job(id, 'processing'),
    removeJob: async (/** @type {string} */ id) => {
      asked.push(`remove ${id}`)
      await answers
    },
    steer: async (/** @type {string} */ id, /** @type {string} */ how) => void asked.push(`${how} ${id}`),
  })
  const live = /** @type {any} */ ({ on: (/** @type {string} */ name, /** @type {any} */ hear) => (told[name] = hear), begin: () => {} })
  /** @type {Record<string, string>} */
  const kept = {}
  const storage = { getItem: (/** @type {string} */ name) => kept[name] ?? null, setItem: (/** @type {string} */ name, /** @type {string} */ value) => void (kept[name] = value), removeItem: () => {} }
  work = makeWork({ client, live, storage })
  await work.load()
})

test('a trial is no job that is shown, until its result is wanted', async () => {
  await work.try()
  expect(work.isTried).toBe(true)
  expect(work.jobs).toEqual([])
  expect(work.adoptTrial()).toBe('j1')
  expect(work.jobs.map(({ job_id }) => job_id)).toEqual(['j1'])
  expect(work.isTried).toBe(false)
})

test('a trial is of the draft only as long as the draft does not change', async () => {
  await work.try()
  work.change({ options: { threshold: 90 } })
  expect(work.isTried).toBe(false)
  work.change({ options: {} })
  expect(work.isTried).toBe(true)
})

test('a trial that another took the place of is removed once it has ended', async () => {
  await work.try()
  await work.try()
  expect(asked).toEqual(['process', 'process'])
  expect(work.jobs).toEqual([])
  told.job_completed(job('j1'))
  await Promise.resolve()
  expect(asked).toEqual(['process', 'process', 'remove j1'])
})

test('each trial is removed once, however many events come meanwhile', async () => {
  for (let n = 0; n < 3; ++n) await work.try()
  let answer = () => {}
  answers = new Promise((resolve) => (answer = resolve))
  told.session_jobs({ jobs: [job('j1'), job('j2'), job('j3', 'processing')] })
  told.job_completed(job('j2'))
  answer()
  await vi.waitFor(() => expect(Object.keys(work.jobsById)).toEqual(['j3']))
  expect(asked.filter((one) => one.startsWith('remove')).sort()).toEqual(['remove j1', 'remove j2'])
})

test('a job that was removed does not come back with a list from before', async () => {
  told.session_jobs({ jobs: [job('a'), job('b')] })
  await work.removeJob('a')
  told.session_jobs({ jobs: [job('a'), job('b')] })
  told.job_progress(job('a'))
  expect(work.jobs.map(({ job_id }) => job_id)).toEqual(['b'])
})

test('one that would go on for long is cancelled', async () => {
  await work.try()
  work.session?.uploads[0].files.splice(0, 1, { .../** @type {any} */ (file), records: 5_000_000 })
  await work.try()
  expect(asked).toContain('cancel j1')
})

test('jobs that the service has no more are gone', async () => {
  told.session_jobs({ jobs: [job('a'), job('b')] })
  told.session_jobs({ jobs: [job('b')] })
  expect(work.jobs.map(({ job_id }) => job_id)).toEqual(['b'])
})
