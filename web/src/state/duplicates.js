// What was found to be one lead, or perhaps is, as it is shown and decided. Pure.

/**
 * @typedef {import('../api/messages.js').Place} Place
 * @typedef {import('../api/messages.js').Cluster} Cluster
 * @typedef {import('../api/messages.js').Pair} Pair
 * @typedef {{a: Place, b: Place, together: boolean}} Decision  files by id
 * @typedef {{value: string, differs: boolean, wins: boolean}} Cell
 * @typedef {{place: Place | null, reason: string, values: string[]}} Version  place null: the record
 * @typedef {{column: string, differs: boolean, cells: Cell[]}} Line
 */

/** @param {Place} place */
const keyOf = ({ file, line }) => `${file}\n${line}`

/** The same for (a, b) and (b, a). @param {Place} a @param {Place} b */
export const pairKey = (a, b) => [keyOf(a), keyOf(b)].sort().join('\n')

/** @param {Decision[]} decisions @param {Place} a @param {Place} b */
export const decisionOf = (decisions, a, b) => decisions.find((one) => pairKey(one.a, one.b) === pairKey(a, b)) ?? null

/**
 * The decisions after one more; a pair has one decision at most.
 * @param {Decision[]} decisions @param {Place} a @param {Place} b @param {boolean | null} together  null: undecided again
 * @returns {Decision[]}
 */
export function decide(decisions, a, b, together) {
  const others = decisions.filter((one) => pairKey(one.a, one.b) !== pairKey(a, b))
  return together === null ? others : [...others, { a, b, together }]
}

/**
 * Versions side by side, a line for each column that has a value. Cells that say something else than
 * the first one that says anything differ; empty ones never do.
 * @param {string[]} columns @param {Version[]} versions @returns {Line[]}
 */
export function sideBySide(columns, versions) {
  const record = versions.find(({ place }) => place === null)
  return columns.flatMap((column, index) => {
    const values = versions.map((version) => version.values[index] ?? '')
    const filled = values.filter((value) => value !== '')
    if (filled.length === 0) return []
    const differs = filled.some((value) => value !== filled[0])
    const cells = values.map((value, at) => ({
      value,
      differs: differs && value !== '',
      wins: differs && value !== '' && record !== undefined && versions[at] !== record && value === record.values[index],
    }))
    return [{ column, differs, cells }]
  })
}

/** @param {Cluster} cluster @returns {Version[]} */
export const versionsOfCluster = ({ members }) =>
  members.map(({ file, line, reason, values }) => ({
    place: file === null || line === null ? null : { file, line },
    reason: reason ?? '',
    values,
  }))

/** @param {Pair} pair @returns {Version[]} */
export const versionsOfPair = ({ a, b }) => [a, b].map(({ file, line, values }) => ({ place: { file, line }, reason: '', values: values ?? [] }))

/**
 * What to call a lead: its name, else its first values.
 * @param {string[]} columns @param {string[]} values
 */
export function titleOf(columns, values) {
  const of = (/** @type {string} */ name) => values[columns.indexOf(name)] ?? ''
  const name = of('Full Name') || [of('First Name'), of('Last Name')].filter(Boolean).join(' ')
  const parts = [name, of('Company Name'), of('Company Domain')].filter(Boolean)
  return (parts.length > 0 ? parts : values.filter(Boolean)).slice(0, 2).join(' \u00b7 ')
}

/** Files of a name; a decision needs the one. @param {{file_id: string, filename: string}[]} files @param {Place} place @returns {Place | null} */
export function byId(files, { file, line }) {
  const named = files.filter(({ filename }) => filename === file)
  return named.length === 1 ? { file: named[0].file_id, line } : null
}
