import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible, expectFits, expectNoFaults, launch, open, pick, picture } from './browser.js'
import { samples, serve } from './serve.js'

/** @type {import('playwright-core').Browser} */
let browser
/** @type {Awaited<ReturnType<typeof serve>>} */
let service
beforeAll(async () => {
  ;[browser, service] = await Promise.all([launch(), serve()])
})
afterAll(async () => {
  await browser.close()
  await service.end()
})
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
})

const apollo = join(samples, 'people/apollo_contacts.csv')

// What a name or a cell would do if it were taken for markup, script, style or an address.
const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "' onmouseover='alert(1)",
  '</textarea><script>alert(1)</script>',
  'javascript:alert(1)',
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}',
  '<style>*{display:none}</style>',
  '<base href=http://evil.example>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '\u202egnp.exe',
  'x'.repeat(300),
]

test('names, headings and cells are shown as the text they are', async () => {
  const { page, faults } = await open(browser, service.url)
  await page.getByText('Live', { exact: true }).waitFor()
  const quoted = (/** @type {string} */ text) => `"${text.replaceAll('"', '""')}"`
  const content = `First Name,Email,${hostile.map(quoted).join(',')}\nAnn,a@b.example,${hostile.map((text) => quoted(`v ${text}`)).join(',')}\n`
  const files = hostile.map((name, index) => ({ name: `${index} ${name}.csv`.replaceAll('/', '\u2044'), text: content }))
  const transfer = await page.evaluateHandle((given) => {
    const data = new DataTransfer()
    for (const { name, text } of given) data.items.add(new File([text], name, { type: 'text/csv' }))
    return data
  }, files)
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
  await page.getByText(`${hostile.length} files, ${hostile.length} rows`).waitFor()
  await page.getByText('1 <img src=x onerror=alert(1)>.csv').first().waitFor()
  for (const button of await page.getByRole('button', { name: 'Show the first rows' }).all()) await button.click()
  await page.getByRole('columnheader', { name: '<script>alert(1)</script>', exact: true }).first().waitFor()
  await expectFits(page)
  await picture(page, 'files-hostile')
  await page.getByRole('button', { name: 'Check the columns' }).click()
  await page.getByText('rows looked at').waitFor()
  await page.getByRole('columnheader', { name: '"><svg onload=alert(1)>' }).last().waitFor()
  await expectFits(page)
  await page.getByText('Columns that stay as they are').click()
  await page.getByRole('button', { name: '<base href=http://evil.example>' }).first().click()
  await page.getByRole('heading', { name: /Field for .<base href/ }).waitFor()
  expect(await page.evaluate(() => document.querySelectorAll('main script, main iframe, main base, main style, main img').length)).toBe(0)
  expectNoFaults(faults)
})

test('all of it works by the keyboard alone, and the focus is always seen', async () => {
  const { page, faults } = await open(browser, service.url)
  await pick(page, [apollo])
  await page.getByText('1 file, 120 rows').waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('content')
  /** @param {RegExp} name */
  const tabTo = async (name) => {
    for (let i = 0; i < 80; i += 1) {
      await page.keyboard.press('Tab')
      const shown = await page.evaluate(() => {
        const element = document.activeElement
        const style = element ? getComputedStyle(element) : null
        const label = element?.closest('label')
        return {
          name: element?.getAttribute('aria-label') ?? label?.textContent ?? element?.textContent ?? '',
          outlined: style?.outlineStyle !== 'none' || (label !== null && label !== undefined && getComputedStyle(label).outlineStyle !== 'none'),
        }
      })
      expect(shown.outlined).toBe(true)
      if (name.test(shown.name)) return
    }
    throw new Error(`no ${name} among what can be focused`)
  }
  await tabTo(/People/)
  await page.keyboard.press('ArrowRight')
  await page.getByRole('radio', { name: /Companies/ }).and(page.locator(':checked')).waitFor()
  await page.keyboard.press('ArrowLeft')
  await tabTo(/Check the columns/)
  await page.keyboard.press('Enter')
  await page.getByText('rows looked at').waitFor()
  await page.waitForFunction(() => document.activeElement?.id === 'columns-title')
  await tabTo(/^Title|no field|First Name/)
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Search' }).fill('personal email')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await page.getByText('First Name \u2192 Personal Email').waitFor()
  await page.keyboard.press('u')
  await page.getByText('First Name \u2192 Personal Email').waitFor({ state: 'hidden' })
  await page.keyboard.press('Escape')
  expectNoFaults(faults)
})

test('without sockets it asks instead and says so; without the server it says that, and recovers', async () => {
  const own = await serve()
  const { page, context, faults } = await open(browser, own.url)
  await page.getByText('Live', { exact: true }).waitFor()
  await context.route('**/socket.io/**', (route) => route.abort())
  await context.routeWebSocket('**/socket.io/**', (socket) => socket.close())
  await page.reload()
  await page.getByText('No live connection: asking every 2 seconds').waitFor()
  await context.unrouteAll()
  await own.stop('SIGKILL')
  await page.getByText('Offline: the server does not answer').waitFor()
  await own.again()
  await page.reload()
  await page.getByText('Live', { exact: true }).waitFor()
  await page.context().close()
  await own.end()
  expectNoFaults(faults, /ERR_|WebSocket/)
})

test('everything can be deleted at once', async () => {
  const { page, faults } = await open(browser, service.url)
  await pick(page, [apollo])
  await page.getByText('1 file, 120 rows').waitFor()
  await page.getByRole('button', { name: 'Your workspace' }).click()
  await page.getByText('Largest file').waitFor()
  await expectAccessible(page)
  await picture(page, 'workspace')
  await page.getByRole('button', { name: 'Delete everything' }).click()
  await page.getByText('Add at least one file first.').first().waitFor()
  const session = await page.evaluate(() => fetch('/api/session').then((answer) => answer.json()))
  expect(session.uploads).toEqual([])
  await pick(page, [apollo])
  await page.getByText('1 file, 120 rows').waitFor()
  expectNoFaults(faults)
})

test('the theme is chosen and kept', async () => {
  const { page, faults } = await open(browser, service.url, { colorScheme: 'light' })
  await page.getByRole('button', { name: 'Light or dark: Follows your system' }).click()
  await page.getByRole('button', { name: 'Light or dark: Light' }).click()
  await page.getByRole('button', { name: 'Light or dark: Dark' }).waitFor()
  await pick(page, [apollo])
  await page.getByText('1 file, 120 rows').waitFor()
  await page.getByRole('button', { name: 'Show the first rows' }).click()
  await expectAccessible(page)
  await picture(page, 'files-dark')
  await page.reload()
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
  expectNoFaults(faults)
})

test('rows copied from a spreadsheet are pasted as a file', async () => {
  const { page, faults } = await open(browser, service.url)
  await page.getByText('Live', { exact: true }).waitFor()
  await page.evaluate(() => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', 'Full Name\tWork Email\nAnn Bee\tann@bee.example\nCy Dee\tcy@dee.example')
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  })
  await page.getByText('1 file, 2 rows').waitFor()
  await page.getByText('pasted 1.csv').first().waitFor()
  expectNoFaults(faults)
})
