// Light, dark, or as the system has it; kept in the browser.
export const themes = /** @type {const} */ (['auto', 'light', 'dark'])

const key = 'csv-merger.theme'

/** @typedef {typeof themes[number]} Theme */

/** @returns {Theme} */
export const keptTheme = () => themes.find((theme) => theme === localStorage.getItem(key)) ?? 'auto'

/** @param {Theme} theme */
export const keepTheme = (theme) => localStorage.setItem(key, theme)

/** @param {Theme} theme */
export function applyTheme(theme) {
  const dark = theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
}
