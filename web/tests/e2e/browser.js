// A real Chromium, and pages that remember everything they should not do.
import { createRequire } from 'node:module'
import { mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'vitest'

export { launch } from './launch.js'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/**
 * CSVM_SLOW_CPU=6 makes the browser's processor seem six times slower: what comes too early in a test,
 * or too late in the page, then shows itself. Pictures and axe-core, which would take minutes and do not
 * depend on it, are left out.
 */
const slowness = Number(process.env.CSVM_SLOW_CPU ?? 1)
const pictureFolder = process.env.CSVM_PICTURES ?? resolve(import.meta.dirname, '../../../build/web/pictures')

/**
 * A page of a browser of its own (cookies, storage), or a further tab of `context`.
 * @param {import('playwright-core').Browser} browser @param {string} url
 * @param {import('playwright-core').BrowserContextOptions & {context?: import('playwright-core').BrowserContext, block?: string}} [options]
 *   block: requests that do not get through
 */
export async function open(browser, url, { context: given, block, ...options } = {}) {
  const context = given ?? (await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce', locale: 'en-GB', ...options }))
  const page = await context.newPage()
  page.setDefaultTimeout(120_000 * Math.max(1, slowness / 4))
  if (slowness > 1) await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: slowness })
  /** @type {string[]} */
  const faults = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== new URL(url).origin && !['data:', 'blob:'].includes(protocol)) faults.push(`outside request: ${request.url()}`)
  })
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`),
    )
  })
  if (block) await page.route(block, (route) => route.abort())
  await page.goto(url)
  await alive(page)
  return { page, context, faults }
}

/**
 * Until the page hears what is done to it: before, its markup stands there as it is.
 * @param {import('playwright-core').Page} page
 */
export const alive = (page) => page.locator('nav [aria-current=page]').waitFor()

/** Fails if a page logged, asked for or broke anything. `ignored`: what a journey provokes itself. @param {string[]} faults @param {RegExp} [ignored] */
export const expectNoFaults = (faults, ignored) =>
  expect(ignored ? faults.filter((fault) => !ignored.test(fault)) : faults).toEqual([])

/**
 * axe-core finds nothing serious on what is shown. It is put in past the page's policy, by the
 * debugger.
 * @param {import('playwright-core').Page} page
 */
export async function expectAccessible(page) {
  if (slowness > 1) return
  await page.evaluate(axeSource)
  const found = await page.evaluate(async () => {
    // @ts-ignore: put in above
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] })
    return violations
      .filter((/** @type {any} */ { impact }) => impact === 'serious' || impact === 'critical')
      .map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ node) => `${node.html} ${node.failureSummary}`).join('\n')}`)
  })
  expect(found).toEqual([])
}

/** Nothing is wider than the window. @param {import('playwright-core').Page} page */
export async function expectFits(page) {
  const tooWide = await page.evaluate(() => {
    const edge = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth <= edge) return []
    const beyond = [...document.querySelectorAll('main *')].filter((element) => element.getBoundingClientRect().right > edge + 1)
    return beyond.slice(0, 12).map((element) => `${element.tagName} ${element.className}`)
  })
  expect(tooWide).toEqual([])
}

/** @param {import('playwright-core').Page} page @param {string} name */
export async function picture(page, name) {
  if (slowness > 1) return
  mkdirSync(pictureFolder, { recursive: true })
  await page.screenshot({ path: resolve(pictureFolder, `${name}.png`) })
}

/**
 * A click and, before the page has said anything to it, what is typed after it: as a quick user does.
 * @param {import('playwright-core').Page} page @param {import('playwright-core').Locator} button @param {string} text
 */
export async function clickAndType(page, button, text) {
  await button.hover()
  await Promise.all([page.mouse.down(), page.mouse.up(), ...[...text].map((sign) => page.keyboard.press(sign))])
}

/** The picture, and the same in dark. @param {import('playwright-core').Page} page @param {string} name */
export async function pictures(page, name) {
  if (slowness > 1) return
  await picture(page, name)
  const themed = (/** @type {'light' | 'dark'} */ colorScheme) =>
    Promise.all([page.emulateMedia({ colorScheme }), page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, colorScheme)])
  await themed('dark')
  await picture(page, `${name}-dark`)
  await themed('light')
}

/** @param {import('playwright-core').Page} page @param {string[]} paths @param {'files' | 'suppression'} [list] */
export const pick = (page, paths, list = 'files') =>
  page.locator(`input[type=file][data-list=${list}]:not([webkitdirectory])`).setInputFiles(paths)
