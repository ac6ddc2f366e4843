import { resolve } from 'node:path'
import tailwind from '@tailwindcss/vite'
import { defineConfig } from 'vite'
import { complete } from './markup.js'

const root = import.meta.dirname
const service = process.env.CSVM_SERVICE ?? 'http://127.0.0.1:8080'

const screens = {
  name: 'csv-merger-screens',
  transformIndexHtml: { order: /** @type {const} */ ('pre'), handler: complete },
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
