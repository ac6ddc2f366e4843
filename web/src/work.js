// What all screens share: the session, its files and jobs, and the draft that is being prepared.
// The service's state is the truth; the draft is kept in the browser, for reloads and other tabs.
import { wordsOf } from './api/client.js'
import { emptyDraft, inOrder, resume, suggestedTable, toRequest } from './state/draft.js'
import { afterJob, hasEnded, newestFirst } from './state/jobs.js'

const key = 'csv-merger.draft'
const targetKey = 'csv-merger.destination'
// A trial of fewer rows ends before it is cancelled.
const longRows = 100_000
/** Trials that are being removed. @type {Set<string>} */
const sweeping = new Set()
// Changes whenever a tab changed what the service keeps; the others then look.
const changedKey = 'csv-merger.changed'

/** @typedef {ReturnType<typeof makeWork>} Work */

/**
 * @param {object} parts
 * @param {import('./api/client.js').Client} parts.client
 * @param {import('./api/live.js').Live} parts.live
 * @param {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} parts.storage
 */
export const makeWork = ({ client, live, storage }) => ({
  loaded: false,
  problem: '',
  /** What opens the shared configuration where an ADMIN_TOKEN is set; kept while the page is open. */
  token: '',
  /** @type {import('./api/messages.js').Session | null} */
  session: null,
  /** @type {import('./state/draft.js').Draft} */
  draft: { ...emptyDraft },
  /** What files hold that are read in another way than was found. @type {Record<string, import('./api/messages.js').SourceFile>} */
  looked: {},
  /** @type {Record<string, import('./api/messages.js').Job>} */
  jobsById: {},
  /** Those that were removed: what is still under way about them comes too late. @type {Set<string>} */
  removed: new Set(),
  /** The accounts of jobs that ended. @type {Record<string, import('./api/messages.js').Report>} */
  reports: {},

  async load() {
    await this.refresh()
    if (!this.session) return
    live.on('state', (state) => {
      if (state === 'live' && this.problem) void this.refresh()
    })
    live.on('session_jobs', ({ jobs }) => this.takeAllJobs(jobs))
    for (const name of ['job_progress', 'job_completed', 'job_failed']) live.on(name, (job) => this.takeJobs([job]))
    live.begin()
    this.loaded = true
  },

  /** The session as the service has it. */
  async refresh() {
    try {
      const session = await client.session()
      this.session = session
      this.draft = resume(JSON.parse(storage.getItem(key) ?? 'null'), session)
      this.problem = ''
      this.takeAllJobs(session.jobs)
      await this.lookAgain()
    } catch (failure) {
      this.problem = wordsOf(failure)
    }
  },

  // After a reload: what the files hold that are read in another way.
  async lookAgain() {
    for (const [id, how] of Object.entries(this.draft.reading)) {
      if (this.looked[id] || !this.files.some(({ file_id }) => file_id === id)) continue
      this.looked[id] = await client.look(this.draft.upload, id, how)
    }
  },

  /**
   * Reads a file in another way ({}: as it was found), once the service could. Its decisions go:
   * its headings and lines are others now.
   * @param {string} id @param {{delimiter?: string, encoding?: string}} how
   */
  async readAs(id, how) {
    const { [id]: _, ...reading } = this.draft.reading
    const { [id]: __, ...mapping } = this.draft.mapping
    if (Object.keys(how).length > 0) {
      this.looked[id] = await client.look(this.draft.upload, id, how)
      reading[id] = how
    }
    const decisions = this.draft.decisions.filter(({ a, b }) => a.file !== id && b.file !== id)
    this.change({ reading, mapping, decisions })
  },

  /** @param {import('./api/messages.js').Job[]} jobs */
  takeJobs(jobs) {
    this.jobsById = jobs.filter(({ job_id }) => !this.removed.has(job_id)).reduce(afterJob, this.jobsById)
    if (jobs.some((job) => hasEnded(job) && this.draft.discarded.includes(job.job_id))) void this.sweep()
  },

  /** All jobs there are: others are gone. @param {import('./api/messages.js').Job[]} jobs */
  takeAllJobs(jobs) {
    const ids = jobs.map(({ job_id }) => job_id)
    this.jobsById = Object.fromEntries(Object.entries(this.jobsById).filter(([id]) => ids.includes(id)))
    this.takeJobs(jobs)
    void this.sweep()
  },

  /** Changes the draft and keeps it. @param {Partial<import('./state/draft.js').Draft>} change */
  change(change) {
    this.draft = { ...this.draft, ...change }
    storage.setItem(key, JSON.stringify(this.draft))
  },

  /** The session after this tab changed it; other tabs look too. */
  async refreshAll() {
    await this.refresh()
    storage.setItem(changedKey, String(Number(storage.getItem(changedKey) ?? 0) + 1))
  },

  /** @param {string} id @returns {import('./api/messages.js').SourceFile[]} */
  filesOf(id) {
    return this.session?.uploads.find(({ upload_id }) => upload_id === id)?.files ?? []
  },
  /** Whole files to merge, the one whose values win first. */
  get files() {
    const whole = this.filesOf(this.draft.upload).filter(({ status }) => status === 'complete')
    return inOrder(
      whole.map((file) => (this.draft.reading[file.file_id] ? { ...file, ...this.looked[file.file_id] } : file)),
      this.draft.order,
    )
  },
  get suppression() {
    return this.filesOf(this.draft.suppression).filter(({ status }) => status === 'complete')
  },
  /** @returns {'people' | 'company'} */
  get table() {
    return this.draft.table || suggestedTable(this.files)
  },
  get records() {
    return this.files.reduce((sum, { records }) => sum + (records ?? 0), 0)
  },
  get request() {
    return toRequest(this.draft, this.files)
  },
  /** Fetches the account of a job that has a result, once. @param {string} id */
  async account(id) {
    if (this.reports[id]) return
    try {
      const report = await client.report(id)
      this.reports = { ...this.reports, [id]: report }
    } catch {
      // Without it the page shows what the status says.
    }
  },
  /** Records of a job's result; null while that is not known. @param {string} id @returns {number | null} */
  recordsOf(id) {
    return this.reports[id]?.counts.records_out ?? null
  },
  /** Those that somebody began: no trials. */
  get jobs() {
    const hidden = [this.draft.trial.job, ...this.draft.discarded]
    return newestFirst(Object.values(this.jobsById).filter(({ job_id }) => !hidden.includes(job_id)))
  },
  /** What the draft gives, as far as it was tried. @returns {import('./api/messages.js').Job | null} */
  get trial() {
    return this.jobsById[this.draft.trial.job] ?? null
  },
  /** Whether the trial is of the draft as it is now. */
  get isTried() {
    return this.trial !== null && this.draft.trial.asked === JSON.stringify(this.request)
  },
  /** Runs the draft as a job that nobody sees, in place of the one before. */
  async try() {
    const request = this.request
    const { job_id } = await client.process(request)
    const { trial, discarded } = this.draft
    this.change({
      trial: { job: job_id, asked: JSON.stringify(request) },
      discarded: trial.job ? [...discarded, trial.job] : discarded,
    })
    this.takeJobs([await client.job(job_id)])
    await this.sweep()
  },
  /** The trial is no trial any more. */
  adoptTrial() {
    const { job } = this.draft.trial
    this.change({ trial: { job: '', asked: '' } })
    return job
  },
  /** The trial is of no use any more. */
  async dropTrial() {
    const { trial, discarded } = this.draft
    if (trial.job) this.change({ trial: { job: '', asked: '' }, discarded: [...discarded, trial.job] })
    await this.sweep()
  },
  /** Removes trials that are of no use any more; cancels those that will not end soon. */
  async sweep() {
    const { discarded } = this.draft
    const known = discarded.filter((id) => this.jobsById[id])
    if (known.length < discarded.length) this.change({ discarded: known })
    for (const id of known) {
      // Another sweep may be at it, or have removed it while this one waited.
      if (sweeping.has(id) || !this.jobsById[id]) continue
      const isOver = hasEnded(this.jobsById[id])
      if (!isOver && this.records < longRows) continue
      sweeping.add(id)
      try {
        if (isOver) await this.removeJob(id)
        else await client.steer(id, 'cancel')
      } catch {
        // It ended meanwhile, or the service is away: the next event or load comes back to it.
      }
      sweeping.delete(id)
    }
  },
  /** @param {string} id */
  async removeJob(id) {
    await client.removeJob(id)
    this.removed.add(id)
    const { [id]: _, ...rest } = this.jobsById
    this.jobsById = rest
    if (this.draft.discarded.includes(id)) this.change({ discarded: this.draft.discarded.filter((other) => other !== id) })
  },

  /** Where the last result was to go, as far as it is no secret; null: nowhere yet. @returns {{mode: string, setUp: object} | null} */
  keptTarget: () => JSON.parse(storage.getItem(targetKey) ?? 'null'),
  /** @param {object} target */
  keepTarget: (target) => storage.setItem(targetKey, JSON.stringify(target)),

  /** Begins the job that the draft describes. @param {object} [further] members of the request */
  async begin(further = {}) {
    const { job_id } = await client.process({ ...this.request, ...further })
    this.takeJobs([await client.job(job_id)])
    return job_id
  },

  /** Forgets everything of this session, here and at the service. */
  async forget() {
    await client.forget()
    live.end()
    storage.removeItem(key)
    storage.removeItem(targetKey)
    this.jobsById = {}
    this.looked = {}
    this.draft = { ...emptyDraft }
    await this.refreshAll()
    live.begin()
  },
})
