// Files on their way to the service: rows that change by events. Pure.

/**
 * @typedef {'waiting' | 'sending' | 'paused' | 'reading' | 'failed' | 'refused' | 'absent'} Phase
 *   reading: all bytes are there, the service looks into them; refused: not sent, or found to be no
 *   table; absent: begun before a reload, the browser no longer has the file
 * @typedef {object} Row
 * @property {string} key
 * @property {'files' | 'suppression'} list
 * @property {string} name
 * @property {number} size
 * @property {number} sent      bytes that are there
 * @property {Phase} phase
 * @property {string} problem   empty unless failed or refused
 * @property {string} place     where it is received; empty: nowhere yet
 */

/**
 * @param {Row[]} rows @param {string} key @param {Partial<Row>} change
 * @returns {Row[]}
 */
export const withRow = (rows, key, change) =>
  rows.map((row) => (row.key === key ? { ...row, ...change } : row))

/**
 * What can be known before sending.
 * @param {{name: string, size: number}} file
 * @param {{maxFileBytes: number, maxFiles: number, freeBytes: number}} limits
 * @param {{names: {name: string, size: number}[], count: number}} there  of the same list
 * @returns {'' | 'empty' | 'large' | 'many' | 'full' | 'kind' | 'twice'}
 */
export function objection(file, limits, there) {
  if (file.size === 0) return 'empty'
  if (/\.(xlsx?|ods|numbers|zip|7z|rar|pdf|docx?|png|jpe?g|gif|html?|json|xml|parquet)$/i.test(file.name)) return 'kind'
  if (limits.maxFileBytes > 0 && file.size > limits.maxFileBytes) return 'large'
  if (limits.maxFiles > 0 && there.count >= limits.maxFiles) return 'many'
  if (file.size > limits.freeBytes) return 'full'
  if (there.names.some(({ name, size }) => name === file.name && size === file.size)) return 'twice'
  return ''
}

/** @param {Row[]} rows */
export function total(rows) {
  const active = rows.filter(({ phase }) => !['refused', 'absent'].includes(phase))
  const size = active.reduce((sum, row) => sum + row.size, 0)
  const sent = active.reduce((sum, row) => sum + row.sent, 0)
  const done = active.filter(({ phase }) => phase === 'reading').length
  return { count: active.length, size, sent, done, percent: size > 0 ? Math.floor((100 * sent) / size) : 0 }
}

/**
 * Bytes a second from the samples of the last seconds.
 * @param {{at: number, sent: number}[]} samples  oldest first; `at` in ms
 */
export function speed(samples) {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last || last.at - first.at < 500) return 0
  return Math.max(0, ((last.sent - first.sent) * 1000) / (last.at - first.at))
}
