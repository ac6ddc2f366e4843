import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectNoFaults, launch, open, pick } from './browser.js'
import { serve, start } from './serve.js'

const rows = 100_000

/** @type {import('playwright-core').Browser} */
let browser
/** @type {Awaited<ReturnType<typeof serve>>} */
let service
/** @type {Awaited<ReturnType<typeof start>>} */
let receiver
beforeAll(async () => {
  ;[browser, service, receiver] = await Promise.all([launch(), serve(), start(['receiver', '--port', '0', '--plan', '422=40,ok=60'])])
})
afterAll(async () => {
  await browser.close()
  await receiver.stop()
  await service.end()
})

test('of 100,000 groups only what is in view is drawn', { timeout: 400_000 }, async () => {
  const leads = join(service.folder, 'twice.csv')
  writeFileSync(leads, `Personal Email\n${Array.from({ length: rows }, (_, row) => `lead${row}@acme.example\n`.repeat(2)).join('')}`)
  const { page, context, faults } = await open(browser, service.url)
  page.setDefaultTimeout(240_000)
  await pick(page, [leads])
  await page.getByText('1 file, 200,000 rows').waitFor()
  await page.goto(`${service.url}/#duplicates`)
  await page.getByRole('radio', { name: /^Exact/ }).check()
  await page.getByText('100,000 records from 200,000 rows').waitFor()
  await page.getByRole('button', { name: /^Merged/ }).click()
  await page.locator('#group-0').waitFor()
  await page.evaluate(async (wanted) => {
    const frame = /** @type {HTMLElement} */ (document.querySelector('[x-ref=list]'))
    while (frame.scrollHeight < wanted * 60) {
      frame.scrollTop = frame.scrollHeight
      await new Promise(requestAnimationFrame)
    }
    frame.scrollTop = 60 * 50_000
  }, rows)
  await page.locator('#group-50000').waitFor()
  expect(await page.getByRole('option').count()).toBeLessThan(60)
  await context.close()
  expectNoFaults(faults, /status of 409 .*\/cancel/)
})

test('of the log of 100,000 records only what is in view is drawn', { timeout: 300_000 }, async () => {
  const leads = join(service.folder, 'long.csv')
  writeFileSync(leads, `Work Email\n${Array.from({ length: rows }, (_, row) => `lead${row}@acme.example\n`).join('')}`)
  const { page, faults } = await open(browser, service.url)
  page.setDefaultTimeout(240_000)
  await pick(page, [leads])
  await page.getByText('1 file, 100,000 rows').waitFor()
  await page.goto(`${service.url}/#duplicates`)
  await page.getByRole('radio', { name: /^Keep all/ }).check()
  await page.getByText('100,000 records from 100,000 rows').waitFor()
  await page.getByRole('button', { name: 'Get the result' }).click()
  await page.getByRole('radio', { name: /^Send to a webhook/ }).check()
  await page.getByRole('textbox', { name: 'Webhook URL' }).fill(receiver.url)
  await page.getByRole('button', { name: 'No limit' }).click()
  await page.getByRole('button', { name: 'Start sending' }).click()
  const job = page.locator('section[aria-labelledby=job-title]')
  await job.getByText('Done', { exact: true }).waitFor()
  await job.getByRole('button', { name: /^all/ }).click()
  const log = job.getByRole('table', { name: 'Records' })
  await log.getByRole('cell', { name: 'rejected' }).first().waitFor()

  // To the end, as fast as pages come; how long one frame takes at most while that goes on.
  const worst = await page.evaluate(async (wanted) => {
    const frame = /** @type {HTMLElement} */ (document.querySelector('[x-ref=frame]'))
    let [longest, before] = [0, performance.now()]
    const rowHeight = 36
    while (frame.scrollHeight < wanted * rowHeight) {
      frame.scrollTop = frame.scrollHeight
      await new Promise(requestAnimationFrame)
      longest = Math.max(longest, performance.now() - before)
      before = performance.now()
    }
    return longest
  }, rows)
  expect(await log.getByRole('row').count()).toBeLessThan(60)
  await page.evaluate(() => (document.querySelector('[x-ref=frame]') ?? document.body).scrollTo(0, 36 * 50_000))
  await page.waitForFunction(() => Number(document.querySelector('[x-ref=frame] .log-row:nth-of-type(20) [role=cell]')?.textContent?.replaceAll(',', '')) > 40_000)
  expect(await log.getByRole('row').count()).toBeLessThan(60)
  console.info(`longest frame while ${rows} rows were scrolled through: ${Math.round(worst)} ms`)
  // The trial may end just before the page cancels it.
  expectNoFaults(faults, /status of 409 .*\/cancel/)
})
