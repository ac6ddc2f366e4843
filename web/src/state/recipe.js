// A recipe that was saved, as changes of a draft. Pure.

/** Members that are taken over as they are. */
const plain = ['match', 'threshold', 'possible', 'survivor', 'header_threshold', 'further_contacts', 'excel_safe', 'drop_empty', 'provenance', 'no_clean']

/** What a delivery may be told that this page only passes on. */
const further = ['webhook_preset', 'webhook_burst', 'webhook_max_record_bytes', 'record_limit', 'webhook_retries', 'webhook_backoff', 'webhook_timeout']

/**
 * Where a recipe sends to, as far as it says: no URL, which is secret, but its host; of headers the names.
 * @param {any} destination
 * @returns {{host: string, signed: boolean, setUp: Omit<import('./delivery.js').SetUp, 'url' | 'further' | 'secret'>}}
 */
function fromDestination({ host, rate, headers, signed, ...rest }) {
  const number = (/** @type {unknown} */ value) => (typeof value === 'number' && value > 0 ? value : null)
  return {
    host: typeof host === 'string' ? host : '',
    signed: signed === true,
    setUp: {
      rate: typeof rate === 'number' && rate >= 0 ? rate : 10,
      headers: (Array.isArray(headers) ? headers : []).filter((name) => typeof name === 'string').map((name) => ({ name, value: '' })),
      canary: number(rest.webhook_canary),
      failAbove: number(rest.webhook_fail_above_percent),
      quota: number(rest.webhook_quota),
      quotaUsed: number(rest.webhook_quota_used),
      others: Object.fromEntries(Object.entries(rest).filter(([name]) => further.includes(name))),
    },
  }
}

/**
 * @param {string} text @param {{file_id: string, filename: string}[]} files
 * @returns {{change: Partial<import('./draft.js').Draft>, destination: ReturnType<typeof fromDestination> | null, problem: '' | 'json' | 'recipe'}}
 */
export function fromRecipe(text, files) {
  /** @type {any} */
  let recipe
  try {
    recipe = JSON.parse(text)
  } catch {
    return { change: {}, destination: null, problem: 'json' }
  }
  if (recipe === null || typeof recipe !== 'object' || !['people', 'company'].includes(recipe.table_type)) return { change: {}, destination: null, problem: 'recipe' }
  // What it says of files counts for those of the same name.
  const idOf = (/** @type {string} */ name) => files.find(({ filename, file_id }) => filename === name || file_id === name)?.file_id
  const byFile = (/** @type {object} */ wishes) =>
    Object.fromEntries(
      Object.entries(wishes).flatMap(([name, wish]) => {
        const id = idOf(name)
        return id ? [[id, wish]] : []
      }),
    )
  const decisions = (recipe.decisions ?? []).flatMap((/** @type {any} */ { a, b, together }) => {
    const [mine, theirs] = [idOf(a?.file), idOf(b?.file)]
    return mine && theirs ? [{ a: { file: mine, line: a.line }, b: { file: theirs, line: b.line }, together }] : []
  })
  const { destination } = recipe
  return {
    destination: destination !== null && typeof destination === 'object' && !Array.isArray(destination) ? fromDestination(destination) : null,
    change: {
      table: recipe.table_type,
      options: Object.fromEntries(Object.entries(recipe).filter(([name]) => plain.includes(name))),
      mapping: byFile(recipe.mapping ?? {}),
      reading: byFile(recipe.reading ?? {}),
      decisions,
      order: (recipe.rank ?? []).map(idOf).filter(Boolean),
    },
    problem: '',
  }
}
