// What all screens share: the session, its files and jobs, and the draft that is being prepared.
// The service's state is the truth; the draft is kept in the browser, for reloads and other tabs.
import { wordsOf } from './api/client.js'
import { emptyDraft, inOrder, resume, suggestedTable, toRequest } from './state/draft.js'
import { afterJob, newestFirst } from './state/jobs.js'

const key = 'csv-merger.draft'
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

  async load() {
    await this.refresh()
    if (!this.session) return
    live.on('state', (state) => {
      if (state === 'live' && this.problem) void this.refresh()
    })
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
   * its headings are others now.
   * @param {string} id @param {{delimiter?: string, encoding?: string}} how
   */
  async readAs(id, how) {
    const { [id]: _, ...reading } = this.draft.reading
    const { [id]: __, ...mapping } = this.draft.mapping
    if (Object.keys(how).length > 0) {
      this.looked[id] = await client.look(this.draft.upload, id, how)
      reading[id] = how
    }
    this.change({ reading, mapping })
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
    this.looked = {}
    this.draft = { ...emptyDraft }
    await this.refreshAll()
    live.begin()
  },
})
