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
