// The markup of the page: screens put together, texts put in. Used by the build and by tests/page.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { page } from './src/show/words.js'

const root = import.meta.dirname

/** @param {string} text */
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')

// `{{files.title}}` is that text of src/show/words.js. A name that is not there is no build.
const word = (/** @type {string} */ _, /** @type {string} */ screen, /** @type {string} */ name) => {
  const text = /** @type {Record<string, Record<string, string>>} */ (page)[screen]?.[name]
  if (text === undefined) throw new Error(`words.js has no text ${screen}.${name}`)
  return escaped(text)
}

/** `<!-- screen: files -->` is src/screens/files.html. @param {string} html @returns {string} */
const withScreens = (html) =>
  html.replace(/<!-- screen: ([a-z]+) -->/g, (_, name) =>
    withScreens(readFileSync(resolve(root, 'src/screens', `${name}.html`), 'utf8')),
  )

/** @param {string} html */
export const complete = (html) => withScreens(html).replace(/\{\{([a-z]+)\.([a-z_]+)\}\}/g, word)
