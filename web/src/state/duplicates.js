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

// There may be thousands, asked for with each row that is drawn.
/** @type {WeakMap<Decision[], Map<string, Decision>>} */
const indexes = new WeakMap()
/** @param {Decision[]} decisions */
function byPair(decisions) {
  const known = indexes.get(decisions)
  if (known) return known
  const made = new Map(decisions.map((one) => [pairKey(one.a, one.b), one]))
  indexes.set(decisions, made)
  return made
}

/** @param {Decision[]} decisions @param {Place} a @param {Place} b */
export const decisionOf = (decisions, a, b) => byPair(decisions).get(pairKey(a, b)) ?? null

/**
 * The decisions after some more; a pair has one decision at most.
 * @param {Decision[]} decisions @param {{a: Place, b: Place}[]} pairs
 * @param {boolean | null} together  null: undecided again
 * @returns {Decision[]}
 */
export function decideAll(decisions, pairs, together) {
  const decided = new Set(pairs.map(({ a, b }) => pairKey(a, b)))
  const others = decisions.filter((one) => !decided.has(pairKey(one.a, one.b)))
  return together === null ? others : [...others, ...pairs.map(({ a, b }) => ({ a, b, together }))]
}

/** @param {Decision[]} decisions @param {Place} a @param {Place} b @param {boolean | null} together */
export const decide = (decisions, a, b, together) => decideAll(decisions, [{ a, b }], together)

/**
 * What a reason says without the names in it ("Bob = Robert"): pairs of one kind are alike.
 * @param {string} reason
 */
export const kindOf = (reason) =>
  reason
    .split('; ')
    .map((part) => (part.includes(' = ') ? '=' : part))
    .sort()
    .join(';')

/**
 * Bars of how sure pairs are, a bar for each whole score; heights in percent of the tallest, each
 * step of the same factor, so that ten are seen beside ten thousand.
 * @param {import('../api/messages.js').Scores | undefined} scores
 */
export function histogram(scores) {
  if (!scores) return []
  const { from, joined, apart } = scores
  const all = joined.map((rows, at) => rows + apart[at])
  const most = Math.max(1, ...all)
  return all.map((rows, at) => {
    const height = (100 * Math.log1p(rows)) / Math.log1p(most)
    return { score: from + at, joined: joined[at], apart: apart[at], height, apartHeight: rows > 0 ? (height * apart[at]) / rows : 0 }
  })
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
