// Which columns of which file feed which fields, as it is shown and changed. Pure.

/**
 * @typedef {import('../api/messages.js').MappedFile} MappedFile
 * @typedef {import('../api/messages.js').MappedColumn} MappedColumn
 * @typedef {Record<string, Record<string, string | null>>} Wishes  file -> header -> field
 * @typedef {'sure' | 'fair' | 'unsure'} Level
 */

/** From here on nobody needs to look; below `fair` it is hardly more than a guess. */
const sure = 90
const fair = 70

/** @param {MappedColumn} column @returns {Level} */
export function level({ confidence, why }) {
  if (why === 'user' || why === 'exact' || confidence >= sure) return 'sure'
  return confidence >= fair ? 'fair' : 'unsure'
}

/**
 * The columns that feed a field, first the one that is tried first.
 * @param {MappedFile} file @param {string} field @returns {MappedColumn[]}
 */
export function columnsOf(file, field) {
  const order = (file.feeds?.[field] ?? []).flatMap(({ headers }) => headers)
  const place = (/** @type {MappedColumn} */ { header }) => {
    const at = order.indexOf(header)
    return at < 0 ? order.length : at
  }
  return file.columns.filter((column) => column.field === field).sort((a, b) => place(a) - place(b) || b.confidence - a.confidence)
}

/**
 * How a field is put together when it is not simply taken over: 'joined' of its columns, or a part
 * of another one.
 * @param {MappedFile} file @param {string} field
 * @returns {{how: string, headers: string[]} | null}
 */
export const composition = (file, field) => (file.feeds?.[field] ?? []).find(({ how }) => how !== 'first_nonempty') ?? null

/** @param {MappedFile} file */
export const unmapped = (file) => file.columns.filter(({ field }) => field === null)

/**
 * Columns that somebody should look at, in the order in which they are shown.
 * @param {MappedFile[]} files @param {string[]} fields @param {string[]} seen  keys, see `keyOf`
 */
export const uncertain = (files, fields, seen) =>
  fields.flatMap((field) =>
    files.flatMap((file) =>
      columnsOf(file, field)
        .filter((column) => level(column) !== 'sure' && !seen.includes(keyOf(file.file_id, column.header)))
        .map(({ header }) => ({ file: file.file_id, field, header })),
    ),
  )

/**
 * Several columns of a file feed a field, and nobody said in which order.
 * @param {MappedFile} file @param {string} field
 */
export function isContested(file, field) {
  const columns = columnsOf(file, field)
  return columns.length > 1 && composition(file, field) === null && columns.some(({ why }) => why !== 'user')
}

/**
 * Whether somebody should look at a field: a column is not sure, or several compete.
 * @param {MappedFile[]} files @param {string} field
 */
export const needsLook = (files, field) => files.some((file) => isContested(file, field) || columnsOf(file, field).some((column) => level(column) !== 'sure'))

/**
 * Fields by what they tell about.
 * @param {string[]} fields @param {string[]} ofCompany
 * @returns {{name: 'person' | 'company', fields: string[]}[]}
 */
export function grouped(fields, ofCompany) {
  const company = fields.filter((field) => ofCompany.includes(field))
  const person = fields.filter((field) => !ofCompany.includes(field))
  /** @type {{name: 'person' | 'company', fields: string[]}[]} */
  const both = [{ name: 'person', fields: person }, { name: 'company', fields: company }]
  return both.filter((group) => group.fields.length > 0)
}

/** @param {string} file @param {string} header */
export const keyOf = (file, header) => `${file}\n${header}`

/** @param {MappedFile[]} files @param {string[]} fields */
export const filled = (files, fields) =>
  fields.filter((field) => files.some((file) => (file.feeds?.[field] ?? []).length > 0)).length

/**
 * The wishes after a field of a file was given its columns, in their order.
 * @param {Wishes} wishes @param {MappedFile} file @param {string} field @param {string[]} headers
 * @returns {Wishes}
 */
export function withColumns(wishes, file, field, headers) {
  const before = columnsOf(file, field).map(({ header }) => header)
  const kept = Object.entries(wishes[file.file_id] ?? {}).filter(([header]) => !headers.includes(header) && !before.includes(header))
  const gone = before.filter((header) => !headers.includes(header)).map((header) => [header, null])
  // The first that is named is the first that is tried.
  const there = headers.map((header) => [header, field])
  return { ...wishes, [file.file_id]: Object.fromEntries([...kept, ...gone, ...there]) }
}

/**
 * The wishes after a column was given a field, or none.
 * @param {Wishes} wishes @param {string} file @param {string} header @param {string | null} field
 * @returns {Wishes}
 */
export function withField(wishes, file, header, field) {
  const { [header]: _, ...rest } = wishes[file] ?? {}
  return { ...wishes, [file]: { ...rest, [header]: field } }
}

/**
 * What was decided by hand, to be listed.
 * @param {Wishes} wishes @param {{file_id: string, filename: string}[]} files
 */
export const decisions = (wishes, files) =>
  files.flatMap(({ file_id, filename }) =>
    Object.entries(wishes[file_id] ?? {}).map(([header, field]) => ({ file: file_id, filename, header, field })),
  )

/**
 * The wishes without one decision.
 * @param {Wishes} wishes @param {string} file @param {string} header @returns {Wishes}
 */
export function withoutDecision(wishes, file, header) {
  const { [header]: _, ...rest } = wishes[file] ?? {}
  return { ...wishes, [file]: rest }
}

/**
 * The configuration after `header` was made an alias of `field`; it is taken away from others.
 * @param {Record<string, any>} configuration @param {'people' | 'company'} table
 * @param {string} field @param {string} header
 */
export function withAlias(configuration, table, field, header) {
  const key = `${table}_mappings`
  const same = (/** @type {string} */ alias) => alias.toLowerCase() === header.toLowerCase()
  const fields = Object.entries(/** @type {Record<string, string[]>} */ (configuration[key] ?? {})).map(([name, aliases]) => {
    const others = aliases.filter((alias) => !same(alias))
    return [name, name === field ? [...others, header] : others]
  })
  return { ...configuration, [key]: Object.fromEntries(fields) }
}

/**
 * Items that a search word leaves, those that begin with it first.
 * @template {{name: string, hint?: string}} Item
 * @param {Item[]} items @param {string} word @returns {Item[]}
 */
export function found(items, word) {
  const wanted = word.trim().toLowerCase()
  if (!wanted) return items
  const rank = (/** @type {Item} */ { name, hint }) => {
    const text = name.toLowerCase()
    if (text.startsWith(wanted)) return 0
    if (text.includes(wanted)) return 1
    return hint?.toLowerCase().includes(wanted) ? 2 : 3
  }
  return items.filter((item) => rank(item) < 3).sort((a, b) => rank(a) - rank(b))
}
