// The mapping configuration as it is edited. Pure.

/** @typedef {Record<string, string[]>} Fields  name -> aliases, in the order of the result */
/** @typedef {Record<string, any>} Configuration */

/** @param {'people' | 'company'} table */
const keyOf = (table) => `${table}_mappings`

/** @param {Configuration} configuration @param {'people' | 'company'} table @returns {[string, string[]][]} */
export const fieldsOf = (configuration, table) =>
  Object.entries(configuration[keyOf(table)] ?? {}).map(([field, aliases]) => [field, texts(aliases)])

/** @param {unknown} value @returns {string[]} */
const texts = (value) => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [])

/** Whether nothing would be lost by showing it as names. @param {Configuration} configuration */
export const isShaped = (configuration) =>
  ['people', 'company'].every((table) => {
    const fields = configuration[`${table}_mappings`] ?? {}
    if (typeof fields !== 'object' || Array.isArray(fields)) return false
    return Object.values(fields).every((aliases) => Array.isArray(aliases) && texts(aliases).length === aliases.length)
  })

/** @param {Configuration} configuration @param {'people' | 'company'} table @param {[string, string[]][]} fields */
const withFields = (configuration, table, fields) => ({ ...configuration, [keyOf(table)]: Object.fromEntries(fields) })

/** How spellings are compared: case, accents, blanks and punctuation make no difference. @param {string} text */
export const spelling = (text) =>
  text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]/gu, '')

/**
 * Spellings that two fields of a table claim: spelling -> names of the fields.
 * @param {Configuration} configuration @param {'people' | 'company'} table @returns {Map<string, string[]>}
 */
export function conflicts(configuration, table) {
  /** @type {Map<string, string[]>} */
  const claimed = new Map()
  for (const [field, aliases] of fieldsOf(configuration, table)) {
    for (const word of new Set([field, ...aliases].map(spelling))) {
      claimed.set(word, [...(claimed.get(word) ?? []), field])
    }
  }
  return new Map([...claimed].filter(([, fields]) => fields.length > 1))
}

/** @param {Configuration} configuration @param {'people' | 'company'} table @param {string} name */
export function addField(configuration, table, name) {
  const fields = fieldsOf(configuration, table)
  return fields.some(([field]) => field === name) ? configuration : withFields(configuration, table, [...fields, [name, []]])
}

/** @param {Configuration} configuration @param {'people' | 'company'} table @param {string} name @param {string} next */
export function renameField(configuration, table, name, next) {
  const fields = fieldsOf(configuration, table)
  if (!next || fields.some(([field]) => field === next)) return configuration
  return withFields(configuration, table, fields.map(([field, aliases]) => [field === name ? next : field, aliases]))
}

/** @param {Configuration} configuration @param {'people' | 'company'} table @param {string} name */
export const removeField = (configuration, table, name) =>
  withFields(configuration, table, fieldsOf(configuration, table).filter(([field]) => field !== name))

/** @param {Configuration} configuration @param {'people' | 'company'} table @param {string} name @param {number} by */
export function moveField(configuration, table, name, by) {
  const fields = fieldsOf(configuration, table)
  const from = fields.findIndex(([field]) => field === name)
  const to = from + by
  if (from < 0 || to < 0 || to >= fields.length) return configuration
  const [moved] = fields.splice(from, 1)
  fields.splice(to, 0, moved)
  return withFields(configuration, table, fields)
}

/** @param {Configuration} configuration @param {'people' | 'company'} table @param {string} name @param {string[]} aliases */
export const setAliases = (configuration, table, name, aliases) =>
  withFields(configuration, table, fieldsOf(configuration, table).map(([field, now]) => [field, field === name ? aliases : now]))

/** What is typed or pasted as other names: one a line, or between commas. @param {string} text */
export const namesIn = (text) => [...new Set(text.split(/[\n,;]+/).map((name) => name.trim()).filter(Boolean))]

/** As the file is written: a field a line. @param {Configuration} configuration */
export function toText(configuration) {
  const oneLine = (/** @type {unknown} */ value) => JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ').replace(/\[ /g, '[').replace(/ \]/g, ']')
  const member = (/** @type {[string, any]} */ [key, value]) => {
    const inner = value !== null && typeof value === 'object' && !Array.isArray(value)
    if (!inner) return `  ${JSON.stringify(key)}: ${oneLine(value)}`
    const lines = Object.entries(value).map(([name, list]) => `    ${JSON.stringify(name)}: ${oneLine(list)}`)
    return `  ${JSON.stringify(key)}: {\n${lines.join(',\n')}\n  }`
  }
  return `{\n${Object.entries(configuration).map(member).join(',\n')}\n}\n`
}

/**
 * What a text says, or where it breaks off.
 * @param {string} text
 * @returns {{value: Configuration, error: null} | {value: null, error: {line: number, detail: string}}}
 */
export function fromText(text) {
  try {
    const value = JSON.parse(text)
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('must be an object: { ... }')
    return { value, error: null }
  } catch (failure) {
    const detail = /** @type {Error} */ (failure).message
    const position = /position (\d+)/.exec(detail)
    const named = /line (\d+)/.exec(detail)
    const atEnd = /end of/i.test(detail)
    const line = named ? Number(named[1]) : lineAt(text, position ? Number(position[1]) : atEnd ? text.trimEnd().length : 0)
    return { value: null, error: { line, detail: detail.replace(/ in JSON at position.*| \(line \d+ column \d+\)/, '') } }
  }
}

/** @param {string} text @param {number} position */
const lineAt = (text, position) => text.slice(0, position).split('\n').length

/**
 * On which line of a text the value stands that a path names, such as `people_mappings."Job Title"[2]`;
 * 0 if it is not found.
 * @param {string} text @param {string} path
 */
export function lineOf(text, path) {
  const steps = [...path.matchAll(/"((?:[^"\\]|\\.)*)"|\[(\d+)\]|([^.[\]"]+)/g)].map(([, quoted, index, name]) =>
    index !== undefined ? Number(index) : (quoted ?? name),
  )
  let at = 0
  for (const step of steps) {
    const next = typeof step === 'number' ? nthElement(text, at, step) : text.indexOf(JSON.stringify(step), at)
    if (next < 0) return 0
    at = next
  }
  return lineAt(text, at)
}

/** Where the nth element of the list begins that begins after `from`. @param {string} text @param {number} from @param {number} index */
function nthElement(text, from, index) {
  let at = text.indexOf('[', from) + 1
  if (at === 0) return -1
  let inText = false
  for (let passed = 0; at < text.length && passed < index; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') inText = !inText
    else if (text[at] === ',' && !inText) passed += 1
    else if (text[at] === ']' && !inText) return -1
  }
  return at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0)
}

/** The moment in a backup's name, `field_mappings_2024-01-15T10-30-00Z_2.json`. @param {string} name */
export function momentOf(name) {
  const found = /(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z/.exec(name)
  return found ? new Date(`${found[1]}T${found[2]}:${found[3]}:${found[4]}Z`) : null
}
