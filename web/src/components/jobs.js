// The jobs of this session, and what became of them.
import { wordsOf } from '../api/client.js'
import { component } from './component.js'
import { count, localTime } from '../show/numbers.js'
import { say } from '../show/words.js'
import { hasEnded } from '../state/jobs.js'

const statusLook = { completed: 'badge-ok', failed: 'badge-bad', cancelled: '', paused: 'badge-warn', queued: '', processing: 'badge-accent', sending: 'badge-accent' }

/** @param {import('../api/messages.js').Job} job */
export const statusOf = ({ status, progress }) => ({
  words: progress.waits_for_go_on ? say.waitsForGoOn : say.statuses[status],
  look: statusLook[status],
})

/** @param {import('../api/messages.js').Job} job */
export const jobTitle = ({ table_type, created_at }) => say.jobTitle(say.tables[table_type], localTime(created_at))

/**
 * @param {object} parts
 * @param {import('../work.js').Work} parts.work
 */
export const jobs = ({ work }) => () => component({
  problem: '',

  get rows() {
    return work.jobs.map((job) => {
      const { words, look } = statusOf(job)
      const { progress } = job
      return {
        id: job.job_id,
        href: `#job/${job.job_id}`,
        title: jobTitle(job),
        status: words,
        look,
        facts: job.webhook ? say.sentTo(job.webhook.host, progress.successful_webhooks, progress.total_records) : say.rows(progress.total_records),
        merged: say.mergedRows(progress.duplicates_removed),
        bar: { width: `${progress.percentage}%` },
        isRunning: !hasEnded(job),
        hasEnded: hasEnded(job),
        download: progress.download_url,
        hasDownload: progress.download_available,
        downloads: progress.downloads > 0 ? say.downloads(count(progress.downloads)) : '',
        removeLabel: say.removeJob(jobTitle(job)),
        downloadLabel: say.downloadJob(jobTitle(job)),
      }
    })
  },
  get isEmpty() {
    return work.jobs.length === 0
  },
  get hasSome() {
    return !this.isEmpty
  },
  /** @param {{id: string}} row */
  async remove({ id }) {
    try {
      await work.removeJob(id)
      this.problem = ''
    } catch (failure) {
      this.problem = wordsOf(failure)
    }
  },
  dismiss() {
    this.problem = ''
  },
})
