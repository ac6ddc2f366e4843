// Measures the page against the real program (docs/page.md has the figures):
//   node tests/e2e/figures.js
// First paint of a cold load, and frames while a list of 100,000 rows is scrolled.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch } from './launch.js'
import { serve, start } from './serve.js'

const loads = 9
const rows = 100_000
const frames = 300

const median = (/** @type {number[]} */ all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]
const shown = (/** @type {number[]} */ all) => {
  const sorted = all.toSorted((a, b) => a - b)
  return `median ${median(all).toFixed(1)} ms, 95 % below ${sorted[Math.floor(sorted.length * 0.95)].toFixed(1)} ms, worst ${sorted.at(-1)?.toFixed(1)} ms`
}

/** A page of a browser context of its own. @param {import('playwright-core').Browser} browser */
const fresh = async (browser) => (await browser.newContext({ viewport: { width: 1280, height: 860 } })).newPage()

/** @param {import('playwright-core').Browser} browser @param {string} url */
async function firstPaint(browser, url) {
  /** @type {{paint: number, alive: number}[]} */
  const found = []
  for (let i = 0; i < loads; i += 1) {
    const page = await fresh(browser)
    await page.goto(url)
    await page.locator('nav [aria-current=page]').waitFor()
    found.push(
      await page.evaluate(
        () =>
          new Promise((resolve) => {
            const alive = performance.now()
            new PerformanceObserver((list) => {
              const paint = list.getEntriesByName('first-contentful-paint')[0]
              if (paint) resolve({ paint: paint.startTime, alive })
            }).observe({ type: 'paint', buffered: true })
          }),
      ),
    )
    await page.context().close()
  }
  return found
}

/** Frame times while `selector` is scrolled by `step` pixels a frame. @param {import('playwright-core').Page} page @param {string} selector @param {number} step */
const scroll = (page, selector, step) =>
  page.evaluate(
    async ([selector, step, frames]) => {
      const frame = /** @type {HTMLElement} */ (document.querySelector(String(selector)))
      frame.scrollTop = 0
      const times = []
      let before = await new Promise(requestAnimationFrame)
      for (let i = 0; i < Number(frames); i += 1) {
        frame.scrollTop += Number(step)
        const now = await new Promise(requestAnimationFrame)
        times.push(now - before)
        before = now
      }
      return times
    },
    /** @type {const} */ ([selector, step, frames]),
  )

/** @param {import('playwright-core').Page} page @param {string} selector @param {number} height  of a row */
const readAll = (page, selector, height) =>
  page.evaluate(
    async ([selector, wanted]) => {
      const frame = /** @type {HTMLElement} */ (document.querySelector(String(selector)))
      while (frame.scrollHeight < Number(wanted)) {
        frame.scrollTop = frame.scrollHeight
        await new Promise(requestAnimationFrame)
      }
    },
    /** @type {const} */ ([selector, height * rows]),
  )

const [browser, service, receiver] = await Promise.all([launch(), serve(), start(['receiver', '--port', '0', '--plan', '422=99,ok=1'])])
try {
  const paints = await firstPaint(browser, service.url)
  console.info(`first paint: ${shown(paints.map(({ paint }) => paint))}`)
  console.info(`alive: ${shown(paints.map(({ alive }) => alive))}`)

  const page = await fresh(browser)
  page.setDefaultTimeout(600_000)
  const twice = join(service.folder, 'twice.csv')
  const lead = (/** @type {number} */ row) => `lead${row}@acme.example\n`
  writeFileSync(twice, `Personal Email\n${Array.from({ length: rows }, (_, row) => lead(row).repeat(2)).join('')}`)
  await page.goto(service.url)
  await page.locator('nav [aria-current=page]').waitFor()
  await page.locator('input[type=file][data-list=files]:not([webkitdirectory])').setInputFiles([twice])
  await page.getByText('1 file, 200,000 rows').waitFor()
  await page.goto(`${service.url}/#duplicates`)
  await page.getByRole('radio', { name: /^Exact/ }).check()
  await page.getByText('100,000 records from 200,000 rows').waitFor()
  await page.getByRole('button', { name: /^Merged/ }).click()
  await page.locator('#group-0').waitFor()
  await readAll(page, '[x-ref=list]', 60)
  for (const step of [60, 1200]) console.info(`groups, ${step} px a frame: ${shown(await scroll(page, '[x-ref=list]', step))}`)
  console.info(`groups in the document: ${await page.getByRole('option').count()}`)

  await page.getByRole('button', { name: 'Get the result' }).click()
  await page.getByRole('radio', { name: /^Send to a webhook/ }).check()
  await page.getByRole('textbox', { name: 'Webhook URL' }).fill(receiver.url)
  await page.getByRole('button', { name: 'No limit' }).click()
  await page.getByRole('button', { name: 'Start sending' }).click()
  const job = page.locator('section[aria-labelledby=job-title]')
  await job.getByText('Done', { exact: true }).waitFor()
  await job.getByRole('button', { name: /^all/ }).click()
  await readAll(page, '[x-ref=frame]', 36)
  for (const step of [36, 612]) console.info(`records, ${step} px a frame: ${shown(await scroll(page, '[x-ref=frame]', step))}`)
  console.info(`records in the document: ${await page.locator('.log-row').count()}`)
} finally {
  await browser.close()
  await receiver.stop()
  await service.end()
}
