// What is being prepared: which upload, which table, what was decided about it. Pure.

/**
 * @typedef {import('./duplicates.js').Decision} Decision
 * @typedef {object} Draft
 * @property {string} session      whose draft it is
 * @property {string} upload       id; empty: none yet
 * @property {string} suppression  id of the upload with what is to be left out; empty: none
 * @property {'' | 'people' | 'company'} table  empty: as the files suggest
 * @property {string[]} order      ids of files, the one whose values win first
 * @property {Record<string, Record<string, string | null>>} mapping  file id -> header -> field
 * @property {Decision[]} decisions  about rows, see state/duplicates.js
 * @property {{job: string, asked: string}} trial  the job that shows what the draft gives, and for which request
 * @property {string[]} discarded    earlier trials that are still to be removed
 * @property {Record<string, {delimiter?: string, encoding?: string}>} reading  file id -> how it is to be
 *   read, where what was found is not right
 * @property {Record<string, any>} options      further members of the request: match, threshold, survivor ...
 */

/** @type {Readonly<Draft>} */
export const emptyDraft = Object.freeze({
  session: '',
  upload: '',
  suppression: '',
  table: '',
  order: [],
  mapping: {},
  decisions: [],
  trial: { job: '', asked: '' },
  discarded: [],
  reading: {},
  options: {},
})

/**
 * The draft that a session goes on with: the kept one as far as it still fits. Uploads are the
 * session's; one that a job or the kept draft does not know is taken as the files.
 * @param {unknown} kept
 * @param {import('../api/messages.js').Session} session
 * @returns {Draft}
 */
export function resume(kept, session) {
  const draft = /** @type {Draft} */ ({ ...emptyDraft, .../** @type {object} */ (kept ?? {}) })
  if (draft.session !== session.session_id) return { ...emptyDraft, session: session.session_id, upload: latest(session.uploads, '') }
  const ids = session.uploads.map((upload) => upload.upload_id)
  const suppression = ids.includes(draft.suppression) ? draft.suppression : ''
  const upload = ids.includes(draft.upload) ? draft.upload : latest(session.uploads, suppression)
  const files = session.uploads.find(({ upload_id }) => upload_id === upload)?.files ?? []
  const known = files.map((file) => file.file_id)
  return { ...draft, upload, suppression, order: draft.order.filter((id) => known.includes(id)) }
}

/** @param {import('../api/messages.js').Upload[]} uploads @param {string} but */
const latest = (uploads, but) =>
  uploads
    .filter(({ upload_id, files }) => upload_id !== but && files.length > 0)
    .reduce((best, upload) => (upload.created_at > best.created_at ? upload : best), { upload_id: '', created_at: '' })
    .upload_id

/**
 * Files in the order of their priority; those that the order does not name come last, as uploaded.
 * @template {{file_id: string}} File
 * @param {File[]} files @param {string[]} order @returns {File[]}
 */
export function inOrder(files, order) {
  const place = (/** @type {File} */ file) => {
    const at = order.indexOf(file.file_id)
    return at < 0 ? order.length : at
  }
  return [...files].sort((a, b) => place(a) - place(b))
}

/**
 * The order after `id` went `by` places (-1: up).
 * @param {string[]} order @param {string} id @param {number} by
 */
export function moved(order, id, by) {
  const from = order.indexOf(id)
  const to = from + by
  if (from < 0 || to < 0 || to >= order.length) return order
  const next = order.toSpliced(from, 1)
  next.splice(to, 0, id)
  return next
}

/**
 * The table that most files look like; people where none says.
 * @param {{suggested_type?: string, records?: number}[]} files @returns {'people' | 'company'}
 */
export function suggestedTable(files) {
  const companies = files.filter((file) => file.suggested_type === 'company').length
  return companies > files.length - companies ? 'company' : 'people'
}

/** Decisions about files that are there; where nothing is compared, none. @param {Draft} draft @param {string[]} ids */
function decided({ decisions, options }, ids) {
  const known = decisions.filter(({ a, b }) => ids.includes(a.file) && ids.includes(b.file))
  return known.length > 0 && options.match !== 'none' ? { decisions: known } : {}
}

/**
 * The members of a request to /api/process or /api/mapping/preview.
 * @param {Draft} draft @param {import('../api/messages.js').SourceFile[]} files
 */
export function toRequest(draft, files) {
  const ids = files.map((file) => file.file_id)
  const mapping = Object.fromEntries(
    Object.entries(draft.mapping).filter(([id, wishes]) => ids.includes(id) && Object.keys(wishes).length > 0),
  )
  const reading = Object.fromEntries(
    Object.entries(draft.reading).filter(([id, how]) => ids.includes(id) && Object.keys(how).length > 0),
  )
  return {
    ...draft.options,
    upload_id: draft.upload,
    table_type: draft.table || suggestedTable(files),
    ...(Object.keys(mapping).length > 0 ? { mapping } : {}),
    ...decided(draft, ids),
    ...(Object.keys(reading).length > 0 ? { reading } : {}),
    ...(draft.order.length > 0 ? { rank: inOrder(files, draft.order).map((file) => file.file_id) } : {}),
    ...(draft.suppression ? { suppression_upload_id: draft.suppression } : {}),
  }
}
