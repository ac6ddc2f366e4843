import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import tailwind from '@tailwindcss/vite'
import { defineConfig } from 'vite'
import { page } from './src/show/words.js'

const root = import.meta.dirname
const service = process.env.CSVM_SERVICE ?? 'http://127.0.0.1:8080'

/** @param {string} text */
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')

// `{{files.title}}` is that text of src/show/words.js. A name that is not there is no build.
const word = (/** @type {string} */ _, /** @type {string} */ screen, /** @type {string} */ name) => {
  const text = /** @type {Record<string, Record<string, string>>} */ (page)[screen]?.[name]
  if (text === undefined) throw new Error(`words.js has no text ${screen}.${name}`)
  return escaped(text)
}

/** @param {string} html @returns {string} */
const withScreens = (html) =>
  html.replace(/<!-- screen: ([a-z]+) -->/g, (_, name) =>
    withScreens(readFileSync(resolve(root, 'src/screens', `${name}.html`), 'utf8')),
  )

// Puts `<!-- screen: files -->` in: src/screens/files.html.
const screens = {
  name: 'csv-merger-screens',
  transformIndexHtml: {
    order: /** @type {const} */ ('pre'),
    /** @param {string} html */
    handler: (html) => withScreens(html).replace(/\{\{([a-z]+)\.([a-z_]+)\}\}/g, word),
  },
  /** @param {{file: string, server: import('vite').ViteDevServer}} change */
  handleHotUpdate({ file, server }) {
    if (file.endsWith('.html')) server.ws.send({ type: 'full-reload' })
  },
}

export default defineConfig({
  root,
  plugins: [tailwind(), screens],
  build: {
    outDir: process.env.CSVM_PAGE_OUT ?? resolve(root, '../build/web/dist'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // `data:` is no source of scripts or styles
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/api': service,
      '/health': service,
      '/socket.io': { target: service, ws: true },
    },
  },
})
