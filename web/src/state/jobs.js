// Jobs as the page knows them. Pure.

/** @typedef {import('../api/messages.js').Job} Job */

/**
 * The jobs after one more message. Events may come out of order: the larger sequence is the newer;
 * an answer without one is as new as when it was asked for.
 * @param {Record<string, Job>} jobs @param {Job} job @returns {Record<string, Job>}
 */
export function afterJob(jobs, job) {
  const known = jobs[job.job_id]
  if (known && isOlder(job, known)) return jobs
  return { ...jobs, [job.job_id]: job }
}

/** @param {Job} job @param {Job} known */
function isOlder(job, known) {
  if (job.sequence != null && known.sequence != null) return job.sequence < known.sequence
  return job.updated_at < known.updated_at
}

/** @param {Job[]} jobs */
export const newestFirst = (jobs) => [...jobs].sort((a, b) => (a.created_at < b.created_at ? 1 : -1))

/** @param {Job} job */
export const hasEnded = (job) => ['completed', 'failed', 'cancelled'].includes(job.status)

/** @param {Job} job */
export const isMerging = (job) => job.status === 'queued' || job.status === 'processing'

/**
 * The stages of a job and how far each is, in percent.
 * @param {Job} job
 * @returns {{name: 'reading' | 'matching' | 'writing' | 'sending', percent: number, state: 'waits' | 'runs' | 'done'}[]}
 */
export function stages({ status, mode, progress }) {
  const names = /** @type {const} */ (['reading', 'matching', 'writing', ...(mode === 'webhook' ? ['sending'] : [])])
  const now = { reading: 0, mapping: 0, cleaning: 1, matching: 1, writing: 2, sending: 3 }[progress.stage] ?? 0
  const ended = status === 'completed'
  const part = progress.total_records > 0 ? Math.min(100, (100 * progress.processed) / progress.total_records) : 0
  return /** @type {any} */ (names).map((/** @type {string} */ name, /** @type {number} */ at) => {
    if (ended || at < now || (at === 2 && progress.download_available)) return { name, percent: 100, state: 'done' }
    return at === now && status !== 'queued' ? { name, percent: part, state: 'runs' } : { name, percent: 0, state: 'waits' }
  })
}

/**
 * Rows a second between two looks at a job; 0 when that cannot be told.
 * @param {{at: number, stage: string, processed: number}} before @param {{at: number, stage: string, processed: number}} now
 */
export function pace(before, now) {
  if (before.stage !== now.stage || now.at <= before.at) return 0
  return Math.max(0, (1000 * (now.processed - before.processed)) / (now.at - before.at))
}

/**
 * Where the rows went, as the report has it: the parts add up to `read`.
 * @param {Record<string, number>} counts
 */
export const ledger = (counts) => ({
  read: counts.total_records,
  parts: [
    { name: /** @type {const} */ ('kept'), count: counts.records_out },
    { name: /** @type {const} */ ('merged'), count: counts.duplicates_removed },
    { name: /** @type {const} */ ('suppressed'), count: counts.suppressed },
    { name: /** @type {const} */ ('rejected'), count: counts.rejected },
  ],
})
