// A recipe that was saved, as changes of a draft. Pure.

/** Members that are taken over as they are. */
const plain = ['match', 'threshold', 'possible', 'survivor', 'header_threshold', 'further_contacts', 'excel_safe', 'drop_empty', 'provenance', 'no_clean']

/**
 * @param {string} text @param {{file_id: string, filename: string}[]} files
 * @returns {{change: Partial<import('./draft.js').Draft>, problem: '' | 'json' | 'recipe'}}
 */
export function fromRecipe(text, files) {
  /** @type {any} */
  let recipe
  try {
    recipe = JSON.parse(text)
  } catch {
    return { change: {}, problem: 'json' }
  }
  if (recipe === null || typeof recipe !== 'object' || !['people', 'company'].includes(recipe.table_type)) return { change: {}, problem: 'recipe' }
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
  return {
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
