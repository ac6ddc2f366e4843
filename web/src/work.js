// What all screens share: the session, its files and jobs, and the draft that is being prepared.
// The service's state is the truth; the draft is kept in the browser, for reloads and other tabs.
import { wordsOf } from './api/client.js'
import { emptyDraft, inOrder, resume, suggestedTable, toRequest } from './state/draft.js'
import { afterJob, newestFirst } from './state/jobs.js'

const key = 'csv-merger.draft'

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
  /** @type {Record<string, import('./api/messages.js').Job>} */
  jobsById: {},

  async load() {
    await this.refresh()
    if (!this.session) return
    live.on('session_jobs', ({ jobs }) => this.takeJobs(jobs))
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
      this.takeJobs(session.jobs)
    } catch (failure) {
      this.problem = wordsOf(failure)
    }
  },

  /** @param {import('./api/messages.js').Job[]} jobs */
  takeJobs(jobs) {
    this.jobsById = jobs.reduce(afterJob, this.jobsById)
  },

  /** Changes the draft and keeps it. @param {Partial<import('./state/draft.js').Draft>} change */
  change(change) {
    this.draft = { ...this.draft, ...change }
    storage.setItem(key, JSON.stringify(this.draft))
  },

  /** Another tab changed the draft. */
  reread() {
    if (this.session) this.draft = resume(JSON.parse(storage.getItem(key) ?? 'null'), this.session)
  },

  /** @param {string} id @returns {import('./api/messages.js').SourceFile[]} */
  filesOf(id) {
    return this.session?.uploads.find(({ upload_id }) => upload_id === id)?.files ?? []
  },
  /** Whole files to merge, the one whose values win first. */
  get files() {
    const whole = this.filesOf(this.draft.upload).filter(({ status }) => status === 'complete')
    return inOrder(whole, this.draft.order)
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
  get jobs() {
    return newestFirst(Object.values(this.jobsById))
  },

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
    this.jobsById = {}
    this.draft = { ...emptyDraft }
    await this.refresh()
    live.begin()
  },
})
